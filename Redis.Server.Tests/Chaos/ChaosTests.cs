using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Redis.Server.Tests.Chaos.Faults;
using Redis.Server.Tests.Chaos.Workloads;

namespace Redis.Server.Tests.Chaos;

/// <summary>Everything goes wrong while clients work. Short by default; the target Chaos of build.cake goes on for hours.</summary>
[TestFixture]
internal sealed class ChaosTests
{
    private static readonly double Minutes = double.Parse(Environment.GetEnvironmentVariable("CHAOS_MINUTES") ?? "0.12", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("CHAOS_SEED") ?? "2026", CultureInfo.InvariantCulture);
    private static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(60);

    private ChaosCluster _cluster = null!;

    [SetUp]
    public async Task SetUp() => _cluster = await ChaosCluster.FormAsync(
        3, hasDisks: true, "--raft.log-max-file-size", "400000", "--raft.log-max-cache-size", "100000", "--raft.snapshot-req-max-size", "16384");

    [TearDown]
    public void TearDown()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
    }

    [Test]
    public async Task WhateverGoesWrong_ClientsAreTreatedWell()
    {
        Tally tally = new();
        Nemesis nemesis = new(_cluster, new Random(Seed), tally);
        long start = Stopwatch.GetTimestamp();
        List<Anomaly> found = [];
        int rounds = 0;
        for (TimeSpan left = TimeSpan.FromMinutes(Minutes); left > TimeSpan.Zero && found.Count == 0; left = TimeSpan.FromMinutes(Minutes) - Stopwatch.GetElapsedTime(start))
        {
            ChaosRound round = new(_cluster, Seed + rounds, $"chaos-{Seed}-{++rounds}", tally, clocksAgree: false);
            found.AddRange(await round.RunAsync(() => nemesis.RunAsync(round.Journal, left < LongestRound ? left : LongestRound)));
            if (round.SavedAs is { } path)
                TestContext.Out.WriteLine($"The history is in {path}");
            await TestContext.Progress.WriteLineAsync($"{Stopwatch.GetElapsedTime(start):hh\\:mm\\:ss} round {rounds}: {tally.Operations} operations, {nemesis.Counts.Values.Sum()} faults, {found.Count} anomalies");
        }

        string summary = ChaosSummary.Text(Seed, Stopwatch.GetElapsedTime(start), rounds, tally, nemesis, _cluster, found);
        TestContext.Out.WriteLine(summary);
        await TestContext.Progress.WriteLineAsync(summary);
        Assert.That(found, Is.Empty);
        Assert.That(tally.Of(Fate.Done), Is.GreaterThan(100), "clients got on");
    }
}
