using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>Runs a workload, cuts the power at a step, and judges what the next start finds.</summary>
internal sealed class CrashExplorer(IReadOnlyList<Operation> workload, CrashKind kind, int seed, bool fillsFiles = true)
{
    /// <summary>What a node does after it came back: enough to bring leftovers of the first life to light.</summary>
    private static readonly Operation[] Aftermath =
    [
        new(Verb.Append, 2), new(Verb.Sync), new(Verb.Vote, 2), new(Verb.Append, 1),
    ];

    /// <summary>Number of starts that were judged.</summary>
    public int Starts { get; private set; }

    /// <summary>Steps of the whole workload when nothing happens.</summary>
    public int CountSteps()
    {
        FaultyDisk disk = new();
        new StorageNode(disk, fillsFiles).Run(workload);
        return disk.Steps;
    }

    public void CutEverywhere(bool cutRecovery)
    {
        int steps = CountSteps();
        for (int step = 1; step <= steps + 1; step++)
        {
            CutAt(step, cutRecovery);
        }
    }

    public void CutAt(int step, bool cutRecovery)
    {
        FaultyDisk disk = new() { CutAt = step };
        StorageNode? node = null;
        try
        {
            node = new StorageNode(disk, fillsFiles);
            node.Run(workload);
        }
        catch (PowerCutException)
        {
            // The node is gone; what it may rely on is still known.
        }

        Random random = new(seed + step);
        disk.Crash(kind, random);
        if (cutRecovery && kind != CrashKind.Killed)
        {
            CutRecovery(disk, node, step, random);
        }

        StorageNode again = Start(disk, node, $"cut at step {step}");
        again.Accept();
        again.CatchUp();
        again.Run(Aftermath);
        CrashKind next = random.Next(2) == 0 ? CrashKind.Lost : CrashKind.Torn;
        disk.Crash(next, random);
        Start(disk, again, $"cut at step {step}, then {next} after new entries");
    }

    private void CutRecovery(FaultyDisk crashed, StorageNode? former, int step, Random random)
    {
        for (int second = 1; ; second++)
        {
            FaultyDisk disk = crashed.Clone();
            disk.CutAt = disk.Steps + second;
            try
            {
                _ = new StorageNode(disk, fillsFiles);
                return;
            }
            catch (PowerCutException)
            {
                disk.Crash(kind, random);
                Start(disk, former, $"cut at step {step} and at step {second} of the recovery");
            }
        }
    }

    private StorageNode Start(FaultyDisk disk, StorageNode? former, string what)
    {
        Starts++;
        try
        {
            StorageNode node = new(disk);
            if (former is not null && node.Judge(former) is { } wrong)
            {
                Assert.Fail($"{Describe(what)}: {wrong}");
            }

            return node;
        }
        catch (StorageException e)
        {
            throw new AssertionException($"{Describe(what)}: {e.Message}", e);
        }
    }

    private string Describe(string what) => $"{kind}, seed {seed}, {what} of [{string.Join(", ", workload)}]";
}
