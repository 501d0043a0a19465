using System.Globalization;

namespace Benchmarks.StorageBenchmark;

/// <summary>Resident memory of a process as Linux knows it, in bytes.</summary>
internal static class ProcessMemory
{
    public static long Resident(int process) => Field(process, "VmRSS:");

    /// <summary>The most since <see cref="ResetPeak"/>.</summary>
    public static long Peak(int process) => Field(process, "VmHWM:");

    public static void ResetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    private static long Field(int process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[0], CultureInfo.InvariantCulture) * 1024;
    }
}
