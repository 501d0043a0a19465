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

    /// <summary>Whether a load reached less than 60 % of what is recorded for it.</summary>
    public bool IsFarBelow(Measurement m) => _ratios.FirstOrDefault(r => r.Load == m.Load.Name) is { } recorded && m.Ratio < recorded.Ratio * Collapse;
}
