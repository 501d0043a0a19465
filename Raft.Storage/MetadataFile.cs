using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Raft.Storage;

/// <summary>
/// The file that holds <see cref="Metadata"/>: two copies, each checksummed and in a page of its own, written and synced
/// one after the other.
/// </summary>
/// <remarks>
/// A crash can tear one copy only, and damage to one copy is survived: the other one is as new as the last
/// <see cref="Save"/> that returned. Overwriting in place keeps an election free of journal commits.
/// </remarks>
public sealed class MetadataFile : IDisposable
{
    /// <summary>Its name in the data directory.</summary>
    public const string FileName = "raft.meta";

    private const int CopyOffset = 4096;
    private const int Size = 80;
    private const int CrcOffset = Size - 4;
    private const ulong Magic = 0x0000_4154_454D_4652; // "RFMETA"
    private const ushort Version = 1;
    private const ushort FoundingFlag = 1;

    private readonly DataDirectory _directory;
    private readonly IDiskFile _file;
    private readonly byte[] _buffer = new byte[Size];
    private readonly bool _isWhole;
    private ulong _generation;
    private StorageException? _failure;

    private MetadataFile(DataDirectory directory, IDiskFile file)
    {
        _directory = directory;
        _file = file;
        (Current, _isWhole) = Load();
    }

    /// <summary>What is on disk.</summary>
    public Metadata Current { get; private set; }

    /// <summary>Opens the file, or creates it for a node that belongs to no cluster.</summary>
    /// <exception cref="LogDamagedException">Both copies are damaged.</exception>
    /// <exception cref="StorageException">The file is of a newer format, or cannot be read or created.</exception>
    public static MetadataFile Open(DataDirectory directory)
    {
        string path = directory.PathOf(FileName);
        try
        {
            if (!directory.Disk.Exists(path))
            {
                Create(directory, path);
            }

            MetadataFile file = new(directory, directory.Disk.Open(path, DiskOpen.ReadWrite));
            file.Repair();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The metadata file '{path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Makes new metadata durable before it returns.</summary>
    /// <exception cref="StorageException">The disk failed; every later call fails too.</exception>
    public void Save(Metadata metadata)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        try
        {
            _directory.EnsurePresent();
            Encode(_buffer, metadata, ++_generation);
            foreach (int offset in (ReadOnlySpan<int>)[0, CopyOffset])
            {
                _file.Write(_buffer, offset);
                _file.Sync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageException)
        {
            _failure = new StorageException($"The metadata file '{_file.Path}' could not be written: {e.Message}", e);
            throw _failure;
        }

        Current = metadata;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static void Create(DataDirectory directory, string path)
    {
        byte[] bytes = new byte[CopyOffset * 2];
        Metadata none = new(0, 0, 0, "", NewStoreId());
        Encode(bytes, none, 0);
        Encode(bytes.AsSpan(CopyOffset), none, 0);
        string temporary = path + ".tmp";
        using (IDiskFile file = directory.Disk.Open(temporary, DiskOpen.Create))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        directory.Disk.Rename(temporary, path);
        directory.Disk.SyncDirectory(directory.Path);
    }

    private static long NewStoreId()
    {
        long id;
        do
        {
            id = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));
        }
        while (id == 0);
        return id;
    }

    private static void Encode(Span<byte> copy, Metadata metadata, ulong generation)
    {
        if (metadata.ClusterId.Length > Metadata.MaxClusterIdLength)
        {
            throw new ArgumentException($"A cluster id has at most {Metadata.MaxClusterIdLength} characters.", nameof(metadata));
        }

        copy = copy[..Size];
        copy.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(copy, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(copy[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(copy[10..], metadata.IsFounding ? FoundingFlag : (ushort)0);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[12..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(copy[20..], metadata.Term);
        BinaryPrimitives.WriteInt32LittleEndian(copy[28..], metadata.VotedFor);
        BinaryPrimitives.WriteInt32LittleEndian(copy[32..], metadata.NodeId);
        BinaryPrimitives.WriteInt64LittleEndian(copy[36..], metadata.StoreId);
        Encoding.ASCII.GetBytes(metadata.ClusterId, copy[44..CrcOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[CrcOffset..], Crc32C.Of(copy[..CrcOffset]));
    }

    private (Metadata Newest, bool IsWhole) Load()
    {
        bool hasFirst = TryLoad(0, out ulong firstGeneration, out Metadata? first);
        bool hasSecond = TryLoad(CopyOffset, out ulong secondGeneration, out Metadata? second);
        _generation = Math.Max(firstGeneration, secondGeneration);
        Metadata newest = (firstGeneration >= secondGeneration ? first ?? second : second ?? first)
            ?? throw new LogDamagedException(_file.Path, 0, "neither copy of term and vote can be read.");
        return (newest, hasFirst && hasSecond && firstGeneration == secondGeneration);
    }

    /// <summary>After a crash between the two copies only one holds what this process now acts upon.</summary>
    private void Repair()
    {
        if (!_isWhole)
        {
            Save(Current);
        }
    }

    private bool TryLoad(int offset, out ulong generation, out Metadata? metadata)
    {
        ReadOnlySpan<byte> copy = _buffer.AsSpan(0, _file.Read(_buffer, offset));
        generation = 0;
        metadata = null;
        if (copy.Length < Size
            || BinaryPrimitives.ReadUInt64LittleEndian(copy) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(copy[CrcOffset..]) != Crc32C.Of(copy[..CrcOffset]))
        {
            return false;
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(copy[8..]);
        if (version != Version)
        {
            throw new StorageException($"'{_file.Path}' has format {version}; this program reads format {Version}.");
        }

        generation = BinaryPrimitives.ReadUInt64LittleEndian(copy[12..]);
        metadata = new Metadata(
            BinaryPrimitives.ReadInt64LittleEndian(copy[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(copy[32..]),
            Encoding.ASCII.GetString(copy[44..CrcOffset].TrimEnd((byte)0)),
            BinaryPrimitives.ReadInt64LittleEndian(copy[36..]),
            BinaryPrimitives.ReadUInt16LittleEndian(copy[10..]) == FoundingFlag);
        return true;
    }
}
