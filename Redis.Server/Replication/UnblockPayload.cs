using System.Buffers.Binary;
using Raft.Core;
using Redis.Server.Commands;

namespace Redis.Server.Replication;

/// <summary>The payload that ends a wait: kind, the waiter's term and index (8 bytes each, little-endian), reason.</summary>
internal static class UnblockPayload
{
    private const int Size = 1 + 8 + 8 + 1;

    public static byte[] Build(EntryId waiter, UnblockReason reason)
    {
        byte[] payload = new byte[Size];
        payload[0] = EntryPayload.Unblock;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), waiter.Term);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(9), waiter.Index);
        payload[17] = (byte)reason;
        return payload;
    }

    public static (EntryId Waiter, UnblockReason Reason) Read(ReadOnlySpan<byte> payload) => (
        new EntryId(BinaryPrimitives.ReadInt64LittleEndian(payload[1..]), BinaryPrimitives.ReadInt64LittleEndian(payload[9..])),
        (UnblockReason)payload[17]);
}
