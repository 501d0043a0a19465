using System.Buffers.Binary;
using Raft.Core;

namespace Redis.Server.Peers;

/// <summary>Kinds of frame between nodes. On the wire: the numbers never change.</summary>
internal enum PeerFrame : byte
{
    VoteRequest = 1,
    VoteReply = 2,
    AppendRequest = 3,
    AppendReply = 4,
    SnapshotRequest = 5,
    SnapshotReply = 6,
    TimeoutNow = 7,
    ReadIndexRequest = 8,
    ReadIndexReply = 9,
    ProxyRequests = 10,
    ProxyReply = 11,
    ProxyNote = 12,
}

/// <summary>
/// Frames between nodes: length of what follows (4 bytes), kind (1 byte), fields, all little-endian. Pure functions.
/// </summary>
internal static class PeerCodec
{
    /// <summary>
    /// The newest version of the frames that this program speaks. The handshake settles on the newest that both sides know,
    /// so that nodes may be upgraded one by one.
    /// </summary>
    public const int Version = 1;

    /// <summary>The oldest version that it still speaks.</summary>
    public const int OldestVersion = 1;

    /// <summary>Length and kind.</summary>
    public const int HeaderSize = 5;

    /// <summary>Larger frames are damage, not data.</summary>
    public const int MaxFrameSize = (1 << 30) + (1 << 20);

    private const int EntryHeaderSize = 8 + 8 + 1 + 4;
    private const int SnapshotIdSize = 16 + 8 + 8;
    private const int AppendHeaderSize = 8 + 4 + 16 + 8 + 8 + 4;

    public static void Write(SendQueue queue, in VoteRequest message) => queue.Append(HeaderSize + 8 + 4 + 16 + 1, message, static (span, in m) =>
        Begin(span, PeerFrame.VoteRequest).Put(m.Term).Put(m.Candidate).Put(m.LastEntry).Put(Flags(m.IsPreVote, m.IsTransfer)).End());

    public static void Write(SendQueue queue, in VoteReply message) => queue.Append(HeaderSize + 8 + 1 + 8, message, static (span, in m) =>
        Begin(span, PeerFrame.VoteReply).Put(m.Term).Put(Flags(m.IsPreVote, m.Granted)).Put(m.StoreId).End());

    public static void Write(SendQueue queue, in AppendRequest message)
    {
        int length = HeaderSize + AppendHeaderSize;
        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            length = checked(length + EntryHeaderSize + entry.Payload.Length);
        }

