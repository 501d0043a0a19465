using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Redis.Server.Diagnostics;

/// <summary>What a histogram instrument has measured so far, counted as Prometheus wants it. Any thread.</summary>
internal sealed class PrometheusHistogram(Histogram<double> instrument)
{
    private readonly Lock _lock = new();
    private readonly double[] _bounds = [.. instrument.Advice?.HistogramBucketBoundaries ?? []];
    private readonly long[] _counts = new long[(instrument.Advice?.HistogramBucketBoundaries?.Count ?? 0) + 1];
    private double _sum;

    public void Record(double value)
    {
        int bucket = Array.BinarySearch(_bounds, value);
        lock (_lock)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    public void Write(StringBuilder text)
    {
        string name = instrument.Name.Replace('.', '_');
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} histogram\n");
        lock (_lock)
        {
            long seen = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                seen += _counts[i];
                string bound = i < _bounds.Length ? _bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bound}\"}} {seen}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_sum {_sum}\n{name}_count {seen}\n");
        }
    }
}
