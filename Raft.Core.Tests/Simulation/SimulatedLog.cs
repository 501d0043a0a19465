using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// The log as the server sees it: every change is visible at once, goes to the disk's journal, and is shown to the
/// checkers before it happens. Each change is also a moment at which the process may die.
/// </summary>
internal sealed class SimulatedLog(SimulatedNode node, LogContents contents) : IRaftLog
{
    private EntryId? _cutOff;

    public EntryId Base => contents.Base;

    public EntryId Last => contents.Last;

    public LogContents Contents => contents;

    /// <summary>
    /// What the host may report when the running sync ends: the last entry of when it began, or what was left of that
    /// when the log was truncated since; null after a reset, when only the next sync says anything.
    /// </summary>
    public EntryId? Syncing { get; private set; }

    public void SyncBegins() => (Syncing, _cutOff) = (Last, null);

    /// <summary>
    /// An entry that the running sync made durable and that was truncated meanwhile: a host that reports it, too, must not
    /// be believed. Not when the entry stands there again, which no host may report.
    /// </summary>
    public EntryId? TakeLateReport()
    {
        EntryId? late = _cutOff is EntryId cut && !contents.Contains(cut) ? cut : null;
        _cutOff = null;
        return late;
    }

    public long TermAt(long index) => contents.TermAt(index);

    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        if (first > Last.Index || maxCount <= 0)
        {
            return default;
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(first, Base.Index);
        int available = (int)Math.Min(Last.Index - first + 1, maxCount);
        long bytes = contents.At(first).Payload.Length;
        int count = 1;
        while (count < available && (bytes += contents.At(first + count).Payload.Length) <= maxBytes)
        {
            count++;
        }

        return contents.Slice(first, count);
    }

    public void Append(in LogEntry entry)
    {
        node.MayCrash();
        node.Checks.Log.Appending(node, entry);
        contents.Append(entry);
        node.Disk.Write(new SimulatedDisk.Change(SimulatedDisk.ChangeKind.Append, entry, entry.Id));
    }

    public void TruncateFrom(long index)
    {
        node.MayCrash();
        Rule.Holds(contents.Holds(index), $"n{node.Id} truncates from {index}, which its log ({Base} to {Last}) does not hold");
        node.Checks.Log.Truncating(node, index);
        contents.TruncateFrom(index);
        if (Syncing is EntryId cut && cut.Index >= index)
        {
            _cutOff = cut;
            Syncing = Last;
        }

        node.Disk.Write(new SimulatedDisk.Change(SimulatedDisk.ChangeKind.TruncateFrom, default, new EntryId(0, index)));
    }

    public void CompactThrough(EntryId through)
    {
        node.MayCrash();
        Rule.Holds(contents.Contains(through), $"n{node.Id} compacts through {through}, which its log ({Base} to {Last}) does not hold");
        node.Checks.Log.Compacting(node, through);
        contents.CompactThrough(through);
        node.Disk.Write(new SimulatedDisk.Change(SimulatedDisk.ChangeKind.CompactThrough, default, through));
    }

    public void ResetTo(EntryId snapshot)
    {
        node.MayCrash();
        node.Checks.Log.Resetting(node, snapshot);
        contents.ResetTo(snapshot);
        Syncing = null;
        node.Disk.Write(new SimulatedDisk.Change(SimulatedDisk.ChangeKind.ResetTo, default, snapshot));
    }
}
