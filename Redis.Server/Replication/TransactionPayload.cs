using System.Buffers.Binary;

namespace Redis.Server.Replication;

/// <summary>The payload of EXEC: kind, number of commands (4 bytes, little-endian), their RESP arrays.</summary>
internal static class TransactionPayload
{
    private const int HeaderSize = 5;

    public static byte[] Build(IReadOnlyCollection<byte[]> frames)
    {
        byte[] payload = new byte[HeaderSize + frames.Sum(frame => frame.Length)];
        payload[0] = EntryPayload.Transaction;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(1), frames.Count);
        int position = HeaderSize;
        foreach (byte[] frame in frames)
        {
            frame.CopyTo(payload, position);
            position += frame.Length;
        }

        return payload;
    }

    public static (int Count, int FramesAt) Read(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadInt32LittleEndian(payload[1..]), HeaderSize);
}
