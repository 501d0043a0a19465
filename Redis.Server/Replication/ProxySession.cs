using Redis.Server.Keyspace;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>A request to be passed on.</summary>
/// <param name="Traits">What the leader must know of it.</param>
/// <param name="Bytes">The frame, or the transaction's payload.</param>
/// <param name="InStream">Its number in the client's stream.</param>
/// <param name="MayWait">It is a blocking command: its reply may take for ever.</param>
/// <param name="Watching">WATCH: the set that is watched from now on.</param>
/// <param name="Watched">EXEC: the set that decides it.</param>
internal readonly record struct ProxyCandidate(
    ProxyTraits Traits, ReadOnlyMemory<byte> Bytes, long InStream, bool MayWait, WatchSet? Watching, WatchSet? Watched);

/// <summary>A proxied request that is not answered yet.</summary>
/// <param name="InSession">Its number in the session: the reply names it.</param>
/// <param name="InStream">Its number in the client's stream.</param>
/// <param name="SentAt">When it was passed on (<see cref="Environment.TickCount64"/>).</param>
/// <param name="MayWait">It is a blocking command: its reply may take for ever.</param>
internal readonly record struct ProxiedCall(long InSession, long InStream, long SentAt, bool MayWait);

/// <summary>
/// One client's requests on one connection to the leader, at the follower's end. A session belongs to its connection and
/// ends with it, and its id is never used again: a reply that comes too late finds nobody.
/// </summary>
internal sealed class ProxySession(long id, RequestStream stream)
{
    private long _asked;

    public long Id => id;

    public RequestStream Stream => stream;

    /// <summary>What was asked and not answered, in order.</summary>
    public Queue<ProxiedCall> Calls { get; } = [];

    /// <summary>What the client watches at the leader, as its own node knows it.</summary>
    public WatchSet? Watched { get; private set; }

    /// <summary>
    /// A WATCH is passed on. Here its set is dirty from now on: whoever else had to decide about it, because this session or
    /// the leader's office ended, must find that it changed.
    /// </summary>
    public ProxyTraits Watch(WatchSet watches)
    {
        bool begins = watches.Keys.Count == 0 && !watches.IsDirty;
        watches.MakeDirty();
        if (begins)
        {
            Watched = watches;
        }

        return begins ? ProxyTraits.BeginsWatch : ProxyTraits.None;
    }

    /// <summary>An EXEC ends the watching: whether the leader of this session knows all that was watched.</summary>
    public bool EndWatch(WatchSet watches)
    {
        bool isKnown = Watched == watches;
        Watched = null;
        return isKnown;
    }

    public void Ask(long inStream, bool mayWait) => Calls.Enqueue(new ProxiedCall(++_asked, inStream, Environment.TickCount64, mayWait));
}
