using System.Buffers.Binary;
using Raft.Core;

namespace Raft.Storage;

/// <summary>What a record of the log file says. Written to disk: the numbers never change.</summary>
internal enum RecordKind : byte
{
    /// <summary>An application entry; the first three equal <see cref="EntryType"/>.</summary>
    Application = EntryType.Application,

    /// <summary>A leader's first entry.</summary>
    Noop = EntryType.Noop,

    /// <summary>A membership entry.</summary>
    Configuration = EntryType.Configuration,

    /// <summary>First in a segment. Id: the last entry before it; payload: the base at that point.</summary>
    Start = 16,

    /// <summary>The entries after this id are removed.</summary>
    Truncate = 17,

    /// <summary>The entries up to this id are forgotten: a snapshot covers them.</summary>
    Compact = 18,

    /// <summary>All entries are forgotten, the log goes on after this id.</summary>
    Reset = 19,

    /// <summary>Says nothing but that all before it is durable, for a log that falls idle or is closed.</summary>
    Mark = 20,
}

/// <summary>
/// Head of a record: CRC32C of the segment's salt, the rest and the payload, payload length, own place, place up to which the
/// log was durable when this was written, term, index, time, kind. Little endian, followed by the payload.
/// </summary>
/// <remarks>
/// <see cref="Durable"/> is what tells damage from a torn tail. A power cut may keep a later part of what was not synced
/// and lose an earlier one; but a record that was durable when a later one was written was on disk, so if it cannot be
/// read now, the disk damaged it.
/// </remarks>
internal readonly record struct LogRecord(
    LogPosition Position, LogPosition Durable, EntryId Id, long Time, RecordKind Kind, int PayloadLength)
{
    public const int HeadSize = 52;

    /// <summary>Payload of a <see cref="RecordKind.Start"/> record: the base's term and index.</summary>
    public const int StartPayloadSize = 16;

    private const int CrcSize = 4;

    public bool IsEntry => Kind <= RecordKind.Configuration;

    public long Size => HeadSize + (long)PayloadLength;

    public LogPosition End => Position.Plus(Size);

    /// <summary>Writes the head without durable position and CRC, which <see cref="Seal"/> adds.</summary>
    public void Write(Span<byte> head)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], PayloadLength);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], Position.Packed);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], Id.Term);
        BinaryPrimitives.WriteInt64LittleEndian(head[32..], Id.Index);
        BinaryPrimitives.WriteInt64LittleEndian(head[40..], Time);
        BinaryPrimitives.WriteInt32LittleEndian(head[48..], (byte)Kind);
    }

    /// <summary>Completes a head in place.</summary>
    /// <param name="head">The head, followed by the payload unless that is <paramref name="elsewhere"/>.</param>
    /// <param name="durable">Place up to which the log is durable now.</param>
    /// <param name="elsewhere">A payload that does not follow its head in memory.</param>
    /// <param name="salt">Of the segment.</param>
    public static void Seal(Span<byte> head, LogPosition durable, ReadOnlySpan<byte> elsewhere, uint salt)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], durable.Packed);
        uint crc = Crc32C.Append(Crc32C.Append(salt, head[CrcSize..]), elsewhere);
        BinaryPrimitives.WriteUInt32LittleEndian(head, crc);
    }

    /// <summary>Place and payload length of a head that this process wrote.</summary>
    public static (LogPosition Position, int PayloadLength) Peek(ReadOnlySpan<byte> head) => (
        LogPosition.Unpack(BinaryPrimitives.ReadUInt64LittleEndian(head[8..])),
        BinaryPrimitives.ReadInt32LittleEndian(head[4..]));

    /// <summary>Reads a head; false when it cannot be one at this place. Its checksum is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, LogPosition expected, out LogRecord record)
    {
        record = default;
        if (BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) != expected.Packed)
        {
            return false;
        }

        int kind = BinaryPrimitives.ReadInt32LittleEndian(head[48..]);
        record = new LogRecord(
            expected,
            LogPosition.Unpack(BinaryPrimitives.ReadUInt64LittleEndian(head[16..])),
            new EntryId(BinaryPrimitives.ReadInt64LittleEndian(head[24..]), BinaryPrimitives.ReadInt64LittleEndian(head[32..])),
            BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
            (RecordKind)kind,
            BinaryPrimitives.ReadInt32LittleEndian(head[4..]));
        return IsKnown(kind) && record.PayloadLength >= 0 && record.Durable <= expected && record.Id is { Term: >= 0, Index: >= 0 };
    }

    public static uint ChecksumIn(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt32LittleEndian(head);

    public static uint ChecksumOf(ReadOnlySpan<byte> headAndPayload, uint salt) => Crc32C.Append(salt, headAndPayload[CrcSize..]);

    public static void WriteBase(Span<byte> payload, EntryId @base)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, @base.Term);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], @base.Index);
    }

    public static EntryId ReadBase(ReadOnlySpan<byte> payload) => new(
        BinaryPrimitives.ReadInt64LittleEndian(payload), BinaryPrimitives.ReadInt64LittleEndian(payload[8..]));

    private static bool IsKnown(int kind) => kind is >= 0 and <= (int)RecordKind.Configuration
        or >= (int)RecordKind.Start and <= (int)RecordKind.Mark;
}
