using System.Buffers.Binary;

namespace Redis.Server.Replication;

/// <summary>
/// A payload on behalf of a user that may not do everything: kind, length of the user's ACL rules (4 bytes, little-endian), the
/// rules, then the payload proper. Only where applying it has to ask: scripts, SORT.
/// </summary>
internal static class OnBehalfPayload
{
    private const int HeaderSize = 5;

    public static byte[] Build(ReadOnlySpan<byte> rules, ReadOnlySpan<byte> payload)
    {
        byte[] built = new byte[HeaderSize + rules.Length + payload.Length];
        built[0] = EntryPayload.OnBehalf;
        BinaryPrimitives.WriteInt32LittleEndian(built.AsSpan(1), rules.Length);
        rules.CopyTo(built.AsSpan(HeaderSize));
        payload.CopyTo(built.AsSpan(HeaderSize + rules.Length));
        return built;
    }

    public static ReadOnlySpan<byte> Rules(ReadOnlySpan<byte> payload) =>
        payload.Slice(HeaderSize, BinaryPrimitives.ReadInt32LittleEndian(payload[1..]));

    public static ReadOnlyMemory<byte> Proper(ReadOnlyMemory<byte> payload) =>
        payload[(HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(payload.Span[1..]))..];
}
