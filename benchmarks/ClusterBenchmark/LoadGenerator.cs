using System.Diagnostics;
using System.Globalization;

namespace Benchmarks.ClusterBenchmark;

/// <summary>Runs redis-benchmark: 64-byte values on 100,000 random keys.</summary>
internal static class LoadGenerator
{
    /// <summary>Requests a second.</summary>
    public static double Run(Load load, string host, int port, int requests)
    {
        ProcessStartInfo start = new("redis-benchmark",
        [
            "-h", host, "-p", Text(port), "-t", load.Command.ToLowerInvariant(), "-n", Text(requests),
            "-c", Text(load.Clients), "-P", Text(load.Pipeline), "-d", "64", "-r", "100000", "--csv",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string? line = output.Split('\n').LastOrDefault(l => l.StartsWith($"\"{load.Command}\"", StringComparison.Ordinal));
        if (process.ExitCode != 0 || line is null)
            throw new IOException($"redis-benchmark ended with {process.ExitCode} at {load.Name}: {output} {errors.Result}");
        return double.Parse(line.Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
