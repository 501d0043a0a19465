namespace Raft.Core;

/// <summary>What became of a proposal.</summary>
public enum ProposalFate
{
    /// <summary>The entry is committed and applied.</summary>
    Committed,

    /// <summary>The entry can never be committed: another one took its place.</summary>
    Overwritten,

    /// <summary>It may be committed, now or later, or not: who asked must not be told that it failed.</summary>
    Unknown,
}

/// <summary>
/// Finds out what became of proposed entries, by id and never by index alone: an entry of another leader may be applied at
/// the same index. Allocates nothing once it has grown to what waits at a time. Not thread-safe.
/// </summary>
/// <typeparam name="T">What the host keeps for a proposal, such as whom to answer.</typeparam>
public sealed class PendingProposals<T>
{
    private readonly Ring<(EntryId Id, T Item)> _pending = new();

    /// <summary>Proposals that wait.</summary>
    public int Count => _pending.Count;

    /// <summary>Notes an accepted proposal; in the order in which they were proposed.</summary>
    /// <param name="id">What <see cref="RaftServer.Propose"/> gave.</param>
    /// <param name="item">What to give back.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is not greater than the last one noted.</exception>
    public void Add(EntryId id, T item)
    {
        if (_pending.Count > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(id, _pending[_pending.Count - 1].Id);
        }

        _pending.Add((id, item));
    }

    /// <summary>
    /// An entry is applied: gives the oldest proposal whose fate that decides. Call until it answers false.
    /// </summary>
    /// <param name="applied">Id of the applied entry, or of a snapshot's last entry.</param>
    /// <param name="item">What was kept for the proposal.</param>
    /// <param name="fate">
    /// Unknown only for a proposal that a snapshot passed over.
    /// </param>
    public bool TryResolve(EntryId applied, out T item, out ProposalFate fate)
    {
        item = default!;
        fate = ProposalFate.Unknown;
        if (_pending.Count == 0)
        {
            return false;
        }

        EntryId oldest = _pending[0].Id;
        if (oldest == applied)
        {
            fate = ProposalFate.Committed;
        }
        else if (oldest.Index >= applied.Index)
        {
            if (oldest.Index > applied.Index && oldest.Term >= applied.Term)
            {
                return false;
            }

            // Terms never fall along a log: behind an entry of a later term, no entry of an earlier one can be committed.
            fate = ProposalFate.Overwritten;
        }

        item = _pending.Take().Item;
        return true;
    }

    /// <summary>Gives up the oldest proposal; its fate stays unknown. For a host that answers when leadership ends.</summary>
    public bool TryAbandon(out T item)
    {
        bool any = _pending.Count > 0;
        item = any ? _pending.Take().Item : default!;
        return any;
    }
}
