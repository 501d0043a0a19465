using Raft.Core;

namespace Embedding;

/// <summary>Founds a cluster, lets two nodes join, counts, hands over and reads.</summary>
public static class ReplicatedCounter
{
    public static long Run(TextWriter output)
    {
        Dictionary<int, InProcessTransport> network = [];
        CounterNode[] nodes = [.. Enumerable.Range(1, 3).Select(id => new CounterNode(id, network))];
        foreach (CounterNode node in nodes) network.Add(node.Id, node);
        long now = 0;

        nodes[0].Server.Bootstrap("node 1");
        RunUntil(() => Leader()?.Server.AddMember(2, "node 2", out _) == ProposeResult.Accepted);
        RunUntil(() => Leader()?.Server.AddMember(3, "node 3", out _) == ProposeResult.Accepted);
        RunUntil(() => Leader()?.Server.Configuration.Members.Count(member => member.IsVoter) == 3);
        output.WriteLine($"node {Leader()!.Id} leads three voters");

        int committed = 0;
        for (int i = 1; i <= 10; i++) Leader()!.Add(i, fate => committed += fate == ProposalFate.Committed ? 1 : 0);
        RunUntil(() => committed == 10);
        output.WriteLine($"{committed} additions are committed");

        Leader()!.TakeSnapshot();
        Leader()!.Server.TransferLeadership(2);
        RunUntil(() => Leader()?.Id == 2);
        output.WriteLine("node 2 leads now");

        long? value = null;
        RunUntil(() => { if (value is null) nodes[2].Read(answer => value = answer); return value is not null; });
        output.WriteLine($"node 3 reads {value}");
        return value!.Value;

        CounterNode? Leader() => nodes.Where(node => node.Server.Role == RaftRole.Leader).MaxBy(node => node.Server.Term);

        void RunUntil(Func<bool> done)
        {
            for (int turn = 0; !done(); turn++, now += 10)
            {
                if (turn == 1000) throw new TimeoutException("Ten seconds of the cluster's time have passed.");
                foreach (CounterNode node in nodes) node.Turn(TimeSpan.FromMilliseconds(10), now);
            }
        }
    }
}
