using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// Linearizable reads (thesis, section 6.4): an answer includes everything that was acknowledged, or seen by another
/// read, before the read began. The log is one total order, so this is all of linearizability.
/// </summary>
internal sealed class ReadRules
{
    /// <summary>The highest index that any client knows to be in effect.</summary>
    public long Acknowledged { get; private set; }

    public long Answered { get; private set; }

    public void Acknowledge(long index) => Acknowledged = Math.Max(Acknowledged, index);

    /// <summary>A server that still leads releases a read before entries that were proposed after it.</summary>
    public static void Releasing(SimulatedNode node, PendingRead read)
    {
        RaftServer server = node.Server!;
        Rule.Holds(
            server.Role != RaftRole.Leader || read.LastEntry.Term != server.Term || node.Machine.Handed <= read.LastEntry.Index,
            $"n{node.Id} releases a read that began at {read.LastEntry} after applying index {node.Machine.Handed}");
    }

    public void Answering(SimulatedNode node, PendingRead read, long applied)
    {
        Rule.Holds(
            applied >= read.Required,
            $"n{node.Id} answers a read with the state of index {applied}; {read.Required} was acknowledged before it began");
        Acknowledge(applied);
        Answered++;
    }
}
