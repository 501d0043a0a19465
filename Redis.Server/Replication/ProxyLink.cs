using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// A follower's connection to one leader for the requests of its clients. It lives once: when it ends, whatever was not
/// answered is answered as unknown (or as not passed on, where the connection never stood), and the next request opens
/// another one. Any thread.
/// </summary>
internal sealed class ProxyLink : IPeerReceiver
{
    private static readonly byte[] NotProxied = "-NOTLEADER Failed to proxy command\r\n"u8.ToArray();
    // EXEC of a client whose WATCH another leader, or an earlier connection, knew of: it may have changed.
    private static readonly byte[] AbortedInResp2 = "*-1\r\n"u8.ToArray();
    private static readonly byte[] AbortedInResp3 = "_\r\n"u8.ToArray();
    private static readonly byte[] NoReply = "-TIMEOUT no reply from leader\r\n"u8.ToArray();

    // Begins anywhere: sessions of a process that died must not meet those of its successor on a leader that has not noticed.
    private static long _lastSession = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly Lock _lock = new();
    private readonly Application _application;
    private readonly ProxyCounters _counters;
    private readonly DialledTransport _transport;
    private readonly SendQueue _output;
    private readonly List<ProxiedRequest> _sending = [];
    private readonly Dictionary<RequestStream, ProxySession> _byClient = [];
    private readonly Dictionary<long, ProxySession> _byId = [];
    private bool _isBroken;
    private long _giveUpAt = long.MaxValue;

    public ProxyLink(Member leader, Task<Transport> dialled, Application application, ProxyCounters counters, ILogger logger)
    {
        Leader = leader;
        _application = application;
        _counters = counters;
        _transport = new DialledTransport(dialled);
        _output = new SendQueue(_transport, _ => _transport.Close());
        _ = new PeerSession(_transport, leader.Id, this, logger).RunAsync(Task.FromResult(ReadOnlyMemory<byte>.Empty));
    }

    public Member Leader { get; }

    public bool IsBroken => Volatile.Read(ref _isBroken);

    /// <summary>Bytes of requests that wait to be sent.</summary>
    public int Waiting => _output.Waiting;

    public Task EmptiedAsync() => _output.EmptiedAsync();

    public void Flush() => _output.Flush();

    /// <summary>Passes a client's requests on; each was added to its stream before.</summary>
    /// <param name="stream">Whose.</param>
    /// <param name="candidates">What it asks.</param>
    public void Send(RequestStream stream, ReadOnlySpan<ProxyCandidate> candidates)
    {
        lock (_lock)
        {
            _counters.Asked(candidates.Length);
            if (_isBroken)
            {
                foreach (ref readonly ProxyCandidate candidate in candidates)
                {
                    _counters.NotSent();
                    _application.Add(Work.Resolve(stream, candidate.InStream, NotProxied));
                }

                return;
            }

            ProxySession session = SessionOf(stream);
            _sending.Clear();
            foreach (ref readonly ProxyCandidate candidate in candidates)
            {
                if (candidate.Watched is { } watched && !session.EndWatch(watched))
                {
                    _counters.Answered();
                    _application.Add(Work.Resolve(stream, candidate.InStream, stream.ProtocolVersion == 3 ? AbortedInResp3 : AbortedInResp2));
                    continue;
                }

                ProxyTraits traits = candidate.Traits | (candidate.Watching is { } watching ? session.Watch(watching) : ProxyTraits.None);
                session.Ask(candidate.InStream, candidate.MayWait);
                _sending.Add(new ProxiedRequest(traits, candidate.Bytes));
            }

            if (_sending.Count > 0)
            {
                ProxyCodec.WriteRequests(_output, session.Id, stream.ProtocolVersion, stream.UserName, CollectionsMarshal.AsSpan(_sending));
            }
        }
    }

    /// <summary>Tells the leader something about a client; false when it has no session here.</summary>
    public bool Tell(RequestStream stream, ProxyNote note)
    {
        bool isWaiting;
        lock (_lock)
        {
            if (!_byClient.TryGetValue(stream, out ProxySession? session))
            {
                return false;
            }

            isWaiting = session.Calls.TryPeek(out ProxiedCall call) && call.MayWait;
            ProxyCodec.WriteNote(_output, session.Id, note);
            if (note == ProxyNote.End)
            {
                _byClient.Remove(stream); // its last replies still come, by the session's id
                ForgetIfDone(session);
            }
        }

        _output.Flush();
        return isWaiting;
    }

