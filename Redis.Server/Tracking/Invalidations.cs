using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;
using Redis.Server.PubSub;

namespace Redis.Server.Tracking;

/// <summary>
/// Client-side caching: remembers which of this node's clients read which keys, and tells them when one changes, expires or
/// goes. Application's turn only, where reads and changes have one order, so no change is missed. Not part of the replicated state.
/// https://redis.io/docs/latest/develop/reference/client-side-caching/
/// </summary>
internal sealed class Invalidations(Keyspace.Keyspace keyspace) : IKeyspaceObserver
{
    private readonly Dict<HashSet<TrackingSession>> _readers = new();
    private readonly BroadcastPrefixes _prefixes = new();
    private readonly HashSet<TrackingSession> _sessions = [];
    private readonly List<KeyPosition> _positions = [];
    private readonly List<(TrackingSession Session, byte[]? Key)> _ownChanges = [];

    /// <summary>The message in the making.</summary>
    private RespWriter Message { get; } = new();

    /// <summary>The client of an id, or null.</summary>
    public Func<long, ISubscriber?> FindClient { get; set; } = _ => null;

    /// <summary>tracking-table-max-keys; 0: no limit.</summary>
    public Func<long> MaxKeys { get; set; } = () => 0;

    /// <summary>The client whose command runs now. It hears of its own changes behind the reply, so that no reply is cut in two.</summary>
    public object? Running { get; set; }

    /// <summary>Clients with tracking on.</summary>
    public int Clients => _sessions.Count;

    /// <summary>Whether any client has tracking on.</summary>
    public bool IsActive => _sessions.Count > 0;

    /// <summary>Keys that somebody has read.</summary>
    public int Keys => _readers.Count;

    /// <summary>Keys times their readers.</summary>
    public long Items { get; private set; }

    /// <summary>Prefixes of BCAST.</summary>
    public int Prefixes => _prefixes.Count;

    /// <summary>Whether <see cref="TellOfOwnChanges"/> or <see cref="Broadcast"/> has something to do.</summary>
    public bool HasUntold => _ownChanges.Count > 0 || _prefixes.HasChanged;

    public void Enable(TrackingSession session, IReadOnlyList<byte[]> prefixes)
    {
        if (_sessions.Add(session) && _sessions.Count == 1)
        {
            keyspace.Observe(this);
        }

        if (session.Has(TrackingModes.Broadcast))
        {
            foreach (byte[] prefix in prefixes.Count == 0 ? [[]] : prefixes)
            {
                _prefixes.Add(session, prefix);
            }
        }
    }

    public void Disable(TrackingSession session)
    {
        session.IsOn = false;
        _prefixes.Remove(session);
        if (_sessions.Remove(session) && _sessions.Count == 0)
        {
            keyspace.Ignore(this);
            ForgetKeys();
        }
    }

    /// <summary>A client has read the keys of its command.</summary>
    public void Remember(TrackingSession session, Command command, CommandArgs args)
    {
        if (!session.RemembersReads || command.Has(CommandFlags.PubSub))
        {
            return;
        }

        _positions.Clear();
        KeyFinder.TryFind(command, args, _positions);
        foreach (KeyPosition position in _positions)
        {
            ref HashSet<TrackingSession> readers = ref _readers.GetOrAdd(args[position.Position], out bool existed);
            if (!existed)
            {
                readers = [];
            }

            Items += readers.Add(session) ? 1 : 0;
        }

        KeepWithinLimit();
    }

    /// <summary>What does not fit any more is as good as changed: nobody could tell of its next change.</summary>
    public void KeepWithinLimit()
    {
        for (long limit = MaxKeys(); limit > 0 && _readers.Count > limit;)
        {
            Invalidate(_readers.KeyAt(_readers.Count - 1));
        }
    }

    public void Modified(ReadOnlySpan<byte> key)
    {
        if (_prefixes.Count > 0)
        {
            _prefixes.Changed(key, Running);
        }

        if (_readers.Count > 0)
        {
            Invalidate(key);
        }
    }

    public void Flushed() => InvalidateAll();

    public void Event(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
    }

    /// <summary>All that anybody caches may be stale: the data went, or this node leads no more and will hear of changes late.</summary>
    public void InvalidateAll()
    {
        foreach (TrackingSession session in _sessions)
        {
            Tell(session, null);
        }

        ForgetKeys();
    }

    /// <summary>The running client's reply is out: what it changed itself may follow.</summary>
    public void TellOfOwnChanges()
    {
        foreach ((TrackingSession session, byte[]? key) in _ownChanges)
        {
            Send(session, key is null ? null : [key]);
        }

        _ownChanges.Clear();
    }

    /// <summary>BCAST: one message for all that changed since the last one.</summary>
    public void Broadcast()
    {
        if (_prefixes.HasChanged)
        {
            _prefixes.Tell(Send);
        }
    }

    private void Invalidate(ReadOnlySpan<byte> key)
    {
        int index = _readers.IndexOf(key);
        if (index < 0)
        {
            return;
        }

        HashSet<TrackingSession> readers = _readers.ValueAt(index);
        byte[] name = _readers.KeyArrayAt(index);
        _readers.RemoveAt(index);
        Items -= readers.Count;
        foreach (TrackingSession session in readers)
        {
            if (session.IsOn && !(session.Has(TrackingModes.NoLoop) && session.Client == Running))
            {
                Tell(session, name);
            }
        }
    }

    private void Tell(TrackingSession session, byte[]? key)
    {
        if (session.Client == Running)
        {
            _ownChanges.Add((session, key));
        }
        else
        {
            Send(session, key is null ? null : [key]);
        }
    }

    /// <summary>The keys, or null for all, to the client or to whom it has its messages sent.</summary>
    private void Send(TrackingSession session, IReadOnlyList<byte[]>? keys)
    {
        ISubscriber receiver = session.Client;
        if (session.Redirect != 0)
        {
            if (FindClient(session.Redirect) is not { } redirected)
            {
                session.IsRedirectBroken = true;
                TellOfBrokenRedirect(session);
                return;
            }

            receiver = redirected;
        }

        Message.Clear();
        Message.Version = receiver.ProtocolVersion;
        if (receiver.ProtocolVersion == 3)
        {
            Message.PushHeader(2);
            Message.BulkString("invalidate"u8);
        }
        else if (session.Redirect != 0 && receiver.Subscriptions.Total > 0)
        {
            Message.PushHeader(3);
            Message.BulkString("message"u8);
            Message.BulkString("__redis__:invalidate"u8);
        }
        else
        {
            return; // RESP2 has no way to tell
        }

        WriteKeys(keys, session.Client.ProtocolVersion);
        receiver.Push(Message.Written);
    }

    private void WriteKeys(IReadOnlyList<byte[]>? keys, int versionOfNull)
    {
        if (keys is null)
        {
            Message.Version = versionOfNull; // as in Redis, that of the client that tracks
            Message.Null();
            return;
        }

        Message.ArrayHeader(keys.Count);
        foreach (byte[] key in keys)
        {
            Message.BulkString(key);
        }
    }

    private void TellOfBrokenRedirect(TrackingSession session)
    {
        if (session.Client.ProtocolVersion == 3)
        {
            Message.Clear();
            Message.Version = 3;
            Message.PushHeader(2);
            Message.BulkString("tracking-redir-broken"u8);
            Message.Integer(session.Redirect);
            session.Client.Push(Message.Written);
        }
    }

    private void ForgetKeys()
    {
        _readers.Clear();
        Items = 0;
    }
}
