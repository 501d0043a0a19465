namespace Raft.Core.Tests.Simulation;

/// <summary>Who wants to read along.</summary>
internal interface ITrace
{
    void Begin(SimulatedCluster cluster);

    void Sent(Envelope envelope);

    void Delivered(Envelope envelope);

    void Note(int node, string what);
}