        queue.Append(length, message, static (span, in m) =>
        {
            FrameWriter writer = Begin(span, PeerFrame.AppendRequest).Put(m.Term).Put(m.Leader).Put(m.Previous)
                .Put(m.Committed).Put(m.Round).Put(m.Entries.Length);
            foreach (ref readonly LogEntry entry in m.Entries.Span)
            {
                writer = writer.Put(entry.Term).Put(entry.Time).Put((byte)entry.Type).Put(entry.Payload.Length).Put(entry.Payload.Span);
            }

            writer.End();
        });
    }

    public static void Write(SendQueue queue, in AppendReply message) => queue.Append(HeaderSize + 8 + 1 + 8 + 16 + 8 + 8, message, static (span, in m) =>
        Begin(span, PeerFrame.AppendReply).Put(m.Term).Put(Flags(m.Success, false)).Put(m.Match).Put(m.Hint).Put(m.Round).Put(m.StoreId).End());

    public static void Write(SendQueue queue, in SnapshotRequest message)
    {
        int length = checked(HeaderSize + 8 + 4 + SnapshotIdSize + 8 + 8 + 8 + 4 + message.Configuration.Length + message.Chunk.Length);
        queue.Append(length, message, static (span, in m) =>
            Begin(span, PeerFrame.SnapshotRequest).Put(m.Term).Put(m.Leader).Put(m.Snapshot).Put(m.Offset).Put(m.Round).Put(m.Time)
                .Put(m.Configuration.Length).Put(m.Configuration.Span).Put(m.Chunk.Span).End());
    }

    public static void Write(SendQueue queue, in SnapshotReply message) => queue.Append(HeaderSize + 8 + SnapshotIdSize + 8 + 1 + 8 + 8, message, static (span, in m) =>
        Begin(span, PeerFrame.SnapshotReply).Put(m.Term).Put(m.Snapshot).Put(m.Received).Put(Flags(m.Installed, false)).Put(m.Round).Put(m.StoreId).End());

    public static void Write(SendQueue queue, in TimeoutNow message) => queue.Append(HeaderSize + 8 + 4, message, static (span, in m) =>
        Begin(span, PeerFrame.TimeoutNow).Put(m.Term).Put(m.Leader).End());

    public static void Write(SendQueue queue, in ReadIndexRequest message) => queue.Append(HeaderSize + 8 + 8, message, static (span, in m) =>
        Begin(span, PeerFrame.ReadIndexRequest).Put(m.Term).Put(m.ReadId).End());

    public static void Write(SendQueue queue, in ReadIndexReply message) => queue.Append(HeaderSize + 8 + 8 + 8, message, static (span, in m) =>
        Begin(span, PeerFrame.ReadIndexReply).Put(m.Term).Put(m.ReadId).Put(m.Index).End());

    /// <summary>Length of the frame at the start of the bytes, header included; 0 when more bytes are needed to tell.</summary>
    /// <exception cref="FormatException">No frame has such a length.</exception>
    public static int FrameLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize)
        {
            return 0;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length is > 0 and <= MaxFrameSize ? length + 4 : throw new FormatException($"A peer frame of {length} bytes.");
    }

    public static PeerFrame Kind(ReadOnlySpan<byte> frame) => (PeerFrame)frame[4];

    public static VoteRequest ReadVoteRequest(ref FrameReader reader)
    {
        (long term, int candidate, EntryId last, byte flags) = (reader.Long(), reader.Int(), reader.Id(), reader.Byte());
        return new VoteRequest(term, candidate, last, (flags & 1) != 0, (flags & 2) != 0);
    }

    public static VoteReply ReadVoteReply(ref FrameReader reader)
    {
        (long term, byte flags, long storeId) = (reader.Long(), reader.Byte(), reader.Long());
        return new VoteReply(term, (flags & 1) != 0, (flags & 2) != 0, storeId);
    }

    /// <summary>The entries' payloads are views of the frame; <paramref name="entries"/> is reused storage for them.</summary>
    public static AppendRequest ReadAppendRequest(ref FrameReader reader, ref LogEntry[] entries)
    {
        (long term, int leader, EntryId previous, long committed, long round) =
            (reader.Long(), reader.Int(), reader.Id(), reader.Long(), reader.Long());
        int count = reader.Count(EntryHeaderSize);
        if (entries.Length < count)
        {
            entries = new LogEntry[Math.Max(count, 64)];
        }

        for (int i = 0; i < count; i++)
        {
            (long entryTerm, long time, byte type) = (reader.Long(), reader.Long(), reader.Byte());
            ReadOnlyMemory<byte> payload = reader.Bytes(reader.Int());
            entries[i] = new LogEntry(new EntryId(entryTerm, previous.Index + 1 + i), (EntryType)type, time, payload);
        }

        return new AppendRequest(term, leader, previous, committed, round, entries.AsMemory(0, count));
    }

    public static AppendReply ReadAppendReply(ref FrameReader reader) =>
        new(reader.Long(), reader.Byte() != 0, reader.Long(), reader.Id(), reader.Long(), reader.Long());

    public static SnapshotRequest ReadSnapshotRequest(ref FrameReader reader) => new(
        reader.Long(), reader.Int(), reader.SnapshotId(), reader.Long(), reader.Long(), reader.Long(), reader.Bytes(reader.Int()), reader.Rest());

    public static SnapshotReply ReadSnapshotReply(ref FrameReader reader) =>
        new(reader.Long(), reader.SnapshotId(), reader.Long(), reader.Byte() != 0, reader.Long(), reader.Long());

    public static TimeoutNow ReadTimeoutNow(ref FrameReader reader) => new(reader.Long(), reader.Int());

    public static ReadIndexRequest ReadReadIndexRequest(ref FrameReader reader) => new(reader.Long(), reader.Long());

    public static ReadIndexReply ReadReadIndexReply(ref FrameReader reader) => new(reader.Long(), reader.Long(), reader.Long());

    /// <summary>The header of a frame that fills the span.</summary>
    public static FrameWriter Begin(Span<byte> span, PeerFrame kind) => new FrameWriter(span).Put(span.Length - 4).Put((byte)kind);

    private static byte Flags(bool first, bool second) => (byte)((first ? 1 : 0) | (second ? 2 : 0));
}
