using NUnit.Framework;
using Raft.Core.Tests.Storage;
using Raft.Storage;

namespace Raft.Core.Tests.Unit;

/// <summary>The logs of this repository keep the contract, and the check sees those that do not.</summary>
public sealed class RaftLogConformanceTests
{
    [Test]
    public void MemoryLogConforms([Range(1, 5)] int seed) => RaftLogConformance.Verify(new MemoryLog(), new Random(seed));

    [Test]
    public void LogOnDiskConforms([Range(1, 3)] int seed)
    {
        RaftLogOptions options = StorageNode.Options with { SegmentBytes = 64 * 1024, MaxCacheBytes = 20_000 };
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        RaftLog log = RaftLog.Open(directory, options);
        RaftLogConformance.Verify(log, new Random(seed), steps: 500, reopen: old =>
        {
            ((RaftLog)old).Dispose();
            return log = RaftLog.Open(directory, options);
        });
        log.Dispose();
    }

    [TestCase("append", "Last is")]
    [TestCase("truncate", "Last is")]
    [TestCase("compact", "Base is")]
    [TestCase("reset", "Base is")]
    [TestCase("reset with entries", "Base is")]
    [TestCase("term", "TermAt")]
    [TestCase("range", "does not throw")]
    [TestCase("count", "gives")]
    [TestCase("bytes", "bytes")]
    [TestCase("bytes beyond none", "bytes")]
    [TestCase("payload", "another entry")]
    [TestCase("empty", "is empty")]
    [TestCase("size", "SizeOf")]
    [TestCase("reopen", "opened again")]
    public void BrokenLogIsFound(string fault, string message) => Assert.That(
        () => RaftLogConformance.Verify(new BrokenLog(fault), new Random(1), reopen: _ => fault == "reopen" ? new MemoryLog() : _),
        Throws.TypeOf<RaftInvariantException>().With.Message.Contains(message));

    private sealed class BrokenLog(string fault) : IRaftLog
    {
        private readonly MemoryLog _log = new();

        public EntryId Base => _log.Base;

        public EntryId Last => _log.Last;

        public long TermAt(long index) => fault switch
        {
            "range" when index > Last.Index || index < Base.Index => 0,
            "term" when index > Base.Index + 5 => 1,
            _ => _log.TermAt(index),
        };

        public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes) => fault switch
        {
            "count" => _log.Slice(first, int.MaxValue, maxBytes),
            "bytes" => _log.Slice(first, maxCount, long.MaxValue),
            "bytes beyond none" when maxBytes > 0 => _log.Slice(first, maxCount, long.MaxValue),
            "empty" when maxBytes == 0 => default,
            "payload" => Damaged(_log.Slice(first, maxCount, maxBytes)),
            _ => _log.Slice(first, maxCount, maxBytes),
        };

        public long SizeOf(long index) => ((IRaftLog)_log).SizeOf(index) - (fault == "size" ? 1 : 0);

        public void Append(in LogEntry entry)
        {
            if (fault != "append" || entry.Index < 10)
            {
                _log.Append(entry);
            }
        }

        public void TruncateFrom(long index) => _log.TruncateFrom(fault == "truncate" && index < Last.Index ? index + 1 : index);

        public void CompactThrough(EntryId through)
        {
            if (fault != "compact")
            {
                _log.CompactThrough(through);
            }
        }

        public void ResetTo(EntryId snapshot)
        {
            if (fault != "reset with entries" || Last == Base)
            {
                _log.ResetTo(fault == "reset" ? new EntryId(snapshot.Term, snapshot.Index + 1) : snapshot);
            }
        }

        private static ReadOnlyMemory<LogEntry> Damaged(ReadOnlyMemory<LogEntry> entries)
        {
            LogEntry[] copy = entries.ToArray();
            copy[^1] = copy[^1] with { Payload = new byte[copy[^1].Payload.Length] };
            return copy;
        }
    }
}
