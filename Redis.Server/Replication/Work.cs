using Raft.Core;

namespace Redis.Server.Replication;

/// <summary>What the application is asked to do next.</summary>
internal enum WorkKind : byte
{
    /// <summary>Apply a committed entry; answer the stream that proposed it.</summary>
    Apply,

    /// <summary>Reads of a stream up to a number are confirmed.</summary>
    ReleaseReads,

    /// <summary>A stream has requests that need only their turn.</summary>
    Advance,

    /// <summary>Answer a stream's requests up to a number: their fate is not known, or they were refused.</summary>
    Abandon,

    /// <summary>A proxied request has its reply.</summary>
    Resolve,

    /// <summary>Run an action on the application's turn.</summary>
    Run,
}

/// <summary>One item of the ordered stream from consensus and connections to the application.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Stream">Whose requests it concerns.</param>
/// <param name="Number">Read number, or number of a request in its stream.</param>
/// <param name="Entry">The entry to apply; of a proxied request its payload alone, the reply.</param>
/// <param name="Action">The action to run: after the entry, or alone.</param>
internal readonly record struct Work(WorkKind Kind, RequestStream? Stream, long Number, LogEntry Entry, Action? Action)
{
    public static Work Apply(in LogEntry entry, RequestStream? proposer, Action? then) => new(WorkKind.Apply, proposer, 0, entry, then);

    public static Work ReleaseReads(RequestStream stream, long readId) => new(WorkKind.ReleaseReads, stream, readId, default, null);

    public static Work Advance(RequestStream stream) => new(WorkKind.Advance, stream, 0, default, null);

    public static Work Abandon(RequestStream stream, long through) => new(WorkKind.Abandon, stream, through, default, null);

    public static Work Resolve(RequestStream stream, long number, ReadOnlyMemory<byte> reply) =>
        new(WorkKind.Resolve, stream, number, new LogEntry(default, default, 0, reply), null);

    public static Work Run(Action action) => new(WorkKind.Run, null, 0, default, action);
}
