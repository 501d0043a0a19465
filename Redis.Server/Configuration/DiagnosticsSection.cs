using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>Slow log and latency.</summary>
internal sealed class DiagnosticsSection
{
    private readonly IntegerOption _slowLogSlowerThan;
    private readonly IntegerOption _slowLogMaxLength;
    private readonly IntegerOption _latencyMonitorThreshold;
    private readonly YesNoOption _latencyTracking;
    private readonly WordsOption _latencyPercentiles;
    private readonly IntegerOption _metricsPort;

    public DiagnosticsSection(OptionTable table)
    {
        const OptionFlags None = OptionFlags.None;
        table.Begin(OptionSection.Diagnostics);
        _slowLogSlowerThan = table.Add(new IntegerOption("slowlog-log-slower-than", 10000, -1, long.MaxValue, "µs", None, "Commands that run longer are kept in the slow log; -1: none, 0: all."));
        _slowLogMaxLength = table.Add(new IntegerOption("slowlog-max-len", 128, 0, long.MaxValue, "entries", None, "Entries that the slow log keeps."));
        _latencyMonitorThreshold = table.Add(new IntegerOption("latency-monitor-threshold", 0, 0, long.MaxValue, "ms", None, "Events that take longer are kept for LATENCY; 0: none."));
        _latencyTracking = table.Add(new YesNoOption("latency-tracking", true, None, "Whether INFO latencystats and LATENCY HISTOGRAM are kept."));
        _latencyPercentiles = table.Add(new WordsOption("latency-tracking-info-percentiles", ["50", "99", "99.9"], ' ', "percentiles", None, "The percentiles in INFO latencystats.", CheckPercentiles));
        _metricsPort = table.Add(new IntegerOption("metrics-port", 0, 0, 65535, "", OptionFlags.Immutable | OptionFlags.Ours, "Port that answers Prometheus, on the addresses of bind; 0: none."));
    }

    /// <summary>Negative: the slow log is off.</summary>
    public long SlowLogSlowerThanMicroseconds => _slowLogSlowerThan.Value;

    public long SlowLogMaxLength => _slowLogMaxLength.Value;

    /// <summary>Milliseconds; 0: off.</summary>
    public long LatencyMonitorThreshold => _latencyMonitorThreshold.Value;

    public bool LatencyTracking => _latencyTracking.Value;

    public IEnumerable<double> LatencyPercentiles => _latencyPercentiles.Value.Select(p => double.Parse(p, CultureInfo.InvariantCulture));

    /// <summary>0: none.</summary>
    public int MetricsPort => (int)_metricsPort.Value;

    private static string? CheckPercentiles(IReadOnlyList<string> words)
    {
        foreach (string word in words)
        {
            if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double percentile) || double.IsNaN(percentile))
                return "Invalid latency-tracking-info-percentiles parameters";
            if (percentile is < 0 or > 100) return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
        }
        return null;
    }
}
