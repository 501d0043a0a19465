using System.Globalization;
using System.Text.Json;

namespace Benchmarks.ClusterBenchmark;

/// <summary>Ratios of an earlier run. Machines differ and are busy, so only a collapse counts: less than 60 % of what was recorded.</summary>
internal sealed class RecordedRatios
{
    private const double Collapse = 0.6;

    private readonly IReadOnlyList<RecordedRatio> _ratios;

    private RecordedRatios(IReadOnlyList<RecordedRatio> ratios) => _ratios = ratios;

    /// <summary>Reads what <see cref="Report.Write"/> wrote.</summary>
    public static RecordedRatios Read(string path)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(path));
        return new RecordedRatios([.. report.RootElement.GetProperty("loads").EnumerateArray().Select(load => new RecordedRatio(
            load.GetProperty("name").GetString()!,
            load.GetProperty("ratio").GetDouble(),
            load.GetProperty("goal") is { ValueKind: JsonValueKind.Number } goal ? goal.GetDouble() : null))]);
    }

    public string Chart() => RatioChart.Draw(_ratios);

    /// <summary>Whether no load collapsed; says which did.</summary>
    public bool AreHeldBy(IEnumerable<Measurement> measurements, TextWriter output)
    {
        bool held = true;
        foreach (Measurement m in measurements)
        {
            if (_ratios.FirstOrDefault(r => r.Load == m.Load.Name) is not { Ratio: double recorded } || m.Ratio >= recorded * Collapse) continue;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{m.Load.Name} collapsed: {m.Ratio:F2} of the yardstick, {recorded:F2} is recorded"));
            held = false;
        }
        return held;
    }
}
