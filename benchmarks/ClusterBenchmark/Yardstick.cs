using System.Diagnostics;
using System.Globalization;
using Redis.Server.Operations;

namespace Benchmarks.ClusterBenchmark;

/// <summary>What the cluster is measured against: one redis-server that syncs every write to its append-only file.</summary>
internal sealed class Yardstick : IDisposable
{
    private readonly Process _process;

    private Yardstick(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    public static Yardstick Start(string directory, int port)
    {
        Directory.CreateDirectory(directory);
        ProcessStartInfo start = new("redis-server",
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", "redis.log",
        ]);
        Yardstick yardstick = new(Process.Start(start)!, port);
        yardstick.WaitUntilReady();
        return yardstick;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void WaitUntilReady()
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10) && !_process.HasExited)
        {
            try
            {
                using RespConnection connection = RespConnection.Open("127.0.0.1", Port, TimeSpan.FromSeconds(1));
                if (!connection.Call("PING").IsError) return;
            }
            catch (IOException)
            {
                Thread.Sleep(20); // not listening yet
            }
        }
        throw new IOException($"redis-server does not answer on port {Port}");
    }
}
