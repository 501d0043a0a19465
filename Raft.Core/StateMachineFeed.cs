namespace Raft.Core;

/// <summary>
/// Hands what is committed to the state machine, in order, each entry once, and no further ahead of it than allowed.
/// Reads are released in the same stream, so that what a read sees is decided here.
/// </summary>
internal sealed class StateMachineFeed(RaftState state, LeaderReads leaderReads, FollowerReads followerReads)
{
    private const int BatchEntries = 1024;
    private const long BatchBytes = 1024 * 1024;

    /// <summary>What an entry weighs beside its payload.</summary>
    private const long EntryWeight = 64;

    private readonly Ring<(long Last, long Weight)> _batches = new();
    private long _weight;

    public void HandOver()
    {
        while (state.Handed < state.Committed && _weight < state.Options.MaxUnappliedBytes && state.Installing is null)
        {
            int count = (int)Math.Min(state.Committed - state.Handed, BatchEntries);
            HandOver(state.Log.Slice(state.Handed + 1, count, BatchBytes).Span);
        }

        leaderReads.Release();
        followerReads.Release();
    }

    /// <summary>The state machine has finished the entries up to an index.</summary>
    public void Applied(long index)
    {
        Check.That(index <= state.Handed, "only what was handed over can be applied");
        state.Applied = Math.Max(state.Applied, index);
        while (_batches.Count > 0 && _batches[0].Last <= state.Applied)
        {
            _weight -= _batches.Take().Weight;
        }
    }

    private void HandOver(ReadOnlySpan<LogEntry> entries)
    {
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            leaderReads.ReleaseBefore(entry.Index);
            bytes += entry.Payload.Length;
            state.Callbacks.Apply(entry);
            state.Handed = entry.Index;
        }

        if (state.Leadership is { } leadership)
        {
            leadership.WaitingBytes -= bytes;
        }

        long weight = bytes + (entries.Length * EntryWeight);
        _batches.Add((state.Handed, weight));
        _weight += weight;
    }
}
