using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// Who may seek, give and keep office: voters are loyal to a leader they hear, who campaigns asked before, and who leads
/// is a member, hears a majority and has a disk that keeps up (thesis, sections 4.2.2, 4.2.3, 6.2 and 9.6).
/// </summary>
internal sealed class OfficeRules(SimulatedCluster cluster)
{
    private readonly Dictionary<(long Term, int Candidate), HashSet<long>> _preVotes = [];

    /// <summary>In microseconds, as clocks count here.</summary>
    private long ElectionTimeout => cluster.Settings.ElectionTimeout * 1000L;

    private bool HasLeases => cluster.Settings.LeaseReads != 0;

    /// <summary>A vote or pre-vote is given.</summary>
    public void Granting(SimulatedNode node, int candidate, in VoteReply reply)
    {
        if (node.Delivering is not VoteRequestEnvelope { Message: VoteRequest request })
        {
            throw new SafetyViolationException($"n{node.Id} gives n{candidate} a vote that was not asked for");
        }

        if (reply.IsPreVote)
        {
            if (!_preVotes.TryGetValue((reply.Term, candidate), out HashSet<long>? grants))
            {
                _preVotes.Add((reply.Term, candidate), grants = []);
            }

            grants.Add(reply.StoreId);
        }

        NodeHistory history = node.History;
        EntryId own = node.Log.Last;
        EntryId asked = request.LastEntry;
        Rule.Holds(
            asked.Term > own.Term || (asked.Term == own.Term && asked.Index >= own.Index),
            $"n{node.Id} supports n{candidate} with last entry {asked}, its own is {own}");
        Rule.Holds(
            !reply.IsPreVote || request.Term > history.Term,
            $"n{node.Id} of term {history.Term} gives a pre-vote for term {request.Term}");
        bool isHandedOver = request.IsTransfer && history.Configuration.Find(candidate) is { IsVoter: true };
        Rule.Holds(
            isHandedOver || !(history.Role == RaftRole.Leader || IsLoyal(node)), $"n{node.Id} supports n{candidate} for term {request.Term} although its leader may be well");
    }

    /// <summary>Votes or pre-votes are asked for.</summary>
    public void Campaigning(SimulatedNode node, in VoteRequest request)
    {
        NodeHistory history = node.History;
        long store = node.Disk.StoreId;
        bool isNeeded = history.ConfigurationIndex > node.Server!.Cursors.Committed && IsVoter(history.PreviousConfiguration, node.Id, store);
        Rule.Holds(IsVoter(history.Configuration, node.Id, store) || isNeeded, $"n{node.Id} campaigns and is not a voter");
        Rule.Holds(history.Contacts.Now >= history.Contacts.StalledUntil, $"n{node.Id} campaigns although its disk does not keep up");
        Rule.Holds(!node.Machine.IsInstalling, $"n{node.Id} campaigns while it installs a snapshot");
        Rule.Holds(!HasLeases || request.IsTransfer || !IsLoyal(node), $"n{node.Id} campaigns although it promised its leader not to");
        if (!request.IsPreVote && !request.IsTransfer)
        {
            HashSet<long> grants = _preVotes.GetValueOrDefault((request.Term, node.Id)) ?? [];
            int voters = history.Configuration.Members.Count(m => m.IsVoter);
            int granted = history.Configuration.Members.Count(m => m.IsVoter && (m.Id == node.Id || grants.Contains(m.StoreId)));
            Rule.Holds(granted > voters / 2, $"n{node.Id} campaigns in term {request.Term} with {granted} pre-votes of {voters} voters");
        }
    }

    /// <summary>After every step of a leader.</summary>
    public void Leading(SimulatedNode node)
    {
        ClusterConfiguration members = node.History.Configuration;
        Rule.Holds(
            IsVoter(members, node.Id, node.Disk.StoreId) || node.History.ConfigurationIndex > node.Server!.Cursors.Committed,
            $"n{node.Id} leads on although its removal is committed");
        int voters = 0;
        int heard = 0;
        foreach (Member member in members.Members)
        {
            if (member.IsVoter)
            {
                voters++;
                heard += member.Id == node.Id || node.History.Contacts.Hears(member.Id, member.StoreId, ElectionTimeout) ? 1 : 0;
            }
        }

        Rule.Holds(heard > voters / 2, $"n{node.Id} leads on although it hears only {heard} of {voters} voters");
    }

    /// <summary>
    /// After every step of a leader: who stays until another one is elected asks only one that can win, for its disk holds
    /// the whole log (thesis, section 3.10).
    /// </summary>
    public void HandingOver(SimulatedNode node)
    {
        if (node.History.Asked is not (int target, EntryId last))
        {
            return;
        }

        SimulatedDisk successor = cluster.Find(target)!.Disk;
        bool isToldTooLate = successor.Term > node.Server!.Term || node.History.Configuration.Find(target)?.StoreId != successor.StoreId;
        Rule.Holds(isToldTooLate || successor.Keeps(last), $"n{node.Id} asks n{target} to campaign, which does not have {last} on disk");
        Rule.Holds(node.Server.Status().IsTransferring, $"n{node.Id} asks n{target} to campaign and does not wait for it");
    }

    /// <summary>A leader whose disk stalls does not stay when another voter, with the disk that counts, could lead.</summary>
    public void Stalled(SimulatedNode node)
    {
        bool hasSuccessor = node.History.Configuration.Members.Any(m => m.IsVoter && m.Id != node.Id
            && cluster.Find(m.Id)!.Disk.StoreId == m.StoreId
            && node.History.Contacts.HasHeard(m.Id, m.StoreId, ElectionTimeout));
        Rule.Holds(node.Server is not { Role: RaftRole.Leader } || !hasSuccessor, $"n{node.Id} leads on with a disk that does not keep up");
    }

    /// <summary>
    /// A read was answered without asking anyone: no majority may be free to elect another leader, by what they know of
    /// their clocks (thesis, section 6.4.1).
    /// </summary>
    public void AnsweredByLease(SimulatedNode node)
    {
        ClusterConfiguration members = node.History.Configuration;
        int voters = members.Members.Count(m => m.IsVoter);
        int free = members.Members.Count(m => m.IsVoter && m.Id != node.Id && IsFree(cluster.Find(m.Id)!, m, node.Server!.Term));
        Rule.Holds(voters == 1 || free <= voters / 2, $"n{node.Id} answers by a lease although {free} of {voters} voters are free to elect another leader");
    }

    private bool IsFree(SimulatedNode voter, Member member, long term) => voter.IsUp
        && voter.Disk.StoreId == member.StoreId
        && (voter.History.Term > term || (voter.History.Contacts.Now >= ElectionTimeout && !voter.History.Contacts.IsLoyal(term, ElectionTimeout)));

    /// <summary>With leases a promise outlives a change of role, and a restart.</summary>
    private bool IsLoyal(SimulatedNode node)
    {
        NodeHistory history = node.History;
        bool hears = history.Contacts.IsLoyal(history.Term, ElectionTimeout);
        return HasLeases
            ? hears || (!node.StartedAlone && history.Contacts.Now < ElectionTimeout)
            : hears && history.Role == RaftRole.Follower;
    }

    private static bool IsVoter(ClusterConfiguration configuration, int id, long store) =>
        configuration.Find(id) is { IsVoter: true } member && member.StoreId == store;
}
