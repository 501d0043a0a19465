using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Raft.Storage;

/// <summary>One file of the log: a header page that names cluster, node and sequence, then records.</summary>
/// <remarks>
/// It is made under a temporary name and synced before it gets its own. Where a file has its full size already, writing
/// records changes neither its length nor its blocks, and fdatasync has no metadata to write: a write is then durable in half
/// of the time, without waits for the journal. So a segment that is no longer needed becomes the next one, its old records
/// behind the new ones: they name another place, and count for nothing. Checksums in such a file begin with a random salt, so
/// that no payload can be made to pass for a record of the segment that overwrites it. Where there is no old segment, a new file
/// is filled with zeros; that doubles what is written, so a log that is written fast does without and extends its files.
/// </remarks>
internal sealed class SegmentFile : IDisposable
{
    public const int HeaderSize = 4096;

    /// <summary>Behind the name of a segment that is being made.</summary>
    public const string UnfinishedSuffix = ".tmp";

    /// <summary>Behind the name of a segment that is no longer needed and waits to become another.</summary>
    public const string SpareSuffix = ".spare";

    private const int UsedHeaderSize = 64;
    private const int SaltAt = 52;
    private const int FillChunk = 1024 * 1024;
    private const ulong Magic = 0x0047_4F4C_5446_4152; // "RAFTLOG"
    private const uint VersionOfNew = 1;
    private const uint VersionOfReused = 2;

    private SegmentFile(uint sequence, uint salt, IDiskFile file)
    {
        Sequence = sequence;
        Salt = salt;
        File = file;
    }

    public uint Sequence { get; }

    /// <summary>What the checksums of its records begin with. In a new file 0, and zeros stand where nothing was written yet.</summary>
    public uint Salt { get; }

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
            FillWithZeros(file, isFilled ? options.SegmentBytes : HeaderSize);
            WriteHeader(file, options, sequence, salt: 0);
        }

        return Name(directory, temporary, path, sequence, salt: 0);
    }

    /// <summary>Makes a segment of a spare file, whose name was synced before.</summary>
    public static SegmentFile Reuse(DataDirectory directory, RaftLogOptions options, uint sequence, string spare)
    {
        uint salt = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        using (IDiskFile file = directory.Disk.Open(spare, DiskOpen.ReadWrite))
        {
            WriteHeader(file, options, sequence, salt);
        }

        return Name(directory, spare, directory.PathOf(NameOf(options.FileName, sequence)), sequence, salt);
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

            return new SegmentFile(sequence, header.Salt, file);
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
        if (version is not (VersionOfNew or VersionOfReused))
        {
            throw new StorageException($"'{file.Path}' has format {version}; this program reads formats 1 and 2.");
        }

        return new SegmentHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            Encoding.ASCII.GetString(header[20..52].TrimEnd((byte)0)),
            BinaryPrimitives.ReadUInt32LittleEndian(header[SaltAt..]));
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

    private static SegmentFile Name(DataDirectory directory, string from, string path, uint sequence, uint salt)
    {
        directory.Disk.Rename(from, path);
        directory.Disk.SyncDirectory(directory.Path);
        return new SegmentFile(sequence, salt, directory.Disk.Open(path, DiskOpen.ReadWrite));
    }

    private static void WriteHeader(IDiskFile file, RaftLogOptions options, uint sequence, uint salt)
    {
        Span<byte> header = stackalloc byte[UsedHeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], salt == 0 ? VersionOfNew : VersionOfReused);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], options.NodeId);
        Encoding.ASCII.GetBytes(options.ClusterId, header[20..52]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SaltAt..], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(header[60..], Crc32C.Of(header[..60]));
        file.Write(header, 0);
        file.Sync();
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
internal readonly record struct SegmentHeader(uint Sequence, int NodeId, string ClusterId, uint Salt);
