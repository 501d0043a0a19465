using System.Diagnostics;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>A redis-benchmark that writes to one node until it is stopped or the node goes away.</summary>
internal sealed class BenchmarkLoad : IDisposable
{
    private readonly Process _process;

    private BenchmarkLoad(Process process)
    {
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Null where redis-benchmark is not installed.</summary>
    public static BenchmarkLoad? TryStart(int port)
    {
        if (InstalledProgram.Find("redis-benchmark") is not { } path)
            return null;
        ProcessStartInfo start = new(path, ["-p", $"{port}", "-q", "-n", "1000000", "-c", "2", "-r", "1000", "-t", "set,incr,lpush,sadd", "-d", "32"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new BenchmarkLoad(Process.Start(start)!);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
