namespace Raft.Core.Tests.Storage;

/// <summary>What a log holds, as plain data: the model that the real one is compared with.</summary>
internal sealed record LogState(EntryId Base, IReadOnlyList<LogEntry> Entries)
{
    public static LogState Empty { get; } = new(EntryId.None, []);

    public EntryId Last => Entries.Count == 0 ? Base : Entries[^1].Id;

    public EntryId IdAt(long index) => index == Base.Index ? Base : Entries[(int)(index - Base.Index - 1)].Id;

    public LogState Append(LogEntry entry) => this with { Entries = [.. Entries, entry] };

    public LogState TruncateFrom(long index) => this with { Entries = [.. Entries.Take((int)(index - Base.Index - 1))] };

    public LogState CompactThrough(EntryId through) =>
        new(through, [.. Entries.Skip((int)(through.Index - Base.Index))]);

    /// <summary>Reads all that a log holds through the interface.</summary>
    public static LogState Of(IRaftLog log)
    {
        List<LogEntry> entries = [];
        for (long next = log.Base.Index + 1; next <= log.Last.Index;)
        {
            ReadOnlyMemory<LogEntry> slice = log.Slice(next, 7, 500);
            if (slice.IsEmpty)
            {
                throw new InvalidOperationException($"The log holds {log.Base} to {log.Last} but gives nothing at {next}.");
            }

            foreach (LogEntry entry in slice.Span)
            {
                entries.Add(entry with { Payload = entry.Payload.ToArray() });
                next++;
            }
        }

        return new LogState(log.Base, entries);
    }

    public bool Equals(LogState? other) => other is not null
        && Base == other.Base
        && Entries.Count == other.Entries.Count
        && Entries.Zip(other.Entries).All(pair => Same(pair.First, pair.Second));

    public override int GetHashCode() => HashCode.Combine(Base, Entries.Count);

    public override string ToString() => $"({Base}] {string.Join(' ', Entries.Select(e => e.Id))}";

    private static bool Same(LogEntry a, LogEntry b) => a.Id == b.Id
        && a.Type == b.Type
        && a.Time == b.Time
        && a.Payload.Span.SequenceEqual(b.Payload.Span);
}
