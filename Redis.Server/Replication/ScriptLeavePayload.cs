using System.Buffers.Binary;

namespace Redis.Server.Replication;

/// <summary>
/// The leader's answer to a script that has run for a while: kind, the script's entry (8 bytes, little-endian), number of the leave (4), whether it
/// goes on. The first answer in the log counts.
/// </summary>
internal static class ScriptLeavePayload
{
    private const int Size = 14;

    public static byte[] Build(long entry, int number, bool goesOn)
    {
        byte[] payload = new byte[Size];
        payload[0] = EntryPayload.ScriptLeave;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), entry);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(9), number);
        payload[13] = goesOn ? (byte)1 : (byte)0;
        return payload;
    }

    public static (long Entry, int Number, bool GoesOn) Read(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadInt64LittleEndian(payload[1..]), BinaryPrimitives.ReadInt32LittleEndian(payload[9..]), payload[13] != 0);
}
