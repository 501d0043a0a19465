using System.Globalization;
using System.Text.Json;

namespace Benchmarks.ClusterBenchmark;

/// <summary>Ratios of an earlier run. Machines differ and are busy, so only a collapse counts: less than 60 % of what was recorded.</summary>
internal sealed class RecordedRatios
{
    private const double Collapse = 0.6;

    private readonly Dictionary<string, double> _ratios;

    private RecordedRatios(Dictionary<string, double> ratios) => _ratios = ratios;

    /// <summary>Reads what <see cref="Report.Write"/> wrote.</summary>
    public static RecordedRatios Read(string path)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(path));
        return new RecordedRatios(report.RootElement.GetProperty("loads").EnumerateArray()
            .ToDictionary(l => l.GetProperty("name").GetString()!, l => l.GetProperty("ratio").GetDouble()));
    }

    /// <summary>Whether no load collapsed; says which did.</summary>
    public bool AreHeldBy(IEnumerable<Measurement> measurements, TextWriter output)
    {
        bool held = true;
        foreach (Measurement m in measurements)
        {
            if (!_ratios.TryGetValue(m.Load.Name, out double recorded) || m.Ratio >= recorded * Collapse) continue;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{m.Load.Name} collapsed: {m.Ratio:F2} of the yardstick, {recorded:F2} is recorded"));
            held = false;
        }
        return held;
    }
}
