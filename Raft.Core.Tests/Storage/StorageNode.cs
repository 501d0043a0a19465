using System.Buffers.Binary;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>
/// A node reduced to what it does to its disk, and a record of what it may rely on: what was reported durable, and what
/// was begun since.
/// </summary>
internal sealed class StorageNode
{
    private const string Folder = "/data";
    private const string SnapshotName = "dump.rdb";

    public static readonly RaftLogOptions Options = new()
    {
        ClusterId = "c",
        NodeId = 1,
        FileName = "log",
        SegmentBytes = RaftLogOptions.MinSegmentBytes,
        MaxCacheBytes = 400,
        MaxFillRate = long.MaxValue,
        HasThread = false,
    };

    private readonly FaultyDisk _disk;
    private readonly RaftLogOptions _options;
    private DataDirectory _directory;
    private MetadataFile _metadata;
    private RaftLog _log;
    private SnapshotStore _snapshots;

    /// <param name="disk">Its disk.</param>
    /// <param name="fillsFiles">Whether log files are filled ahead, or grow as they are written.</param>
    public StorageNode(FaultyDisk disk, bool fillsFiles = true)
    {
        _disk = disk;
        _options = Options with { MaxFillRate = fillsFiles ? long.MaxValue : 0 };
        Open();
    }

    /// <summary>States of the log since the last one that was reported durable, which is the first.</summary>
    public List<LogState> States { get; } = [LogState.Empty];

    /// <summary>Terms and votes since the last one that was saved, which is the first.</summary>
    public List<(long Term, int Vote)> Votes { get; } = [(0, 0)];

    /// <summary>Snapshots since the last one that was committed, which is the first.</summary>
    public List<EntryId> Snapshots { get; } = [EntryId.None];

    public RaftLog Log => _log;

    public Exception? Failure { get; private set; }

    private LogState State => States[^1];

    public static LogEntry Entry(EntryId id, int size)
    {
        byte[] payload = new byte[size];
        new Random((int)((id.Term * 1000) + id.Index)).NextBytes(payload);
        return new LogEntry(id, (EntryType)(id.Index % 3), (id.Term * 1_000_000) + id.Index, payload);
    }

    /// <summary>Takes what is on the disk now as what was reported durable.</summary>
    public void Accept()
    {
        Keep(States, LogState.Of(_log));
        Keep(Votes, (_metadata.Current.Term, _metadata.Current.VotedFor));
        Keep(Snapshots, ReadSnapshot());
    }

    /// <summary>Brings the log behind the snapshot found, as a server does when it starts.</summary>
    public void CatchUp()
    {
        EntryId snapshot = Snapshots[^1];
        if (snapshot.Index <= State.Base.Index)
        {
            return;
        }

        if (snapshot.Index <= State.Last.Index && State.IdAt(snapshot.Index) == snapshot)
        {
            States.Add(State.CompactThrough(snapshot));
            _log.CompactThrough(snapshot);
        }
        else
        {
            States.Add(new LogState(snapshot, []));
            _log.ResetTo(snapshot);
        }
    }

    /// <summary>What is wrong with the disk of a node that went through <paramref name="former"/>'s life, or null.</summary>
    public string? Judge(StorageNode former)
    {
        LogState found = LogState.Of(_log);
        EntryId snapshot = ReadSnapshot();
        (long, int) vote = (_metadata.Current.Term, _metadata.Current.VotedFor);
        return !former.States.Contains(found) ? $"The log is {found}, not one of\n{string.Join('\n', former.States)}"
            : !former.Votes.Contains(vote) ? $"The vote is {vote}, not one of {string.Join(' ', former.Votes)}"
            : !former.Snapshots.Contains(snapshot) ? $"The snapshot is {snapshot}, not one of {string.Join(' ', former.Snapshots)}"
            : found.Base.Index > snapshot.Index ? $"The log begins after {found.Base}, but the snapshot ends at {snapshot}"
            : null;
    }

    public void Run(IEnumerable<Operation> workload)
    {
        foreach (Operation operation in workload)
        {
            Run(operation);
        }
    }

