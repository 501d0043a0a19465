using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Raft.Core.Tests.Storage;

/// <summary>Workloads that nobody thought of, cut at a step that nobody chose.</summary>
[TestFixture]
internal sealed class GeneratedWorkloadTests
{
    private static readonly Gen<Operation> Operations = Gen.Frequency(
        (6, Gen.Choose(1, 5).SelectMany(count => Gen.Elements(1, 30, 400, 1800, 9000).Select(size => new Operation(Verb.Append, count, size)))),
        (6, Gen.Constant(new Operation(Verb.Sync))),
        (2, Gen.Choose(0, 5).Select(count => new Operation(Verb.Truncate, count))),
        (2, Gen.Choose(0, 5).Select(count => new Operation(Verb.Snapshot, count))),
        (1, Gen.Choose(1, 9).Select(count => new Operation(Verb.Receive, count))),
        (1, Gen.Choose(1, 3).Select(node => new Operation(Verb.Vote, node))),
        (1, Gen.Elements(new Operation(Verb.Restart), new Operation(Verb.Kill), new Operation(Verb.Idle))));

    private static readonly Arbitrary<Operation[]> Workloads = Arb.From(
        Operations.ArrayOf(),
        operations => operations.Select((_, left) => operations.Where((_, i) => i != left).ToArray()));

    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 25)]
    public Property A_power_cut_loses_nothing_acknowledged(int seed) => Prop.ForAll(Workloads, workload =>
    {
        Random random = new(seed);
        bool fillsFiles = random.Next(2) == 0;
        int steps = new CrashExplorer(workload, CrashKind.Lost, seed, fillsFiles).CountSteps();
        foreach (CrashKind kind in Enum.GetValues<CrashKind>())
        {
            new CrashExplorer(workload, kind, seed, fillsFiles).CutAt(random.Next(1, steps + 2), cutRecovery: true);
        }

        return true;
    });
}
