namespace Raft.Core.Tests.Storage;

/// <summary>
/// The content of a file on a <see cref="FaultyDisk"/>: what a reader sees, what is on the platter, and the changes on
/// their way from one to the other.
/// </summary>
internal sealed class FaultyFile
{
    private const int Sector = 512;

    private readonly List<(long Offset, byte[] Bytes)> _dirty = [];
    private byte[] _durable = [];
    private byte[] _seen = [];

    public long Length => _seen.Length;

    public FaultyFile Clone() => new() { _durable = [.. _durable], _seen = [.. _seen] };

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= _seen.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = _seen.AsSpan((int)offset);
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        _dirty.Add((offset, bytes.ToArray()));
        Put(ref _seen, bytes, offset);
    }

    public void Sync()
    {
        _dirty.ForEach(write => Put(ref _durable, write.Bytes, write.Offset));
        _dirty.Clear();
    }

    /// <summary>
    /// What Linux does when writing back fails: the pages stay as they are and count as clean, so the next sync succeeds
    /// without having stored them.
    /// </summary>
    public void FailSync() => _dirty.Clear();

    /// <summary>A damage that no crash explains.</summary>
    public void Corrupt(long offset, int mask = 0x55)
    {
        _durable[offset] ^= (byte)mask;
        _seen[offset] ^= (byte)mask;
    }

    public void Replace(byte[] content)
    {
        _dirty.Clear();
        _seen = content;
        _durable = [.. content];
    }

    public byte[] Content() => [.. _seen];

    public void Crash(CrashKind kind, Random random)
    {
        byte[] left = [.. _durable];
        if (kind is CrashKind.Kept or CrashKind.DataOnly)
        {
            _dirty.ForEach(write => Put(ref left, write.Bytes, write.Offset));
            Array.Resize(ref left, Math.Max(left.Length, _seen.Length));
        }
        else if (kind == CrashKind.Torn)
        {
            foreach ((long offset, byte[] bytes) in _dirty)
            {
                Tear(ref left, bytes, offset, random);
            }
        }

        _seen = left;
        _durable = [.. left];
        _dirty.Clear();
    }

    private static void Tear(ref byte[] left, byte[] bytes, long offset, Random random)
    {
        int keep = random.Next(4); // a quarter of the writes is lost whole, a quarter kept whole
        for (long at = offset; keep != 0 && at < offset + bytes.Length;)
        {
            long end = Math.Min((at / Sector * Sector) + Sector, offset + bytes.Length);
            if (keep == 1 || random.Next(2) == 0)
            {
                Put(ref left, bytes.AsSpan((int)(at - offset), (int)(end - at)), at);
            }

            at = end;
        }
    }

    private static void Put(ref byte[] content, ReadOnlySpan<byte> bytes, long offset)
    {
        if (content.Length < offset + bytes.Length)
        {
            Array.Resize(ref content, (int)offset + bytes.Length);
        }

        bytes.CopyTo(content.AsSpan((int)offset));
    }
}
