using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Schedules;

/// <summary>A verb of schedules: how many words follow, which of them is an amount (the others name nodes), what it does.</summary>
internal sealed record StepVerb(int Words, int Amount, Action<SimulatedCluster, string[]> Execute)
{
    public bool IsAmount(int word) => word == Amount;
}
