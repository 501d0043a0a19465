using System.Diagnostics;
using System.Net.Sockets;

namespace Benchmarks.StorageBenchmark;

/// <summary>Clients that each ask a little, all the time, SET and GET by turns on random keys, and note how long replies take.</summary>
internal sealed class SteadyLoad : IDisposable
{
    private const int Clients = 4;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);

    private readonly Dataset _data;
    private readonly Thread[] _threads;
    private readonly Lock _gate = new();
    private List<(double Took, long Asked)> _replies = [];
    private volatile bool _stop;

    public SteadyLoad(Dataset data, int port)
    {
        _data = data;
        _threads = [.. Enumerable.Range(0, Clients).Select(number => new Thread(() => Run(port, number)) { IsBackground = true })];
        foreach (Thread thread in _threads) thread.Start();
    }

    /// <summary>Milliseconds of the replies since it was last asked, in rising order, and when each was asked for.</summary>
    public (double Took, long Asked)[] Take()
    {
        lock (_gate)
        {
            List<(double Took, long Asked)> taken = _replies;
            _replies = [];
            return [.. taken.Order()];
        }
    }

    public void Dispose()
    {
        _stop = true;
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Run(int port, int number)
    {
        Random random = new(number);
        byte[] reply = new byte[1024];
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect("127.0.0.1", port);
        for (int i = 0; !_stop; i++)
        {
            int key = random.Next(_data.Keys);
            byte[] request = i % 2 == 0 ? _data.Set(key, random) : Dataset.Get(key);
            long started = Stopwatch.GetTimestamp();
            socket.Send(request);
            int length = socket.Receive(reply);
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (length <= 0 || reply[0] == '-') return; // the node is going down
            lock (_gate) _replies.Add((milliseconds, started));
            Thread.Sleep(Pace);
        }
    }
}
