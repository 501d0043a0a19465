using NUnit.Framework;
using Redis.Server.Diagnostics;

namespace Redis.Server.Tests.Introspection;

/// <summary>Buckets and percentiles as redis-server 7.0 prints them for the same durations.</summary>
internal sealed class LatencyHistogramTests
{
    [TestCase(3_000, ExpectedResult = 3_007)]
    [TestCase(9_000, ExpectedResult = 9_023)]
    [TestCase(10_000, ExpectedResult = 10_047)]
    [TestCase(13_000, ExpectedResult = 13_055)]
    [TestCase(43_000, ExpectedResult = 43_007)]
    [TestCase(195_000, ExpectedResult = 195_583)]
    [TestCase(0, ExpectedResult = 1)]
    [TestCase(99, ExpectedResult = 99)]
    [TestCase(5_000_000_000, ExpectedResult = 1_002_438_655)]
    public long A_duration_is_shown_as_the_end_of_its_bucket(long nanoseconds)
    {
        LatencyHistogram histogram = new();
        histogram.Record(nanoseconds);
        return histogram.ValueAt(50);
    }

    [Test]
    public void Percentiles_count_from_below()
    {
        LatencyHistogram histogram = new();
        for (int i = 1; i <= 100; i++)
            histogram.Record(i);
        Assert.That((histogram.ValueAt(0), histogram.ValueAt(50), histogram.ValueAt(99), histogram.ValueAt(100)), Is.EqualTo((1, 50, 99, 100)));
        Assert.That(new LatencyHistogram().ValueAt(50), Is.Zero);
    }

    [Test]
    public void The_distribution_is_cumulative_in_powers_of_two()
    {
        LatencyHistogram histogram = new();
        foreach (long microseconds in new[] { 1, 2, 3, 20, 30, 150_000, 300_000, 500_000 })
            histogram.Record(microseconds * 1000);
        Assert.That(histogram.Distribution(), Is.EqualTo(new[] { (1L, 1L), (2, 2), (4, 3), (33, 5), (270_532, 6), (541_065, 8) }));
    }
}
