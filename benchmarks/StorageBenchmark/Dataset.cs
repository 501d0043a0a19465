using System.Net.Sockets;
using System.Text;

namespace Benchmarks.StorageBenchmark;

/// <summary>The keys that everything is measured with: key:000000000000 and so on, with values that do not compress.</summary>
internal sealed class Dataset(int keys, int valueLength)
{
    private const int Batch = 1000;
    private static readonly byte[] Reply = "+OK\r\n"u8.ToArray();

    public int Keys => keys;

    public byte[] Set(int key, Random random)
    {
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
        string value = string.Create(valueLength, random, static (text, source) => source.GetItems(letters.AsSpan(), text));
        return Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$16\r\nkey:{key:D12}\r\n${valueLength}\r\n{value}\r\n");
    }

    public static byte[] Get(int key) => Encoding.ASCII.GetBytes($"*2\r\n$3\r\nGET\r\n$16\r\nkey:{key:D12}\r\n");

    /// <summary>Sets every key, a thousand at a time.</summary>
    public void Fill(int port)
    {
        Random random = new(1);
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect("127.0.0.1", port);
        byte[] replies = new byte[Batch * Reply.Length];
        for (int first = 0; first < keys; first += Batch)
        {
            using MemoryStream requests = new();
            int count = Math.Min(Batch, keys - first);
            for (int key = first; key < first + count; key++) requests.Write(Set(key, random));
            socket.Send(requests.GetBuffer().AsSpan(0, (int)requests.Length));
            Span<byte> expected = replies.AsSpan(0, count * Reply.Length);
            for (int read = 0; read < expected.Length;) read += socket.Receive(expected[read..]) is > 0 and int got ? got : throw new IOException("the connection was closed");
            if (!expected[^Reply.Length..].SequenceEqual(Reply)) throw new IOException($"a SET was answered '{Encoding.ASCII.GetString(expected)}'");
        }
    }
}
