using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Endurance;

/// <summary>
/// A client that asks for a bit of everything, a few requests at a time, at a rate: strings of 10 to 600 bytes, counters, hashes,
/// sorted sets, lists, short lives, scripts. What it stores stays about as much, however long it goes on.
/// </summary>
internal sealed class MixedLoad(int port, int rate, int keys, int seed) : IDisposable
{
    private const int Batch = 40;
    private const int ListLength = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = Connect(port);
    private readonly Random _random = new(seed);
    private readonly StringBuilder _requests = new();
    private readonly byte[] _replies = new byte[64 * 1024];
    private readonly string _value = new('v', 600);
    private int _expected;

    /// <summary>Requests answered.</summary>
    public long Answered { get; private set; }

    /// <exception cref="IOException">The cluster refused a request, or did not answer.</exception>
    public void Run(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        for (long batches = 1; Stopwatch.GetElapsedTime(start) < time; batches++)
        {
            _requests.Clear();
            _expected = 0;
            while (_expected < Batch) Add(_random.Next(keys), _random.NextDouble());
            Ask();
            TimeSpan due = TimeSpan.FromSeconds((double)batches * Batch / rate);
            TimeSpan early = due - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.Zero) Thread.Sleep(early);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Connect(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)Limit.TotalMilliseconds };
        socket.Connect("127.0.0.1", port);
        return socket;
    }

    private void Add(int key, double kind)
    {
        switch (kind)
        {
            case < 0.35: Request("STRLEN", $"s:{key}"); break;
            case < 0.65: Request("SET", $"s:{key}", _value[.._random.Next(10, 600)]); break;
            case < 0.70: Request("INCR", $"c:{key}"); break;
            case < 0.76: Request("HSET", $"h:{key % 2000}", $"f{key % 37}", $"{key}"); break;
            case < 0.82: Request("ZADD", $"z:{key % 500}", $"{key}", $"m{key}"); break;
            case < 0.84: Request("ZREMRANGEBYRANK", $"z:{key % 500}", "0", "-60"); break;
            case < 0.90: Request("LPUSH", $"l:{key % 500}", $"{key}"); Request("LTRIM", $"l:{key % 500}", "0", $"{ListLength}"); break;
            case < 0.93: Request("SET", $"e:{key}", "v", "PX", $"{_random.Next(100, 20_000)}"); break;
            case < 0.96: Request("EVAL", "return redis.call('incrby',KEYS[1],ARGV[1])", "1", $"c:{key}", "3"); break;
            default: Request("DEL", $"s:{key}"); break;
        }
    }

    private void Request(params ReadOnlySpan<string> words)
    {
        _requests.Append('*').Append(words.Length).Append("\r\n");
        foreach (string word in words) _requests.Append('$').Append(word.Length).Append("\r\n").Append(word).Append("\r\n");
        _expected++;
    }

    /// <summary>Every reply is a line: none of the requests asks for a value.</summary>
    private void Ask()
    {
        _socket.Send(Encoding.ASCII.GetBytes(_requests.ToString()));
        int lines = 0;
        while (lines < _expected)
        {
            int length = _socket.Receive(_replies);
            if (length == 0) throw new IOException("the connection was closed");
            Span<byte> received = _replies.AsSpan(0, length);
            if (received.Contains((byte)'-') && Encoding.ASCII.GetString(received).Split("\r\n").FirstOrDefault(l => l.StartsWith('-')) is { } error) throw new IOException(error);
            lines += received.Count((byte)'\n');
        }
        Answered += lines;
    }
}
