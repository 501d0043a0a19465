using System.Buffers.Binary;
using System.Text;

namespace Raft.Storage;

/// <summary>One file of the log: a header page that names cluster, node and sequence, then records.</summary>
/// <remarks>
/// It is made under a temporary name and synced before it gets its own. Filled with zeros to its full size, writing records
/// changes neither its length nor its blocks, and fdatasync has no metadata to write: a small write is then durable in a
/// fraction of the time, without waits for the journal. Filling doubles what is written, though, so a log that is written
/// fast, in large pieces, does without and extends its files.
/// </remarks>
internal sealed class SegmentFile : IDisposable
{
    public const int HeaderSize = 4096;

    /// <summary>Behind the name of a segment that is being made.</summary>
    public const string UnfinishedSuffix = ".tmp";

    private const int UsedHeaderSize = 64;
    private const int FillChunk = 1024 * 1024;
    private const ulong Magic = 0x0047_4F4C_5446_4152; // "RAFTLOG"
    private const uint Version = 1;

    private SegmentFile(uint sequence, IDiskFile file)
    {
        Sequence = sequence;
        File = file;
    }

    public uint Sequence { get; }

    public IDiskFile File { get; }

    public static string NameOf(string logName, uint sequence) => $"{logName}.{sequence:D10}";

    /// <summary>The sequence in a segment's name, or false for any other name.</summary>
    public static bool TryParseName(string logName, string name, out uint sequence)
    {
        sequence = 0;
        return name.Length == logName.Length + 11
            && name.StartsWith(logName, StringComparison.Ordinal)
            && name[logName.Length] == '.'
            && uint.TryParse(name.AsSpan(logName.Length + 1), System.Globalization.NumberStyles.None, null, out sequence)
            && sequence > 0;
    }

    /// <param name="directory">Where.</param>
    /// <param name="options">Whose it is, and its size.</param>
    /// <param name="sequence">Its place in the log.</param>
    /// <param name="isFilled">Whether to write its full size now.</param>
    public static SegmentFile Create(DataDirectory directory, RaftLogOptions options, uint sequence, bool isFilled)
    {
        string path = directory.PathOf(NameOf(options.FileName, sequence));
        string temporary = path + UnfinishedSuffix;
        using (IDiskFile file = directory.Disk.Open(temporary, DiskOpen.Create))
        {
            Span<byte> header = stackalloc byte[UsedHeaderSize];
            EncodeHeader(header, options, sequence);
            FillWithZeros(file, isFilled ? options.SegmentBytes : HeaderSize);
            file.Write(header, 0);
            file.Sync();
        }

        directory.Disk.Rename(temporary, path);
        directory.Disk.SyncDirectory(directory.Path);
        return new SegmentFile(sequence, directory.Disk.Open(path, DiskOpen.ReadWrite));
    }

    /// <summary>Opens a segment and checks whose it is.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The file.</param>
    /// <param name="sequence">Sequence that its name promises.</param>
    /// <param name="options">Cluster and node to expect; null to accept any.</param>
    /// <param name="how">Whether to write.</param>
    public static SegmentFile Open(IDisk disk, string path, uint sequence, RaftLogOptions? options, DiskOpen how)
    {
        IDiskFile file = disk.Open(path, how);
        try
        {
            SegmentHeader header = ReadHeader(file);
            if (options is not null && (header.ClusterId != options.ClusterId || header.NodeId != options.NodeId))
            {
                throw new ForeignFileException(
                    path, Owner(header.ClusterId, header.NodeId), Owner(options.ClusterId, options.NodeId));
            }

            if (header.Sequence != sequence)
            {
                throw new LogDamagedException(path, 0, $"its header says that it is segment {header.Sequence}.");
            }

            return new SegmentFile(sequence, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        static string Owner(string cluster, int node) => $"node {node} of cluster '{cluster}'";
    }

    public static SegmentHeader ReadHeader(IDiskFile file)
    {
        Span<byte> header = stackalloc byte[UsedHeaderSize];
        if (file.Read(header, 0) < UsedHeaderSize
            || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) != Crc32C.Of(header[..60]))
        {
            throw new LogDamagedException(file.Path, 0, "the header of the file cannot be read.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new StorageException($"'{file.Path}' has format {version}; this program reads format {Version}.");
        }

        return new SegmentHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            Encoding.ASCII.GetString(header[20..52].TrimEnd((byte)0)));
    }

    /// <summary>Overwrites whatever is not zero from an offset on.</summary>
    public void Clear(long offset)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        for (; (count = File.Read(buffer, offset)) > 0; offset += count)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                buffer.AsSpan(0, count).Clear();
                File.Write(buffer.AsSpan(0, count), offset);
            }
        }
    }

    public void Dispose() => File.Dispose();

    private static void EncodeHeader(Span<byte> header, RaftLogOptions options, uint sequence)
    {
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], options.NodeId);
        Encoding.ASCII.GetBytes(options.ClusterId, header[20..52]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Of(header[..60]));
    }

    private static void FillWithZeros(IDiskFile file, long length)
    {
        byte[] zeros = new byte[Math.Min(FillChunk, length)];
        for (long offset = 0; offset < length; offset += zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - offset)), offset);
            file.Sync(); // in pieces, so that the log's own fdatasync never queues behind the whole file
        }
    }
}

/// <summary>Whose segment it is.</summary>
internal readonly record struct SegmentHeader(uint Sequence, int NodeId, string ClusterId);