    public void Run(Operation operation)
    {
        switch (operation.Verb)
        {
            case Verb.Append:
                Append(operation.Count, operation.Size);
                break;
            case Verb.Truncate:
                Truncate(operation.Count);
                break;
            case Verb.Snapshot:
                TakeSnapshot(Math.Max(State.Last.Index - operation.Count, State.Base.Index));
                break;
            case Verb.Receive:
                ReceiveSnapshot(new EntryId(State.Last.Term + 1, State.Last.Index + operation.Count));
                break;
            case Verb.Sync:
                Sync();
                break;
            case Verb.Idle:
                Sync();
                _log.Syncer.MarkIdle();
                break;
            case Verb.Vote:
                Vote(operation.Count);
                break;
            case Verb.Restart:
                _log.Dispose();
                Keep(States, State);
                _snapshots.Dispose();
                _metadata.Dispose();
                _directory.Dispose();
                Open();
                Expect(LogState.Of(_log).Equals(State), "A clean restart changed the log.");
                Expect(_log.Warnings.Count == 0, "A clean restart gave a warning.");
                break;
            case Verb.Kill:
                Kill();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, null);
        }
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_directory), nameof(_metadata), nameof(_log), nameof(_snapshots))]
    private void Open()
    {
        _directory = DataDirectory.Open(Folder, _disk);
        _metadata = MetadataFile.Open(_directory);
        _snapshots = SnapshotStore.Open(_directory, SnapshotName);
        _log = RaftLog.Open(_directory, _options);
        _log.Failed = e => Failure = e;
    }

    private void Append(int count, int size)
    {
        for (int i = 0; i < count; i++)
        {
            // Terms rise, so that an entry written again after a truncation differs from the one before.
            EntryId id = new(Math.Max(State.Last.Term, _metadata.Current.Term) + (i == 0 ? 1 : 0), State.Last.Index + 1);
            LogEntry entry = Entry(id, size + (i % 5));
            States.Add(State.Append(entry));
            _log.Append(entry);
        }
    }

    private void Truncate(int count)
    {
        long first = Math.Max(State.Last.Index - count, State.Base.Index) + 1;
        States.Add(State.TruncateFrom(first));
        _log.TruncateFrom(first);
    }

    private void TakeSnapshot(long index)
    {
        Sync(); // what is applied was committed, and here there is nobody else who could have it
        EntryId id = State.IdAt(index);
        if (id == State.Base)
        {
            return;
        }

        using SnapshotStream stream = _snapshots.Create(id);
        Snapshots.Add(id);
        WriteContent(stream, id);
        if (stream.Commit(0) is not null)
        {
            Keep(Snapshots, id);
        }

        States.Add(State.CompactThrough(id));
        _log.CompactThrough(id);
    }

    private void ReceiveSnapshot(EntryId last)
    {
        using MemoryStream content = new();
        WriteContent(content, last);
        SnapshotId id = new(last, content.Length, 7);
        Snapshots.Add(last);
        for (int offset = 0; offset < content.Length; offset += 1000)
        {
            _snapshots.StoreChunk(id, offset, content.GetBuffer().AsSpan(offset, (int)Math.Min(1000, content.Length - offset)));
        }

        using (Stream received = _snapshots.OpenReceived(id))
        {
            Expect(ReadContent(received) == last, "The snapshot received is not the one that was sent.");
        }

        if (_snapshots.Install(id))
        {
            Keep(Snapshots, last);
        }

        States.Add(new LogState(last, []));
        _log.ResetTo(last);
    }

    private void Sync()
    {
        int states = States.Count - 1;
        if (_log.Syncer.SyncOnce())
        {
            States.RemoveRange(0, states);
            Expect(_log.Durable == State.Last, $"Durable is {_log.Durable} after a sync of {State.Last}.");
        }

        _log.ReleaseApplied(State.Last.Index);
    }

    private void Vote(int candidate)
    {
        (long Term, int Vote) next = (Votes[^1].Term + 1, candidate);
        Votes.Add(next);
        _metadata.Save(_metadata.Current with { Term = next.Term, VotedFor = next.Vote });
        Keep(Votes, next);
    }

    private void Kill()
    {
        StorageNode former = this;
        _disk.Restart();
        Open();
        Expect(Judge(former) is null, Judge(former) ?? "");
        Accept();
    }

    private EntryId ReadSnapshot()
    {
        if (!_snapshots.Exists)
        {
            return EntryId.None;
        }

        using Stream content = _snapshots.OpenRead();
        return ReadContent(content);
    }

    private static void WriteContent(Stream stream, EntryId id)
    {
        byte[] bytes = new byte[3000];
        new Random((int)id.Index).NextBytes(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, id.Term);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), id.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2996), Crc32C.Of(bytes.AsSpan(0, 2996)));
        stream.Write(bytes);
    }

    private static EntryId ReadContent(Stream stream)
    {
        byte[] bytes = new byte[3000];
        stream.ReadExactly(bytes);
        Expect(stream.ReadByte() < 0, "The snapshot is too long.");
        Expect(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(2996)) == Crc32C.Of(bytes.AsSpan(0, 2996)),
            "The snapshot is damaged.");
        return new EntryId(
            BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)));
    }

    private static void Keep<T>(List<T> list, T only)
    {
        list.Clear();
        list.Add(only);
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
