using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Replication;

/// <summary>
/// The clients of this node whose commands wait inside the state machine (BLPOP and its kin), by the entry that brought
/// the command. Application's turn only.
/// </summary>
internal sealed class LateReplies(RespWriter reply, Action<RequestStream, RespWriter> answer) : IWaiterReplies
{
    private readonly Dictionary<EntryId, RequestStream> _streams = [];

    /// <summary>Clients of this node that wait (INFO blocked_clients).</summary>
    public int Count => _streams.Count;

    /// <summary>The command that the entry brought waits: its stream is answered later.</summary>
    public void Add(EntryId entry, RequestStream stream)
    {
        _streams[entry] = stream;
        stream.Awaited = entry;
    }

    public RespWriter Begin(EntryId waiter)
    {
        RequestStream? stream = _streams.GetValueOrDefault(waiter);
        reply.Clear();
        reply.IsMuted = stream is null || stream.WantsNoReply;
        reply.Version = stream?.ProtocolVersion ?? 2;
        return reply;
    }

    public void End(EntryId waiter)
    {
        if (_streams.Remove(waiter, out RequestStream? stream))
        {
            stream.Awaited = null;
            answer(stream, reply);
        }
    }
}
