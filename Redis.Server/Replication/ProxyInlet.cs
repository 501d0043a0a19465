using System.Runtime.InteropServices;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// The leader's end of a proxy connection: takes the requests of another node's clients as if those were connected here.
/// When the connection ends, so do its sessions.
/// </summary>
internal sealed class ProxyInlet(Transport transport, RaftHost host) : IPeerReceiver
{
    // Beyond this the other node does not read what it asked for, and is not read from.
    private const int MaxWaitingReplies = 32 * 1024 * 1024;

    private readonly SendQueue _output = new(transport, _ => transport.Close());
    private readonly Dictionary<long, ProxiedStream> _streams = [];
    private readonly List<ProxiedRequest> _requests = [];
    private readonly List<StagedRequest> _staged = [];

    public void Receive(int from, ReadOnlyMemory<byte> frame, PeerFrameScratch scratch)
    {
        FrameReader reader = new(frame);
        PeerFrame kind = PeerCodec.Kind(frame.Span);
        switch (kind)
        {
            case PeerFrame.ProxyRequests:
                Submit(ref reader);
                break;
            case PeerFrame.ProxyNote:
                (long session, ProxyNote note) = ProxyCodec.ReadNote(ref reader);
                Heed(session, note);
                break;
            default:
                throw new FormatException($"A frame of kind {(byte)kind} on a proxy connection.");
        }
    }

    public ValueTask ReadyAsync() => new(_output.Waiting > MaxWaitingReplies ? _output.EmptiedAsync() : host.Consensus.Intake.RoomAsync());

    public void Disconnected(int from)
    {
        _output.Close();
        foreach (ProxiedStream stream in _streams.Values)
        {
            End(stream);
        }

        _streams.Clear();
    }

    private void Submit(ref FrameReader reader)
    {
        (long session, int version, string user) = ProxyCodec.ReadRequests(ref reader, _requests);
        if (!_streams.TryGetValue(session, out ProxiedStream? stream))
        {
            stream = new ProxiedStream(session, $"{transport.Remote}", _output);
            _streams.Add(session, stream);
        }

        stream.Identify(user, version);
        foreach (ProxiedRequest request in _requests)
        {
            Stage(stream, request);
        }

        host.Consensus.Submit(stream, CollectionsMarshal.AsSpan(_staged));
        _staged.Clear();
    }

    private void Stage(ProxiedStream stream, ProxiedRequest request)
    {
        WatchSet? ended = null;
        if ((request.Traits & ProxyTraits.BeginsWatch) != 0)
        {
            Unwatch(stream);
            stream.Watches = new WatchSet();
        }
        else if ((request.Traits & ProxyTraits.EndsWatch) != 0)
        {
            ended = stream.Watches;
            stream.Watches = null;
        }

        RequestKind kind = (request.Traits & ProxyTraits.Writes) != 0 ? RequestKind.Write : RequestKind.Read;
        _staged.Add(new StagedRequest(kind, null, request.Bytes, ended));
    }

    private void Heed(long session, ProxyNote note)
    {
        if (!_streams.TryGetValue(session, out ProxiedStream? stream))
        {
            return; // it ended before
        }

        switch (note)
        {
            case ProxyNote.End:
                _streams.Remove(session);
                End(stream);
                break;
            case ProxyNote.TimeOut or ProxyNote.Unblock:
                UnblockReason reason = note == ProxyNote.TimeOut ? UnblockReason.TimedOut : UnblockReason.Error;
                host.Application.Post(() => host.Application.Unblock(stream, reason));
                break;
            default:
                throw new FormatException($"A note of kind {(byte)note} on a proxy connection.");
        }
    }

    private void End(ProxiedStream stream)
    {
        stream.End();
        Unwatch(stream);
        host.Application.Post(() => host.Application.Unblock(stream, UnblockReason.Disconnected));
    }

    private void Unwatch(ProxiedStream stream)
    {
        if (stream.Watches is { } watches)
        {
            stream.Watches = null;
            host.Application.Post(() => host.Application.Unwatch(watches));
        }
    }
}
