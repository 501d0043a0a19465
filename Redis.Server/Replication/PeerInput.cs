using System.Runtime.InteropServices;
using Raft.Core;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>What other nodes send, as inputs of Raft: one frame, one message. Under the consensus lock; the counts are read by anyone.</summary>
internal sealed class PeerInput(PayloadPacker packer, RaftTracing tracing)
{
    /// <summary>AppendEntries, heartbeats included.</summary>
    public long AppendRequests { get; private set; }

    public long AppendRequestsWithEntries { get; private set; }

    public long SnapshotRequests { get; private set; }

    /// <summary>Hands the message in a frame to Raft; the frame's bytes are valid during the call.</summary>
    /// <exception cref="FormatException">The frame is damaged or of an unknown kind.</exception>
    public void Hand(RaftServer server, int from, ReadOnlyMemory<byte> frame, PeerFrameScratch scratch)
    {
        FrameReader reader = new(frame);
        PeerFrame kind = PeerCodec.Kind(frame.Span);
        tracing.Write(RaftTrace.RaftLibrary, $"from node {from}: {kind}, {frame.Length} bytes");
        switch (kind)
        {
            case PeerFrame.AppendRequest:
                AppendRequest append = PackEntries(PeerCodec.ReadAppendRequest(ref reader, ref scratch.Entries));
                AppendRequests++;
                AppendRequestsWithEntries += append.Entries.IsEmpty ? 0 : 1;
                server.Receive(from, append);
                break;
            case PeerFrame.AppendReply:
                server.Receive(from, PeerCodec.ReadAppendReply(ref reader));
                break;
            case PeerFrame.VoteRequest:
                server.Receive(from, PeerCodec.ReadVoteRequest(ref reader));
                break;
            case PeerFrame.VoteReply:
                server.Receive(from, PeerCodec.ReadVoteReply(ref reader));
                break;
            case PeerFrame.SnapshotRequest:
                SnapshotRequests++;
                server.Receive(from, PeerCodec.ReadSnapshotRequest(ref reader));
                break;
            case PeerFrame.SnapshotReply:
                server.Receive(from, PeerCodec.ReadSnapshotReply(ref reader));
                break;
            case PeerFrame.TimeoutNow:
                server.Receive(from, PeerCodec.ReadTimeoutNow(ref reader));
                break;
            case PeerFrame.ReadIndexRequest:
                server.Receive(from, PeerCodec.ReadReadIndexRequest(ref reader));
                break;
            case PeerFrame.ReadIndexReply:
                server.Receive(from, PeerCodec.ReadReadIndexReply(ref reader));
                break;
            default:
                throw new FormatException($"A peer frame of unknown kind {(byte)kind}.");
        }
    }

    /// <summary>The entries with their payloads copied out of the network's buffer: the log keeps them.</summary>
    private AppendRequest PackEntries(in AppendRequest request)
    {
        Span<LogEntry> entries = MemoryMarshal.AsMemory(request.Entries).Span;
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = entries[i] with { Payload = packer.Pack(entries[i].Payload.Span) };
        }

        return request;
    }
}
