using System.Buffers.Binary;

namespace Redis.Server.Replication;

/// <summary>The payload of EXEC: kind, number of commands (4 bytes, little-endian), their RESP arrays.</summary>
internal static class TransactionPayload
{
    private const int HeaderSize = 5;

    public static byte[] Build(IReadOnlyList<(Commands.Command Command, byte[] Frame)> frames)
    {
        byte[] payload = new byte[HeaderSize + frames.Sum(one => one.Frame.Length)];
        payload[0] = EntryPayload.Transaction;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(1), frames.Count);
        int position = HeaderSize;
        foreach ((_, byte[] frame) in frames)
        {
            frame.CopyTo(payload, position);
            position += frame.Length;
        }

        return payload;
    }

    public static (int Count, int FramesAt) Read(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadInt32LittleEndian(payload[1..]), HeaderSize);
}
