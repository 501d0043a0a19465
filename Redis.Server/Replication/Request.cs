using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Keyspace;

namespace Redis.Server.Replication;

/// <summary>What a request needs before it is answered.</summary>
internal enum RequestKind : byte
{
    /// <summary>Commitment of its log entry.</summary>
    Write,

    /// <summary>A confirmed read index.</summary>
    Read,

    /// <summary>A confirmed read index, and then only its turn: a local command that is the leader's alone (SUBSCRIBE).</summary>
    OnLeader,

    /// <summary>Only its turn: it concerns this node or this connection, not the data.</summary>
    Local,

    /// <summary>Only its turn: the reply is known already (an error, +QUEUED).</summary>
    Reply,

    /// <summary>As <see cref="Reply"/>: an error that the command itself made, not a refusal to run it.</summary>
    Failure,

    /// <summary>A local command that is answered later, when something it started has ended.</summary>
    Deferred,

    /// <summary>The leader's reply: the request was passed on to it (<see cref="FollowerProxy"/>).</summary>
    Proxied,

    /// <summary>Only its turn: the leader's reply to EXEC is here, and this node fills the gaps (<see cref="LocalParts"/>).</summary>
    ProxiedExec,
}

/// <summary>A request as the connection staged it; its bytes are valid during <see cref="Consensus.Submit"/>.</summary>
/// <param name="Kind">What it needs.</param>
/// <param name="Command">Its row, or null for a transaction or a ready reply.</param>
/// <param name="Bytes">The frame, the transaction's payload, or the ready reply.</param>
/// <param name="Watches">EXEC, DISCARD, UNWATCH: the watched keys, which decide a transaction and are watched no longer.</param>
internal readonly record struct StagedRequest(RequestKind Kind, Command? Command, ReadOnlyMemory<byte> Bytes, WatchSet? Watches = null);

/// <summary>A request that waits for its turn and for what it needs.</summary>
internal struct InFlightRequest
{
    public RequestKind Kind;
    public Command? Command;

    /// <summary>Write: the entry that carries it.</summary>
    public EntryId Entry;

    /// <summary>Read, OnLeader: the number it was registered under; 0 when nobody needs to confirm it.</summary>
    public long ReadId;

    /// <summary>Read: cluster time alone decides which keys are due, as on a node that cannot make it pass.</summary>
    public bool IsByClusterTime;

    /// <summary>Read, OnLeader, Local, Reply: the payload, frame or reply; released once it is dealt with.</summary>
    public ReadOnlyMemory<byte> Bytes;

    /// <summary>Watched keys that are watched no longer once this is answered.</summary>
    public WatchSet? Watches;
}
