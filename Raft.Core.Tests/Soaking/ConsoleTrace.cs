using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Soaking;

/// <summary>Prints everything that happens.</summary>
internal sealed class ConsoleTrace : ITrace
{
    private SimulatedCluster? _cluster;

    private string Now => $"{_cluster?.Now,6}";

    public void Begin(SimulatedCluster cluster) => _cluster = cluster;

    public void Sent(Envelope envelope)
    {
    }

    public void Delivered(Envelope envelope) => Console.WriteLine($"{Now}   n{envelope.From} -> n{envelope.To} {envelope}");

    public void Note(int node, string what) => Console.WriteLine(node == 0 ? $"{Now} {what}" : $"{Now} n{node} {what}");
}
