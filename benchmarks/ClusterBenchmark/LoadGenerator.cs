using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.ClusterBenchmark;

/// <summary>Runs redis-benchmark.</summary>
internal static class LoadGenerator
{
    // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
    private const int PerSecondColumn = 1;
    private const int P50Column = 4;
    private const int P99Column = 6;

    /// <exception cref="IOException">redis-benchmark failed.</exception>
    public static Figures Run(Load load, string host, int port, int requests)
    {
        ProcessStartInfo start = new("redis-benchmark",
        [
            "-h", host, "-p", Text(port), "-t", load.Command.ToLowerInvariant(), "-n", Text(requests), "-c", Text(load.Clients),
            "-P", Text(load.Pipeline), "-d", Text(load.ValueBytes), "-r", Text(load.Keys), "--csv",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string? line = output.Split('\n').LastOrDefault(l => l.StartsWith($"\"{load.Command}", StringComparison.Ordinal));
        if (process.ExitCode != 0 || line is null)
            throw new IOException($"redis-benchmark ended with {process.ExitCode} at {load.Name}: {output} {errors.Result}");
        double[] columns = [.. line.Split(',').Skip(1).Select(c => double.Parse(c.Trim('"'), CultureInfo.InvariantCulture))];
        return new Figures(columns[PerSecondColumn - 1], columns[P50Column - 1], columns[P99Column - 1]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
