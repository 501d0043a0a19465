using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>One server at a time (thesis, chapter 4), with the correction that a leader first commits in its own term.</summary>
internal static class ConfigurationRules
{
    public static void Appending(SimulatedNode node, in LogEntry entry, ClusterConfiguration next)
    {
        ClusterConfiguration previous = node.History.Configuration;
        if (previous.Members.Count == 0)
        {
            return;
        }

        int changed = previous.Members.Count(m => m.IsVoter != (next.Find(m.Id)?.IsVoter ?? false))
            + next.Members.Count(m => m.IsVoter && previous.Find(m.Id) is null);
        Rule.Holds(changed <= 1, $"n{node.Id} changes {changed} voters at once with {entry.Id}");
        foreach (Member member in next.Members)
        {
            Rule.Holds(
                previous.Find(member.Id) is not null || !previous.UsedIds.Contains(member.Id),
                $"n{node.Id} uses the id {member.Id} again with {entry.Id}");
        }

        Rule.Holds(
            previous.UsedIds.All(next.UsedIds.Contains) && next.Members.All(m => next.UsedIds.Contains(m.Id)),
            $"n{node.Id} forgets a used id with {entry.Id}");
        if (node.Server is { Role: RaftRole.Leader } server && entry.Term == server.Term)
        {
            CheckCaughtUp(node, previous, next);
            long committed = server.Cursors.Committed;
            Rule.Holds(
                committed >= node.Log.Base.Index && node.Log.TermAt(committed) == server.Term,
                $"n{node.Id} changes members with {entry.Id} before it committed an entry of its term");
            Rule.Holds(
                node.History.ConfigurationIndex <= committed,
                $"n{node.Id} changes members with {entry.Id} while the change at {node.History.ConfigurationIndex} is not committed");
        }
    }

    /// <summary>Who becomes a voter has, on the disk that will count, at least the log up to where it became a member.</summary>
    private static void CheckCaughtUp(SimulatedNode node, ClusterConfiguration previous, ClusterConfiguration next)
    {
        foreach (Member promoted in next.Members.Where(m => m.IsVoter && previous.Find(m.Id) is { IsVoter: false }))
        {
            long index = node.History.FirstIndexWith(promoted.Id);
            EntryId joined = index < node.Log.Base.Index ? node.Checks.Ledger.At(index) : new EntryId(node.Log.TermAt(index), index);
            Rule.Holds(
                node.Checks.Ledger.Keeps(promoted, joined),
                $"n{node.Id} makes n{promoted.Id} a voter before it has caught up to {joined}");
        }
    }
}
