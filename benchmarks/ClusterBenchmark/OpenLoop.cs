using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.ClusterBenchmark;

/// <summary>
/// Requests that come at a fixed rate whether or not earlier ones were answered, as from many users. How long a reply takes
/// counts from when its request was due: a server that stalls is charged for all that waited (no coordinated omission).
/// </summary>
internal sealed class OpenLoop : IDisposable
{
    private const int Connections = 16;
    private const int Keys = 10_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Socket[] _sockets;
    private readonly Queue<long>[] _due = [.. Enumerable.Range(0, Connections).Select(_ => new Queue<long>())];
    private readonly List<double>[] _milliseconds = [.. Enumerable.Range(0, Connections).Select(_ => new List<double>())];
    private readonly byte[] _value = Encoding.ASCII.GetBytes(new string('x', 64));

    public OpenLoop(string host, int port)
    {
        _sockets = [.. Enumerable.Range(0, Connections).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })];
        foreach (Socket socket in _sockets)
        {
            socket.Connect(host, port);
            socket.ReceiveTimeout = (int)LongestWait.TotalMilliseconds;
        }
    }

    /// <summary>Milliseconds that 50, 99 and 99.9 of 100 replies took at most, SET or GET, at a rate a second for some seconds.</summary>
    /// <exception cref="IOException">The server did not answer all.</exception>
    public (double P50, double P99, double P999) Run(bool writes, double rate, double seconds)
    {
        int share = (int)(rate * seconds / Connections);
        Thread[] readers = [.. Enumerable.Range(0, Connections).Select(i => new Thread(() => Read(i, share, writes ? 1 : 2)))];
        foreach (Thread reader in readers) reader.Start();
        Send(writes, rate, share * Connections);
        foreach (Thread reader in readers) reader.Join();

        double[] all = [.. _milliseconds.SelectMany(m => m).Order()];
        if (all.Length == 0 || all.Length < share * Connections) throw new IOException($"{all.Length} replies to {share * Connections} requests at a fixed rate");
        return (At(all, 0.5), At(all, 0.99), At(all, 0.999));
    }

    /// <summary>Gives every key a value, so that each GET has two lines to answer.</summary>
    public void Fill()
    {
        Thread reader = new(() => Read(0, Keys, linesAReply: 1));
        reader.Start();
        for (int key = 0; key < Keys; key++) Send(0, Set(key), Stopwatch.GetTimestamp());
        reader.Join();
        _milliseconds[0].Clear();
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    private static byte[] Get(int key) => Encoding.ASCII.GetBytes($"*2\r\n$3\r\nGET\r\n$8\r\nk{key:D7}\r\n");

    private byte[] Set(int key) => [.. Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$8\r\nk{key:D7}\r\n$64\r\n"), .. _value, .. "\r\n"u8];

    private void Send(bool writes, double rate, int requests)
    {
        byte[][] prepared = [.. Enumerable.Range(0, Keys).Select(k => writes ? Set(k) : Get(k))];
        Random random = new(1);
        long start = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < requests;)
        {
            // Sleeps for a millisecond at most, then sends all that became due.
            int due = Math.Min(requests, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate));
            for (; sent < due; sent++) Send(sent % Connections, prepared[random.Next(Keys)], start + (long)(sent / rate * Stopwatch.Frequency));
            Thread.Sleep(1);
        }
    }

    private void Send(int connection, byte[] request, long due)
    {
        lock (_due[connection]) _due[connection].Enqueue(due);
        _sockets[connection].Send(request);
    }

    private void Read(int connection, int replies, int linesAReply)
    {
        byte[] buffer = new byte[64 * 1024];
        int lines = 0;
        while (replies > 0)
        {
            int length = Receive(connection, buffer);
            if (length == 0) return;
            lines += buffer.AsSpan(0, length).Count((byte)'\n');
            long now = Stopwatch.GetTimestamp();
            for (; lines >= linesAReply; lines -= linesAReply, replies--)
            {
                lock (_due[connection]) _milliseconds[connection].Add(Stopwatch.GetElapsedTime(_due[connection].Dequeue(), now).TotalMilliseconds);
            }
        }
    }

    private int Receive(int connection, byte[] buffer)
    {
        try
        {
            return _sockets[connection].Receive(buffer);
        }
        catch (SocketException)
        {
            return 0; // what is missing shows as fewer replies
        }
    }
}
