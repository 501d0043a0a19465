using BenchmarkDotNet.Attributes;
using Raft.Core;
using Raft.Storage;

namespace Benchmarks;

/// <summary>
/// Appending to the log until it is durable, against a bare loop of one write and one fdatasync for the same bytes: what
/// encoding, checksums, the cache and the hand-over to the syncer's thread cost.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class LogFile
{
    private const int RecordHead = 52;
    private const long FileLength = 64 << 20;

    private readonly object _gate = new();
    private string _path = "";
    private DataDirectory? _directory;
    private RaftLog? _log;
    private IDiskFile? _file;
    private byte[] _payload = [];
    private byte[] _bytes = [];
    private long _offset;
    private long _index;

    /// <summary>Entries that share a sync.</summary>
    [Params(1, 50, 800)]
    public int Entries { get; set; }

    /// <summary>Payload bytes of an entry; a SET of 64 bytes has about 100.</summary>
    [Params(100)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _path = Path.Combine(AppContext.BaseDirectory, $"log-benchmark-{Environment.ProcessId}"); // a temporary directory may be memory
        Directory.CreateDirectory(_path);
        PosixDisk disk = new();
        _directory = DataDirectory.Open(_path, disk);
        _log = RaftLog.Open(_directory, new RaftLogOptions { ClusterId = "benchmark", NodeId = 1, MaxCacheBytes = 8_000_000 });
        _log.Synced = () =>
        {
            lock (_gate)
            {
                Monitor.Pulse(_gate);
            }
        };
        _payload = new byte[Payload];
        _bytes = new byte[Entries * (Payload + RecordHead)];
        _file = disk.Open(Path.Combine(_path, "bare"), DiskOpen.Create);
        byte[] zeros = new byte[1 << 20];
        for (long offset = 0; offset < FileLength; offset += zeros.Length)
        {
            _file.Write(zeros, offset);
        }

        _file.Sync();
    }

    [Benchmark(Baseline = true, Description = "write and fdatasync")]
    public void Bare()
    {
        if (_offset + _bytes.Length > FileLength)
        {
            _offset = 0;
        }

        _file!.Write(_bytes, _offset);
        _file.Sync();
        _offset += _bytes.Length;
    }

    [Benchmark(Description = "RaftLog")]
    public void Append()
    {
        RaftLog log = _log!;
        for (int i = 0; i < Entries; i++)
        {
            log.Append(new LogEntry(new EntryId(1, ++_index), EntryType.Application, 0, _payload));
        }

        log.StartSync();
        lock (_gate)
        {
            while (log.Durable.Index < _index)
            {
                Monitor.Wait(_gate);
            }
        }

        log.ReleaseApplied(_index);
        if (log.FileSize > FileLength)
        {
            log.CompactThrough(log.Last);
        }
    }

    [GlobalCleanup]
    public void Close()
    {
        _log!.Dispose();
        _file!.Dispose();
        _directory!.Dispose();
        Directory.Delete(_path, recursive: true);
    }
}
