using NUnit.Framework;

namespace Raft.Core.Tests.Storage;

/// <summary>The power is cut at every step of scripted workloads, and again at every step of the recovery.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class PowerCutTests
{
    private static readonly Operation[] Appends =
    [
        new(Verb.Append), new(Verb.Sync), new(Verb.Append, 3, 200), new(Verb.Sync), new(Verb.Append, 2, 700), new(Verb.Sync),
        new(Verb.Append, 5, 10), new(Verb.Idle), new(Verb.Append, 2, 10), new(Verb.Restart), new(Verb.Append), new(Verb.Sync),
    ];

    private static readonly Operation[] SegmentsFillUp =
    [
        new(Verb.Append, 3, 1500), new(Verb.Sync), new(Verb.Append, 6, 900), new(Verb.Sync), new(Verb.Append, 1, 6000),
        new(Verb.Sync), new(Verb.Append, 12, 600), new(Verb.Sync), new(Verb.Append, 1, 70_000), new(Verb.Append, 2), new(Verb.Sync),
    ];

    private static readonly Operation[] Truncations =
    [
        new(Verb.Append, 6), new(Verb.Sync), new(Verb.Truncate, 3), new(Verb.Append, 2), new(Verb.Sync), new(Verb.Append, 4),
        new(Verb.Truncate, 5), new(Verb.Append, 1, 900), new(Verb.Sync), new(Verb.Append, 4, 1200), new(Verb.Sync),
        new(Verb.Truncate, 4), new(Verb.Append, 1), new(Verb.Sync),
    ];

    private static readonly Operation[] SnapshotsTaken =
    [
        new(Verb.Append, 6, 1000), new(Verb.Sync), new(Verb.Snapshot, 2), new(Verb.Append, 4, 1000), new(Verb.Sync),
        new(Verb.Snapshot, 0), new(Verb.Append, 2), new(Verb.Sync), new(Verb.Snapshot, 1), new(Verb.Sync),
    ];

    private static readonly Operation[] FilesReused =
    [
        new(Verb.Append, 6, 1500), new(Verb.Sync), new(Verb.Snapshot, 0), new(Verb.Sync), new(Verb.Append, 5, 1300), new(Verb.Sync),
        new(Verb.Append, 1, 40), new(Verb.Kill), new(Verb.Append, 1, 300), new(Verb.Truncate, 1), new(Verb.Append, 1, 20), new(Verb.Sync),
    ];

    private static readonly Operation[] SnapshotsReceived =
    [
        new(Verb.Append, 6, 900), new(Verb.Sync), new(Verb.Receive, 10), new(Verb.Append, 2), new(Verb.Sync), new(Verb.Truncate, 2),
        new(Verb.Receive, 1), new(Verb.Sync), new(Verb.Append, 5, 1500), new(Verb.Sync), new(Verb.Snapshot, 1), new(Verb.Sync),
    ];

    private static readonly Operation[] Votes =
    [
        new(Verb.Vote, 1), new(Verb.Vote, 2), new(Verb.Append), new(Verb.Sync), new(Verb.Vote, 3), new(Verb.Kill), new(Verb.Vote, 1),
    ];

    private static readonly Operation[] KilledInBetween =
    [
        new(Verb.Append, 2), new(Verb.Sync), new(Verb.Append, 3), new(Verb.Kill), new(Verb.Append, 2, 800), new(Verb.Sync),
        new(Verb.Kill), new(Verb.Append, 8, 800), new(Verb.Sync), new(Verb.Receive, 5), new(Verb.Kill), new(Verb.Append), new(Verb.Sync),
    ];

    [Test]
    public void Nothing_acknowledged_is_lost_and_nothing_else_is_half_there(
        [Values(
            nameof(Appends), nameof(SegmentsFillUp), nameof(Truncations), nameof(SnapshotsTaken), nameof(FilesReused),
            nameof(SnapshotsReceived), nameof(Votes), nameof(KilledInBetween))] string workload,
        [Values] CrashKind kind)
    {
        bool fillsFiles = workload != nameof(SegmentsFillUp) || kind is CrashKind.Lost or CrashKind.Killed;
        CrashExplorer explorer = new(Workload(workload), kind, seed: 1, fillsFiles);
        explorer.CutEverywhere(cutRecovery: true);
        TestContext.Out.WriteLine($"{explorer.Starts} starts judged");
    }

    private static Operation[] Workload(string name) => name switch
    {
        nameof(Appends) => Appends,
        nameof(SegmentsFillUp) => SegmentsFillUp,
        nameof(Truncations) => Truncations,
        nameof(SnapshotsTaken) => SnapshotsTaken,
        nameof(FilesReused) => FilesReused,
        nameof(SnapshotsReceived) => SnapshotsReceived,
        nameof(Votes) => Votes,
        _ => KilledInBetween,
    };
}
