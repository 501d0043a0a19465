namespace Raft.Core.Tests.Simulation;

/// <summary>Something that happens at a known moment of simulated time: one step of the simulation.</summary>
internal abstract class Happening
{
    public abstract void Happen();
}
