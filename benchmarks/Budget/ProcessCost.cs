using System.Globalization;

namespace Benchmarks.Budget;

/// <summary>What a process has cost so far, as /proc tells.</summary>
/// <param name="UserMicroseconds">Processor time outside of the kernel.</param>
/// <param name="SystemMicroseconds">Processor time in the kernel.</param>
/// <param name="Switches">Context switches of its threads.</param>
/// <param name="Written">Bytes it caused to be written to disks.</param>
internal readonly record struct ProcessCost(double UserMicroseconds, double SystemMicroseconds, double Switches, double Written)
{
    private const double TickMicroseconds = 10_000; // USER_HZ is 100 on Linux, proc(5)

    public static ProcessCost Of(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from the third field on
        double switches = Directory.EnumerateDirectories($"/proc/{process}/task").Sum(thread => Sum($"{thread}/status", "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"));
        return new ProcessCost(
            TickMicroseconds * long.Parse(fields[11], CultureInfo.InvariantCulture),
            TickMicroseconds * long.Parse(fields[12], CultureInfo.InvariantCulture),
            switches,
            Sum($"/proc/{process}/io", "write_bytes:"));
    }

    public static ProcessCost operator -(ProcessCost after, ProcessCost before) => new(
        after.UserMicroseconds - before.UserMicroseconds,
        after.SystemMicroseconds - before.SystemMicroseconds,
        after.Switches - before.Switches,
        after.Written - before.Written);

    private static double Sum(string file, params string[] names) => File.ReadLines(file)
        .Where(line => names.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
        .Sum(line => double.Parse(line[(line.IndexOf(':') + 1)..], CultureInfo.InvariantCulture));
}
