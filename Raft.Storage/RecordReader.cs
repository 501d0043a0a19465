using System.Buffers.Binary;

namespace Raft.Storage;

/// <summary>Reads the records of one segment through a window of fixed size; believes nothing it has not checked.</summary>
internal sealed class RecordReader(IDiskFile file, uint segment)
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

    /// <summary>Whether any byte from an offset on is not zero.</summary>
    public bool HasContent(long offset) => NextContent(offset) < _length;

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
        const int placeAt = 8;
        for (; offset + LogRecord.HeadSize <= _length; offset++)
        {
            ReadOnlySpan<byte> head = At(offset, LogRecord.HeadSize);
            if (BinaryPrimitives.ReadUInt64LittleEndian(head[placeAt..]) == new LogPosition(segment, (uint)offset).Packed)
            {
                return offset;
            }

            if (head.IndexOfAnyExcept((byte)0) < 0)
            {
                offset = Math.Max(offset, NextContent(offset) - LogRecord.HeadSize);
            }
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
            return LogRecord.ChecksumOf(At(offset, (int)size));
        }

        const int crcSize = 4;
        uint crc = 0;
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