    /// <summary>Another node leads: what is not answered soon will not be.</summary>
    public void Retire(TimeSpan grace)
    {
        lock (_lock)
        {
            _giveUpAt = Environment.TickCount64 + (long)grace.TotalMilliseconds;
        }
    }

    /// <summary>Time passed: gives up what has waited for longer than <paramref name="limit"/>. False when the link is over.</summary>
    public bool Tick(TimeSpan limit)
    {
        long now = Environment.TickCount64;
        bool isOver;
        lock (_lock)
        {
            ProxySession[] late = [.. _byId.Values.Where(session =>
                session.Calls.TryPeek(out ProxiedCall call) && !call.MayWait && now - call.SentAt > limit.TotalMilliseconds)];
            foreach (ProxySession session in late)
            {
                GiveUp(session, NoReply);
                ProxyCodec.WriteNote(_output, session.Id, ProxyNote.End);
                Forget(session);
            }

            bool isRetired = _giveUpAt != long.MaxValue;
            isOver = _isBroken || now > _giveUpAt || (isRetired && _byId.Values.All(session => session.Calls.Count == 0));
        }

        if (isOver)
        {
            Close();
        }

        _application.Signal();
        return !isOver;
    }

    /// <summary>Ends the connection now; what is not answered is answered as unknown.</summary>
    public void Close()
    {
        Break();
        _output.Close();
        _transport.Close();
    }

    void IPeerReceiver.Receive(int from, ReadOnlyMemory<byte> frame, PeerFrameScratch scratch)
    {
        PeerFrame kind = PeerCodec.Kind(frame.Span);
        if (kind != PeerFrame.ProxyReply)
        {
            throw new FormatException($"A frame of kind {(byte)kind} from the leader on a proxy connection.");
        }

        FrameReader reader = new(frame);
        (long id, long number, ReadOnlyMemory<byte> reply) = ProxyCodec.ReadReply(ref reader);
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out ProxySession? session))
            {
                return; // given up before
            }

            // Replies come in the order of their requests. Anything else is a defect on the other side, and what it says is
            // not to be given to a client.
            if (!session.Calls.TryPeek(out ProxiedCall call) || call.InSession != number)
            {
                throw new FormatException($"A reply to request {number} of a session where {call.InSession} is the oldest.");
            }

            session.Calls.Dequeue();
            _counters.Answered();
            _application.Add(Work.Resolve(session.Stream, call.InStream, reply.ToArray()));
            ForgetIfDone(session);
        }

        _application.Signal();
    }

    void IPeerReceiver.Disconnected(int from)
    {
        Break();
        _output.Close();
        _application.Signal();
    }

    private ProxySession SessionOf(RequestStream stream)
    {
        if (!_byClient.TryGetValue(stream, out ProxySession? session))
        {
            session = new ProxySession(Interlocked.Increment(ref _lastSession), stream);
            _byClient.Add(stream, session);
            _byId.Add(session.Id, session);
        }

        return session;
    }

    private void Break()
    {
        lock (_lock)
        {
            _isBroken = true;
            byte[] reply = _transport.TryForgo() ? NotProxied : NoReply;
            foreach (ProxySession session in _byId.Values)
            {
                GiveUp(session, reply);
            }

            _byId.Clear();
            _byClient.Clear();
        }
    }

    private void GiveUp(ProxySession session, byte[] reply)
    {
        while (session.Calls.TryDequeue(out ProxiedCall call))
        {
            if (reply == NotProxied)
            {
                _counters.NotSent();
            }
            else
            {
                _counters.NotAnswered();
            }

            _application.Add(Work.Resolve(session.Stream, call.InStream, reply));
        }
    }

    private void ForgetIfDone(ProxySession session)
    {
        if (session.Calls.Count == 0 && !_byClient.ContainsKey(session.Stream))
        {
            _byId.Remove(session.Id);
        }
    }

    private void Forget(ProxySession session)
    {
        _byId.Remove(session.Id);
        if (_byClient.TryGetValue(session.Stream, out ProxySession? current) && current == session)
        {
            _byClient.Remove(session.Stream);
        }
    }
}
