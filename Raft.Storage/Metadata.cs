namespace Raft.Storage;

/// <summary>What a node must not forget besides its log (Raft paper, figure 2: persistent state).</summary>
/// <param name="Term">The current term.</param>
/// <param name="VotedFor">Node voted for in the term, or 0.</param>
/// <param name="NodeId">Own node id; 0 while it has none.</param>
/// <param name="ClusterId">The cluster it belongs to, at most 32 ASCII characters; empty while it belongs to none.</param>
/// <param name="StoreId">
/// Random number other than 0, drawn when the data directory was made: tells this disk from a wiped one under the same
/// node id.
/// </param>
/// <param name="IsFounding">
/// It is about to begin the cluster: its own membership may not be in the log yet. A crash in that moment would otherwise leave
/// a member of a cluster that nobody began.
/// </param>
public sealed record Metadata(long Term, int VotedFor, int NodeId, string ClusterId, long StoreId, bool IsFounding = false)
{
    /// <summary>Longest <see cref="ClusterId"/>.</summary>
    public const int MaxClusterIdLength = 32;
}
