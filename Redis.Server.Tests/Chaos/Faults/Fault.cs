namespace Redis.Server.Tests.Chaos.Faults;

/// <summary>Faults of one kind do not happen at once; those of different kinds may.</summary>
internal enum FaultKind
{
    Process,
    Network,
    Operator,
    Machine,
}

/// <summary>Something that goes wrong, or that an operator does, and that is over when its task is.</summary>
internal sealed record Fault(string Name, FaultKind Kind, Func<FaultSite, Task> RunAsync)
{
    public static IReadOnlyList<Fault> All { get; } = [.. ProcessFaults.Rows, .. NetworkFaults.Rows, .. OperatorFaults.Rows, .. MachineFaults.Rows];
}

/// <summary>Where a fault happens, and for how long.</summary>
internal sealed class FaultSite(ChaosCluster cluster, Random random, Journal journal, TimeSpan duration)
{
    public ChaosCluster Cluster => cluster;

    public FaultyNetwork Network => cluster.Network;

    public Random Random => random;

    /// <summary>Until the fault is to end.</summary>
    public Task LastAsync() => Task.Delay(duration);

    public void Note(string text) => journal.Note(text);

    /// <summary>A member; every second time it is the leader.</summary>
    public async Task<ChaosNode> TargetAsync()
    {
        ChaosNode? leader = random.Next(2) == 0 ? await cluster.FindLeaderAsync() : null;
        return leader ?? AnyMember();
    }

    public ChaosNode AnyMember()
    {
        IReadOnlyList<ChaosNode> members = cluster.Members;
        return members[random.Next(members.Count)];
    }

    /// <summary>Does something to a member's process while nobody else does; nothing when it has left meanwhile.</summary>
    public static async Task AloneAsync(ChaosNode node, Func<Task> act)
    {
        await node.Life.WaitAsync();
        try
        {
            if (node.IsMember)
                await act();
        }
        finally
        {
            node.Life.Release();
        }
    }
}
