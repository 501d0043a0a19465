using System.Buffers.Binary;

namespace Raft.Storage;

/// <summary>Reads the records of one segment through a window of fixed size; believes nothing it has not checked.</summary>
internal sealed class RecordReader(IDiskFile file, uint segment, uint salt)
{
    private const int WindowSize = 256 * 1024;

    /// <summary>A scan checks at most this many times the file's length, so that no made-up file can hold up a start.</summary>
    private const int ScanEffort = 16;

    private readonly byte[] _window = new byte[WindowSize];
    private readonly long _length = Math.Min(file.Length, uint.MaxValue);
    private long _windowStart;
    private int _windowLength;

    public long Length => _length;

    /// <summary>Reads the record at an offset.</summary>
    /// <returns>False when no whole and undamaged record stands there.</returns>
    public bool TryRead(long offset, out LogRecord record)
    {
        ReadOnlySpan<byte> head = At(offset, LogRecord.HeadSize);
        if (head.Length < LogRecord.HeadSize
            || !LogRecord.TryRead(head, new LogPosition(segment, (uint)offset), out record)
            || offset + record.Size > _length)
        {
            record = default;
            return false;
        }

        return LogRecord.ChecksumIn(head) == Checksum(offset, record.Size);
    }

    /// <summary>The first bytes of the payload of a record that was read, at most a window's.</summary>
    public ReadOnlySpan<byte> Payload(in LogRecord record) =>
        At(record.Position.Offset + LogRecord.HeadSize, Math.Min(record.PayloadLength, WindowSize));

    public RecordReader(SegmentFile segment)
        : this(segment.File, segment.Sequence, segment.Salt)
    {
    }

    /// <summary>
    /// Whether anything was written from an offset on: bytes that are not zero, or in a file that was used before, where those
    /// say nothing, a head that names its own place.
    /// </summary>
    public bool HasContent(long offset) => (salt != 0 ? NextCandidate(offset) : NextContent(offset)) < _length;

    /// <summary>Looks for undamaged records at and behind an offset.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="isWanted">Which record to stop at.</param>
    /// <param name="found">The record.</param>
    /// <returns>False when there is none. True also when the file is too strange to be searched through.</returns>
    public bool TryFind(long offset, Func<LogRecord, bool> isWanted, out LogRecord found)
    {
        long effort = 0;
        found = default;
        while ((offset = NextCandidate(offset)) < _length)
        {
            if (TryRead(offset, out LogRecord record))
            {
                if (isWanted(record))
                {
                    found = record;
                    return true;
                }

                offset += record.Size;
                continue;
            }

            effort += LogRecord.TryRead(At(offset, LogRecord.HeadSize), new LogPosition(segment, (uint)offset), out LogRecord claimed)
                ? Math.Min(claimed.Size, _length)
                : LogRecord.HeadSize;
            if (effort > _length * ScanEffort)
            {
                return true;
            }

            offset++;
        }

        return false;
    }

    /// <summary>The next offset whose head names its own place.</summary>
    private long NextCandidate(long offset)
    {
        const int offsetAt = 8;
        const int segmentAt = offsetAt + sizeof(uint);
        Span<byte> ours = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(ours, segment);
        while (offset + LogRecord.HeadSize <= _length)
        {
            _ = At(offset, LogRecord.HeadSize);
            ReadOnlySpan<byte> bytes = _window.AsSpan((int)(offset - _windowStart).._windowLength);
            if (bytes.Length < LogRecord.HeadSize)
            {
                break; // the file became shorter
            }

            int found = bytes[segmentAt..].IndexOf(ours);
            if (found < 0)
            {
                offset += bytes.Length - segmentAt - sizeof(uint) + 1;
                continue;
            }

            offset += found;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(found + offsetAt)..]) == offset && offset + LogRecord.HeadSize <= _length)
            {
                return offset;
            }

            offset++;
        }

        return _length;
    }

    private long NextContent(long offset)
    {
        while (offset < _length)
        {
            ReadOnlySpan<byte> bytes = At(offset, (int)Math.Min(WindowSize, _length - offset));
            int content = bytes.IndexOfAnyExcept((byte)0);
            if (content >= 0)
            {
                return offset + content;
            }

            offset += Math.Max(bytes.Length, 1);
        }

        return _length;
    }

    private uint Checksum(long offset, long size)
    {
        if (size <= WindowSize)
        {
            return LogRecord.ChecksumOf(At(offset, (int)size), salt);
        }

        const int crcSize = 4;
        uint crc = salt;
        for (long at = offset + crcSize; at < offset + size;)
        {
            ReadOnlySpan<byte> part = At(at, (int)Math.Min(WindowSize, offset + size - at));
            if (part.IsEmpty)
            {
                break;
            }

            crc = Crc32C.Append(crc, part);
            at += part.Length;
        }

        return crc;
    }

    private ReadOnlySpan<byte> At(long offset, int count)
    {
        if (offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            _windowStart = offset;
            _windowLength = file.Read(_window, offset);
        }

        int start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Min(count, _windowLength - start));
    }
}
