using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// The second phase of a run: every fault ends, and within a bound the cluster elects a leader, commits, answers reads on
/// every member, changes members, hands leadership over, and then stays as it is, even if removed nodes still talk to it.
/// </summary>
internal sealed class Liveness(SimulatedCluster cluster)
{
    /// <summary>Election timeouts within which each goal must be reached.</summary>
    private const int Bound = 40;

    private const int Slice = 5;

    public void Check()
    {
        cluster.Heal();
        if (!MajorityRemains())
        {
            return;
        }

        CommitOnEveryMember("commit a new entry on every member");
        ReadOnEveryMember();
        ChangeMembers();
        HandOver();
        CommitOnEveryMember("commit again");
        StayCalm();
    }

    private IEnumerable<SimulatedNode> Members(SimulatedNode leader) => leader.History.Configuration.Members
        .Where(m => !IsWiped(m)).Select(m => cluster.Find(m.Id)!);

    private bool IsWiped(Member member) => member.IsVoter && cluster.Find(member.Id)!.Disk.StoreId != member.StoreId;

    /// <summary>
    /// Wiped disks do not come back: without a majority of the voters by every configuration that may yet count, nothing
    /// is owed.
    /// </summary>
    private bool MajorityRemains()
    {
        foreach (SimulatedNode node in cluster.Nodes)
        {
            ClusterConfiguration configuration = node.History.Configuration;
            int voters = configuration.Members.Count(m => m.IsVoter);
            int wiped = configuration.Members.Count(IsWiped);
            if (wiped > 0 && voters - wiped <= voters / 2)
            {
                return false;
            }
        }

        return cluster.Nodes.Any(n => n.History.Configuration.Members.Count > 0);
    }

    private void CommitOnEveryMember(string goal)
    {
        EntryId proposed = EntryId.None;
        Within(goal, () =>
        {
            if (cluster.Leader is not SimulatedNode leader)
            {
                return false;
            }

            if (proposed.Term == leader.Server!.Term)
            {
                return Members(leader).All(n => n.Machine.Applied.Index >= proposed.Index);
            }

            if (cluster.Clients.Propose(leader) == ProposeResult.Accepted)
            {
                proposed = leader.Log.Last;
            }

            return false;
        });
    }

    private void ReadOnEveryMember()
    {
        foreach (SimulatedNode node in cluster.Leader is SimulatedNode leader ? Members(leader).ToList() : [])
        {
            long answered = -1;
            Within($"answer a read on n{node.Id}", () =>
            {
                if (answered >= 0 && cluster.Checks.Reads.Answered > answered)
                {
                    return true;
                }

                if (cluster.Clients.LongestWait(node) == 0)
                {
                    answered = cluster.Checks.Reads.Answered;
                    cluster.Clients.Read(node);
                }

                return cluster.Checks.Reads.Answered > answered;
            });
        }
    }

    private void ChangeMembers()
    {
        if (cluster.Leader?.History.Configuration is not ClusterConfiguration before)
        {
            return;
        }

        if (cluster.Nodes.FirstOrDefault(n => !before.UsedIds.Contains(n.Id) && n.Log.Last == EntryId.None) is SimulatedNode spare)
        {
            Within($"add n{spare.Id} and make it a voter", () => cluster.Leader is SimulatedNode leader
                && (leader.History.Configuration.Find(spare.Id) is { IsVoter: true }
                    || Ignore(leader.History.Configuration.Find(spare.Id) ?? (object)cluster.Clients.AddMember(leader, spare.Id))));
        }

        if (before.Members.Count(m => m.IsVoter) > 3)
        {
            int last = before.Members[^1].Id;
            Within($"remove n{last}", () => cluster.Leader is SimulatedNode leader
                && ((leader.History.Configuration.Find(last) is null && leader.History.ConfigurationIndex <= leader.Server!.Cursors.Committed)
                    || Ignore(cluster.Clients.RemoveMember(leader, last))));
        }
    }

    private void HandOver()
    {
        int target = 0;
        Within("hand leadership over", () =>
        {
            if (cluster.Leader is not SimulatedNode leader)
            {
                return false;
            }

            if (leader.Id == target)
            {
                return true;
            }

            Member? other = leader.History.Configuration.Members.FirstOrDefault(m => m.IsVoter && !IsWiped(m) && m.Id != leader.Id);
            if (other is null)
            {
                return true;
            }

            target = other.Id;
            leader.Drive(static (server, id) => server.TransferLeadership(id), target);
            return false;
        });
    }

    /// <summary>Without faults nothing deposes a leader, neither followers nor nodes that were removed (thesis, 4.2.3).</summary>
    private void StayCalm()
    {
        SimulatedNode? leader = cluster.Leader;
        long term = leader?.Server?.Term ?? 0;
        for (int i = 0; i < 8 * cluster.Settings.ElectionTimeout; i += Slice)
        {
            cluster.Run(Slice);
            Rule.Holds(
                cluster.Leader == leader && leader?.Server!.Term == term,
                $"n{leader?.Id} led term {term} of a healthy cluster; now n{cluster.Leader?.Id} leads term {cluster.Leader?.Server!.Term}");
        }

        foreach (SimulatedNode node in cluster.Nodes)
        {
            long wait = cluster.Clients.LongestWait(node);
            Rule.Holds(wait <= Bound * cluster.Settings.ElectionTimeout, $"a read on n{node.Id} waits for {wait} ms");
        }
    }

    private static bool Ignore(object _) => false;

    private void Within(string goal, Func<bool> reached)
    {
        long end = cluster.Now + (Bound * cluster.Settings.ElectionTimeout);
        while (!reached())
        {
            Rule.Holds(cluster.Now < end, $"after all faults ended the cluster does not {goal} within {Bound} election timeouts");
            cluster.Run(Slice);
        }
    }
}
