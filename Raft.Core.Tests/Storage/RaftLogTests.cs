using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>The log as consensus sees it, against a list.</summary>
[TestFixture]
internal sealed class RaftLogTests
{
    private static readonly Gen<(int What, int Amount, int Size)> Steps = Gen.Frequency(
        (8, Gen.Constant(0)), (3, Gen.Constant(1)), (3, Gen.Constant(2)), (2, Gen.Constant(3)), (1, Gen.Constant(4)), (1, Gen.Constant(5)))
        .SelectMany(what => Gen.Choose(0, 900).SelectMany(amount => Gen.Choose(0, 300).Select(size => (what, amount, size))));

    /// <summary>
    /// Appends (up to 900 at once, so that chunks fill), syncs, evictions, truncations, compactions and resets; after each
    /// the log must give the same entries as the list, whether they are in memory or on file.
    /// </summary>
    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 30)]
    public Property The_log_equals_a_list() => Prop.ForAll(Arb.From(Steps.ArrayOf()), steps =>
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { SegmentBytes = 64 * 1024, MaxCacheBytes = 20_000 });
        List<LogEntry> list = [];
        EntryId @base = EntryId.None;
        long term = 1;
        foreach ((int what, int amount, int size) in steps)
        {
            EntryId last = list.Count == 0 ? @base : list[^1].Id;
            switch (what)
            {
                case 0:
                    for (int i = 1; i <= amount; i++)
                    {
                        LogEntry entry = StorageNode.Entry(new EntryId(term, last.Index + i), size);
                        list.Add(entry);
                        log.Append(entry);
                    }

                    break;
                case 1:
                    log.Syncer.SyncOnce();
                    Assert.That(log.Durable, Is.EqualTo(last));
                    break;
                case 2:
                    log.ReleaseApplied(@base.Index + amount);
                    break;
                case 3 when list.Count > 0:
                    int kept = amount % list.Count;
                    list.RemoveRange(kept, list.Count - kept);
                    log.TruncateFrom(@base.Index + kept + 1);
                    term++;
                    break;
                case 4 when list.Count > 0:
                    int gone = 1 + (amount % list.Count);
                    @base = list[gone - 1].Id;
                    list.RemoveRange(0, gone);
                    log.CompactThrough(@base);
                    break;
                case 5:
                    @base = new EntryId(++term, last.Index + amount);
                    list.Clear();
                    log.ResetTo(@base);
                    break;
                default:
                    break;
            }

            Compare(log, @base, list, amount);
        }

        return true;
    });

    [Test]
    public void A_compaction_lets_go_of_its_entries_a_chunk_at_a_time()
    {
        const int chunk = 1024;
        const int chunks = 4;
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { MaxCacheBytes = long.MaxValue });
        List<ReadOnlyMemory<byte>> payloads = [];
        for (int i = 0; i < chunks; i++)
        {
            PayloadBlock block = PayloadBlock.Rent(PayloadBlock.StandardCapacity + 1); // never pooled, so nobody else takes it
            payloads.Add(block.Append([1, 2, 3]));
            while (log.Last.Index + 1 < (i + 1) * chunk)
            {
                log.Append(new LogEntry(new EntryId(1, log.Last.Index + 1), EntryType.Application, 0, payloads[i]));
            }

            block.Release();
        }

        log.CompactThrough(log.Last);
        Assert.That((log.CacheEntries, log.CacheBytes), Is.EqualTo((0L, 0L)));
        for (int released = 0; released <= chunks; released++)
        {
            Assert.That(payloads.Count(payload => !IsReadable(payload)), Is.EqualTo(released));
            log.ReleaseApplied(log.Last.Index);
        }

        static bool IsReadable(ReadOnlyMemory<byte> payload)
        {
            try
            {
                return payload.Span.Length > 0;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    [Test]
    public void Entries_that_left_memory_are_read_back()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { MaxCacheBytes = 1000 });
        AppendFirst(log, 3000, _ => 100);

        log.ReleaseApplied(2000);
        Assert.That(log.CacheEntries, Is.EqualTo(3000), "nothing is on disk yet");
        log.Syncer.SyncOnce();
        log.ReleaseApplied(2000);
        Assert.That(log.CacheEntries, Is.EqualTo(1000), "the others are not applied");
        log.ReleaseApplied(3000);
        Assert.That(log.CacheBytes, Is.LessThanOrEqualTo(1000));
        Assert.That(LogState.Of(log).Entries, Has.Count.EqualTo(3000));
    }

    [Test]
    public void What_was_read_back_is_forgotten_with_the_log_that_a_snapshot_replaces()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { MaxCacheBytes = 1 });
        AppendFirst(log, 10, _ => 100);

        log.Syncer.SyncOnce();
        log.ReleaseApplied(10);
        Assert.That(log.Slice(9, 2, 1000).Span[^1].Id, Is.EqualTo(new EntryId(1, 10)));

        log.ResetTo(new EntryId(2, 9));
        log.Append(StorageNode.Entry(new EntryId(2, 10), 100));
        log.Syncer.SyncOnce();
        log.ReleaseApplied(10);
        Assert.That(log.CacheEntries, Is.Zero);
        Assert.That(log.Slice(10, 1, 1000).Span[0].Id, Is.EqualTo(new EntryId(2, 10)));
    }

    [Test]
    public void What_every_member_has_leaves_memory_but_for_the_newest_when_it_is_applied_and_on_disk()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { MaxCacheBytes = long.MaxValue });
        AppendFirst(log, 3000, _ => 100);

        log.ReleaseApplied(2000, heldByAll: 3000);
        Assert.That(log.CacheEntries, Is.EqualTo(3000), "nothing is on disk yet");
        log.Syncer.SyncOnce();
        log.ReleaseApplied(2000, heldByAll: 1500);
        Assert.That(log.CacheEntries, Is.EqualTo(1500), "the others are not on all disks");
        log.ReleaseApplied(2000, heldByAll: 3000);
        Assert.That(log.CacheEntries, Is.EqualTo(1000), "the others are not applied");
        log.ReleaseApplied(3000, heldByAll: 3000);
        Assert.That(log.CacheBytes, Is.InRange(RaftLog.NewestBytes - 200, RaftLog.NewestBytes));
        log.MaxCacheBytes = 1000;
        log.ReleaseApplied(3000, heldByAll: 3000);
        Assert.That(log.CacheBytes, Is.InRange(800, 1000));
        Assert.That(LogState.Of(log).Entries, Has.Count.EqualTo(3000));
    }

    [Test]
    public void Sizes_of_entries_that_left_memory_are_known_without_reading_each()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        AppendFirst(log, 3000, i => i % 300);

        log.Syncer.SyncOnce();
        log.ReleaseApplied(3000, heldByAll: 3000);
        int segments = disk.Paths.Count(path => path.StartsWith("/data/" + StorageNode.Options.FileName, StringComparison.Ordinal));
        int reads = disk.Reads;

        for (int i = 3000; i > 0; i--)
        {
            Assert.That(log.SizeOf(i), Is.InRange(i % 300, i % 300 + 8), $"entry {i}");
        }

        Assert.That(disk.Reads - reads, Is.LessThanOrEqualTo(segments), "only the last entry of each file is read");
        Assert.That(segments, Is.InRange(2, 300), "several files, of many entries each");
    }

    [Test]
    public void A_large_entry_is_given_alone_and_read_back_whole()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        LogEntry large = StorageNode.Entry(new EntryId(1, 2), 300_000);
        log.Append(StorageNode.Entry(new EntryId(1, 1), 10));
        log.Append(large);
        log.Append(StorageNode.Entry(new EntryId(1, 3), 10));
        log.Syncer.SyncOnce();
        log.ReleaseApplied(3);

        ReadOnlyMemory<LogEntry> slice = log.Slice(2, 10, 100);
        Assert.That(slice.Length, Is.EqualTo(1));
        Assert.That(slice.Span[0].Payload.ToArray(), Is.EqualTo(large.Payload.ToArray()));
    }

    [Test]
    public void An_entry_that_does_not_follow_is_refused()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        log.Append(StorageNode.Entry(new EntryId(2, 1), 1));

        Assert.That(() => log.Append(StorageNode.Entry(new EntryId(2, 3), 1)), Throws.ArgumentException);
        Assert.That(() => log.Append(StorageNode.Entry(new EntryId(1, 2), 1)), Throws.ArgumentException);
        Assert.That(() => log.TermAt(2), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => log.CompactThrough(new EntryId(1, 1)), Throws.ArgumentException);
    }

    /// <summary>An entry that is truncated and comes back must not be vouched for by the sync of its first writing.</summary>
    [Test]
    public void An_entry_written_again_is_not_durable_because_it_once_was()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        log.Append(StorageNode.Entry(new EntryId(1, 1), 1));
        log.Append(StorageNode.Entry(new EntryId(2, 2), 1));
        log.Syncer.SyncOnce();
        Assert.That(log.Durable, Is.EqualTo(new EntryId(2, 2)));

        log.TruncateFrom(2);
        log.Append(StorageNode.Entry(new EntryId(3, 2), 1));
        log.TruncateFrom(2);
        log.Append(StorageNode.Entry(new EntryId(2, 2), 1));
        Assert.That(log.Durable, Is.EqualTo(new EntryId(1, 1)));
        log.Syncer.SyncOnce();
        Assert.That(log.Durable, Is.EqualTo(new EntryId(2, 2)));
    }

    [Test]
    public void Without_fsync_entries_count_as_durable_once_written()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { Fsync = false, SegmentBytes = 64 * 1024 });
        log.Append(StorageNode.Entry(new EntryId(1, 1), 1));
        int steps = disk.Steps;
        log.Syncer.SyncOnce();

        Assert.That(log.Durable.Index, Is.EqualTo(1));
        Assert.That(disk.Steps - steps, Is.EqualTo(1), "one write, no sync");
        Assert.That(log.Statistics.FsyncCount, Is.Zero);
    }

    /// <summary>Compaction frees what it covers; what is left counts only what the next one could free.</summary>
    [Test]
    public void File_size_falls_with_compaction_and_files_go()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        AppendFirst(log, 100, _ => 1000);

        log.Syncer.SyncOnce();
        Assert.That(log.FileSize, Is.GreaterThan(100_000));
        log.CompactThrough(new EntryId(1, 98));
        log.Syncer.SyncOnce();

        Assert.That(log.FileSize, Is.LessThan(8192));
        Assert.That(disk.Paths.Count(path => SegmentFile.TryParseName("log", Path.GetFileName(path), out uint _)), Is.LessThanOrEqualTo(3));
        Assert.That(disk.Paths.Count(path => path.EndsWith(SegmentFile.SpareSuffix, StringComparison.Ordinal)), Is.EqualTo(6), "as many as may wait");
    }

    /// <summary>Appends entries 1 and on, of term 1.</summary>
    private static void AppendFirst(RaftLog log, int count, Func<int, int> size)
    {
        for (int i = 1; i <= count; i++)
        {
            log.Append(StorageNode.Entry(new EntryId(1, i), size(i)));
        }
    }

    private static void Compare(RaftLog log, EntryId @base, List<LogEntry> list, int salt)
    {
        EntryId last = list.Count == 0 ? @base : list[^1].Id;
        Assert.That(log.Base, Is.EqualTo(@base));
        Assert.That(log.Last, Is.EqualTo(last));
        Assert.That(log.TermAt(@base.Index), Is.EqualTo(@base.Term));
        Assert.That(log.Slice(last.Index + 1, 5, 5).IsEmpty, Is.True);
        for (int at = 0; at < list.Count;)
        {
            int maxCount = 1 + (salt % 700);
            long maxBytes = 1 + (salt * 37L);
            ReadOnlySpan<LogEntry> slice = log.Slice(@base.Index + at + 1, maxCount, maxBytes).Span;
            Assert.That(slice.Length, Is.InRange(1, maxCount));
            long bytes = 0;
            foreach (LogEntry entry in slice)
            {
                bytes += entry.Payload.Length;
                if (entry.Id != list[at].Id || !entry.Payload.Span.SequenceEqual(list[at].Payload.Span) || log.TermAt(entry.Index) != entry.Term)
                {
                    Assert.Fail($"{entry.Id} stands where {list[at].Id} belongs.");
                }

                at++;
            }

            Assert.That(slice.Length == 1 || bytes <= maxBytes, Is.True, "too many bytes");
        }
    }
}
