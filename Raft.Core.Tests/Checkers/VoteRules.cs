using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// Election Safety (Raft paper, figure 3): at most one leader a term, elected by a majority of the voters of which each
/// had written its vote down, and no voter gives two votes in a term, whatever happened to it between them.
/// </summary>
internal sealed class VoteRules
{
    private readonly Dictionary<(long Term, long Store), int> _votes = [];
    private readonly Dictionary<long, (int Node, int Incarnation)> _leaders = [];

    public void Persisting(SimulatedNode node, long term, int votedFor)
    {
        Rule.Holds(term >= node.Disk.Term, $"n{node.Id} persists term {term} after {node.Disk.Term}");
        Rule.Holds(
            term > node.Disk.Term || node.Disk.VotedFor == 0 || node.Disk.VotedFor == votedFor,
            $"n{node.Id} changes its vote in term {term} from {node.Disk.VotedFor} to {votedFor}");
        if (votedFor != 0)
        {
            Rule.Holds(
                !_votes.TryGetValue((term, node.Disk.StoreId), out int earlier) || earlier == votedFor,
                $"n{node.Id} votes for {votedFor} in term {term}, once it voted for {earlier}");
            _votes[(term, node.Disk.StoreId)] = votedFor;
        }
    }

    public void Elected(SimulatedNode node)
    {
        long term = node.Server!.Term;
        if (_leaders.TryGetValue(term, out (int Node, int Incarnation) other))
        {
            Rule.Holds(other == (node.Id, node.Incarnation), $"n{node.Id} leads term {term}, as n{other.Node} does or did");
        }

        _leaders[term] = (node.Id, node.Incarnation);
        int voters = 0;
        int votes = 0;
        foreach (Member member in node.History.Configuration.Members)
        {
            if (member.IsVoter)
            {
                voters++;
                votes += _votes.GetValueOrDefault((term, member.StoreId)) == node.Id ? 1 : 0;
            }
        }

        Rule.Holds(votes > voters / 2, $"n{node.Id} leads term {term} with {votes} votes of {voters} voters");
    }
}
