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

    /// <summary>
    /// Writes so many bytes without haste. After a bulk load the log's files are extended as they grow; a steady load gets
    /// files that were filled before, whose syncs the file system's journal does not hold up.
    /// </summary>
    public static void Trickle(int port, long bytes)
    {
        const int length = 10_000;
        byte[] request = Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$7\r\ntrickle\r\n${length}\r\n{new string('t', length)}\r\n");
        byte[] reply = new byte[64];
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect("127.0.0.1", port);
        for (long sent = 0; sent < bytes; sent += length)
        {
            socket.Send(request);
            if (socket.Receive(reply) <= 0) throw new IOException("the connection was closed");
            Thread.Sleep(1);
        }
    }

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
