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

    /// <summary>Milliseconds more for each entry that a member lacks: a newcomer may get them one at a time.</summary>
    private const int BoundAnEntry = 4;

    private const int Slice = 5;

    public void Check()
    {
        List<SimulatedNode> dead = ChooseDead();
        cluster.Heal(dead);
        if (!MajorityRemains(dead))
        {
            return;
        }

        CommitOnEveryMember("commit a new entry on every member");
        ReadOnEveryMember();
        ChangeMembers();
        CommitOnEveryMember("commit with the new members");
        HandOver();
        cluster.Heal([]);
        CommitOnEveryMember("commit again");
        StayCalm();
    }

    /// <summary>The members that are up and whose acknowledgements count.</summary>
    private IEnumerable<SimulatedNode> Members(SimulatedNode leader) => leader.History.Configuration.Members
        .Where(m => !IsWiped(m)).Select(m => cluster.Find(m.Id)!).Where(n => n.IsUp);

    private bool IsWiped(Member member) => member.IsVoter && cluster.Find(member.Id)!.Disk.StoreId != member.StoreId;

    /// <summary>As many as the settings ask for, as long as the others can go on without them.</summary>
    private List<SimulatedNode> ChooseDead()
    {
        List<SimulatedNode> dead = [];
        SimulationRandom random = new(cluster.Settings.Seed, 'D');
        foreach (SimulatedNode node in cluster.Nodes.OrderBy(_ => random.NextBits()))
        {
            if (dead.Count < cluster.Settings.StayDown && MajorityRemains([.. dead, node]))
            {
                node.Crash(random.Between(0, 3));
                dead.Add(node);
            }
        }

        return dead;
    }

    /// <summary>
    /// Nothing is owed without a majority of the voters by every configuration that may yet count: the last one agreed on,
    /// and those beyond it that a node has, or that are on their way to one. Wiped disks do not come back.
    /// </summary>
    private bool MajorityRemains(IReadOnlyCollection<SimulatedNode> dead)
    {
        (long index, ClusterConfiguration agreed) = cluster.Checks.Ledger.LastConfiguration;
        return agreed.Members.Count > 0 && HasMajority(agreed, dead)
            && cluster.Nodes.Where(n => n.History.ConfigurationIndex > index).All(n => HasMajority(n.History.Configuration, dead))
            && OnTheirWay(index).All(c => HasMajority(c, dead));
    }

    /// <summary>
    /// A leader that is gone may have asked for a change that only a message still knows: whoever gets it goes by it, and may
    /// need the vote of a node that the last members agreed on could do without.
    /// </summary>
    private IEnumerable<ClusterConfiguration> OnTheirWay(long after) => cluster.OnTheirWay
        .OfType<AppendRequestEnvelope>()
        .SelectMany(e => e.Message.Entries.ToArray())
        .Where(e => e.Type == EntryType.Configuration && e.Index > after)
        .Select(e => ClusterConfiguration.Decode(e.Payload.Span));

    private bool HasMajority(ClusterConfiguration configuration, IReadOnlyCollection<SimulatedNode> dead)
    {
        int voters = configuration.Members.Count(m => m.IsVoter);
        int lost = configuration.Members.Count(m => m.IsVoter && (IsWiped(m) || dead.Contains(cluster.Find(m.Id)!) || SupportsNobody(m, dead)));

        // A non-voter that dies may yet be made a voter: what it said last is still on its way.
        int late = configuration.Members.Count(m => !m.IsVoter && dead.Contains(cluster.Find(m.Id)!));
        return voters - lost > (voters + late) / 2;
    }

    /// <summary>
    /// Who does not know yet that it votes does not campaign. When it has, or will get, entries of a leader that is gone, and none of
    /// the voters that are left has them, it refuses all of these, and nobody who has those entries asks for a vote.
    /// </summary>
    private bool SupportsNobody(Member member, IReadOnlyCollection<SimulatedNode> dead)
    {
        SimulatedNode node = cluster.Find(member.Id)!;
        return !KnowsThatItVotes(node)
            && LastToCome(node) > cluster.Nodes.Where(n => KnowsThatItVotes(n) && !dead.Contains(n)).Select(n => n.Log.Last).DefaultIfEmpty().Max();
    }

    private static bool KnowsThatItVotes(SimulatedNode node) =>
        node.History.Configuration.Find(node.Id) is { IsVoter: true } self && self.StoreId == node.Disk.StoreId;

    /// <summary>The last entry of its log, or of what is on its way to it.</summary>
    private EntryId LastToCome(SimulatedNode node) => cluster.OnTheirWay
        .OfType<AppendRequestEnvelope>()
        .Where(e => e.To == node.Id)
        .SelectMany(e => e.Message.Entries.ToArray())
        .Select(e => e.Id)
        .Append(node.Log.Last)
        .Max();

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
                // What was asked before the faults ended is answered, or fails, first.
                if (!cluster.Clients.HasReads(node) && !(answered >= 0 && cluster.Checks.Reads.Answered > answered))
                {
                    answered = cluster.Checks.Reads.Answered;
                    cluster.Clients.Read(node);
                }

                return answered >= 0 && cluster.Checks.Reads.Answered > answered;
            });
        }
    }

    private void ChangeMembers()
    {
        if (cluster.Leader?.History.Configuration is not ClusterConfiguration before)
        {
            return;
        }

        if (cluster.Nodes.FirstOrDefault(n => !before.UsedIds.Contains(n.Id) && n.IsUp && n.Log.Last == EntryId.None) is SimulatedNode spare)
        {
            Within($"add n{spare.Id} and make it a voter", () => cluster.Leader is SimulatedNode leader
                && (leader.History.Configuration.Find(spare.Id) is { IsVoter: true }
                    || Ignore(leader.History.Configuration.Find(spare.Id) ?? (object)cluster.Clients.AddMember(leader, spare.Id))));
        }

        if (before.Members.Count(m => m.IsVoter) > 3)
        {
            int last = (before.Members.FirstOrDefault(m => !cluster.Find(m.Id)!.IsUp) ?? before.Members[^1]).Id;
            Within($"remove n{last}", () => cluster.Leader is SimulatedNode leader
                && ((leader.History.Configuration.Find(last) is null && leader.History.ConfigurationIndex <= leader.Server!.Cursors.Committed)
                    || Ignore(cluster.Clients.RemoveMember(leader, last))));
        }
    }

    /// <summary>In a healthy cluster the target of a transfer, and nobody else, leads next.</summary>
    private void HandOver()
    {
        (SimulatedNode Leader, long Term, int Target)? begun = null;
        Within("hand leadership over", () =>
        {
            if (cluster.Leader is not SimulatedNode leader)
            {
                return false;
            }

            if (begun is { } transfer && (leader != transfer.Leader || leader.Server!.Term != transfer.Term))
            {
                Rule.Holds(leader.Id == transfer.Target, $"n{transfer.Leader.Id} handed over to n{transfer.Target}, but n{leader.Id} leads next");
                return true;
            }

            Member? other = leader.History.Configuration.Members.FirstOrDefault(m => m.IsVoter && !IsWiped(m) && m.Id != leader.Id && cluster.Find(m.Id)!.IsUp);
            if (other is not null && !leader.Server!.Status().IsTransferring)
            {
                bool isBegun = false;
                leader.Drive((server, id) => isBegun = server.TransferLeadership(id), other.Id);
                begun = isBegun ? (leader, leader.Server!.Term, other.Id) : null;
            }

            return other is null;
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

    /// <summary>How many entries the member that lags most lacks.</summary>
    private long Backlog()
    {
        SimulatedNode? ahead = cluster.Nodes.Where(n => n.IsUp).MaxBy(n => n.Log.Last.Index);
        return ahead is null ? 0 : Members(ahead).Select(n => ahead.Log.Last.Index - n.Log.Last.Index).DefaultIfEmpty().Max();
    }

    private static bool Ignore(object _) => false;

    private void Within(string goal, Func<bool> reached)
    {
        long end = cluster.Now + (Bound * cluster.Settings.ElectionTimeout) + (BoundAnEntry * Backlog());
        while (!reached())
        {
            Rule.Holds(cluster.Now < end, $"after all faults ended the cluster does not {goal} within {Bound} election timeouts and {BoundAnEntry} ms an entry that a member lacks");
            cluster.Run(Slice);
        }
    }
}
