namespace Raft.Core;

/// <summary>What an entry means to Raft itself. Written to disk and to the wire: the numbers never change.</summary>
public enum EntryType : byte
{
    /// <summary>Bytes of the state machine; Raft never looks into them.</summary>
    Application = 0,

    /// <summary>The first entry of a leader's term; commits what earlier terms left behind (Raft paper, section 8).</summary>
    Noop = 1,

    /// <summary>The members of the cluster from this entry on (see <see cref="ClusterConfiguration"/>).</summary>
    Configuration = 2,
}

/// <summary>One entry of the log. The payload is referenced, never copied, by Raft.Core.</summary>
/// <param name="Id">Term and index.</param>
/// <param name="Type">What the entry means to Raft.</param>
/// <param name="Time">
/// The leader's clock when it made the entry, in milliseconds since the Unix epoch. Never falls from one entry to the
/// next: a leader whose clock is behind its log repeats the last entry's time.
/// </param>
/// <param name="Payload">The state machine's bytes, or an encoded configuration.</param>
public readonly record struct LogEntry(EntryId Id, EntryType Type, long Time, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Term of the leader that created the entry.</summary>
    public long Term => Id.Term;

    /// <summary>Place in the log.</summary>
    public long Index => Id.Index;
}
