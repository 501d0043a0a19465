using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>Damage that no crash explains must stop the start; a torn end must not.</summary>
[TestFixture]
internal sealed class DamageTests
{
    private const string First = "/data/log.0000000001";
    private const string Second = "/data/log.0000000002";

    private static readonly Operation[] OneByOne =
    [
        new(Verb.Append), new(Verb.Sync), new(Verb.Append), new(Verb.Sync), new(Verb.Append), new(Verb.Sync),
    ];

    [Test]
    public void A_damaged_last_record_is_cut_off_and_named()
    {
        FaultyDisk disk = Run(OneByOne);
        long offset = SegmentContent.RecordsOf(disk, First)[^1].Position.Offset;
        for (int at = 0; at < LogRecord.HeadSize + 20; at++)
        {
            FaultyDisk damaged = disk.Clone();
            damaged[First].Corrupt(offset + at);
            StorageNode node = new(damaged);
            Assert.That(node.Log.Last.Index, Is.EqualTo(2), $"byte {at}");
            Assert.That(node.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains(First).And.One.Contains($"offset {offset}"));
        }
    }

    [Test]
    public void A_damaged_record_before_others_stops_the_start()
    {
        FaultyDisk disk = Run(OneByOne);
        LogRecord[] records = SegmentContent.RecordsOf(disk, First);
        for (long at = SegmentFile.HeaderSize; at < records[^1].Position.Offset; at++)
        {
            FaultyDisk damaged = disk.Clone();
            damaged[First].Corrupt(at);
            byte[] before = damaged[First].Content();
            LogRecord hit = records.Last(r => r.Position.Offset <= at);
            LogDamagedException? refusal = Assert.Throws<LogDamagedException>(() => _ = new StorageNode(damaged), $"byte {at}");
            Assert.That(refusal!.File, Is.EqualTo(First));
            Assert.That(refusal.Offset, Is.EqualTo(hit.Position.Offset));
            Assert.That(refusal.Message, Does.Contain("backup"));
            Assert.That(damaged[First].Content(), Is.EqualTo(before), "a refused log must not be touched");
        }
    }

    [Test]
    public void A_log_that_was_stopped_or_idle_admits_no_damage_at_all([Values(Verb.Restart, Verb.Idle)] Verb end)
    {
        FaultyDisk disk = Run([new(Verb.Append, 3), new(end)]);
        LogRecord[] records = SegmentContent.RecordsOf(disk, First);
        Assert.That(records[^1].Kind, Is.EqualTo(RecordKind.Mark));
        for (long at = SegmentFile.HeaderSize; at < records[^1].Position.Offset; at++)
        {
            FaultyDisk damaged = disk.Clone();
            damaged[First].Corrupt(at);
            Assert.Throws<LogDamagedException>(() => _ = new StorageNode(damaged), $"byte {at}");
        }
    }

    [Test]
    public void A_file_that_ends_early_is_cut_in_its_last_record_only()
    {
        FaultyDisk disk = Run([new(Verb.Append, 5, 900), new(Verb.Sync), new(Verb.Append, 1, 600), new(Verb.Sync)]);
        LogRecord[] records = SegmentContent.RecordsOf(disk, Second);
        byte[] content = disk[Second].Content();
        for (long length = records[^1].Position.Offset; length < records[^1].End.Offset; length += 13)
        {
            FaultyDisk damaged = disk.Clone();
            damaged[Second].Replace(content[..(int)length]);
            StorageNode node = new(damaged);
            Assert.That(node.Log.Last.Index, Is.EqualTo(records[^1].Id.Index - 1), $"length {length}");
            node.Accept();
            node.Run([new(Verb.Append, 2, 100), new(Verb.Sync), new(Verb.Restart)]);
        }

        disk[First].Replace(disk[First].Content()[..(int)(SegmentContent.RecordsOf(disk, First)[^1].End.Offset - 1)]);
        Assert.Throws<LogDamagedException>(() => _ = new StorageNode(disk));
    }

    [Test]
    public void A_missing_segment_stops_the_start()
    {
        FaultyDisk disk = Run([new(Verb.Append, 30, 900), new(Verb.Sync)]);
        string[] segments = [.. disk.Paths.Where(path => path.StartsWith("/data/log.", StringComparison.Ordinal))];
        Assert.That(segments, Has.Length.GreaterThan(4));
        foreach (string segment in segments[..^2])
        {
            FaultyDisk damaged = disk.Clone();
            damaged.Delete(segment);
            Assert.Throws<LogDamagedException>(() => _ = new StorageNode(damaged), segment);
        }
    }

    [Test]
    public void A_log_of_another_node_or_cluster_is_refused_by_name()
    {
        FaultyDisk disk = Run(OneByOne);
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        RaftLogOptions options = StorageNode.Options;

        Assert.That(
            () => RaftLog.Open(directory, options with { NodeId = 2 }),
            Throws.TypeOf<ForeignFileException>().With.Message.Contains("node 1 of cluster 'c'").And.Message.Contains("node 2"));
        Assert.That(
            () => RaftLog.Open(directory, options with { ClusterId = "d" }),
            Throws.TypeOf<ForeignFileException>().With.Message.Contains("cluster 'd'"));
    }

    [Test]
    public void Damaged_metadata_is_survived_in_one_copy_and_refused_in_both()
    {
        FaultyDisk disk = Run([new(Verb.Vote, 1), new(Verb.Vote, 3)]);
        foreach (int copy in (int[])[0, 4096])
        {
            FaultyDisk damaged = disk.Clone();
            damaged["/data/raft.meta"].Corrupt(copy + 25);
            StorageNode node = new(damaged);
            node.Accept();
            Assert.That(node.Votes[^1], Is.EqualTo((2L, 3)));
            Assert.That(damaged["/data/raft.meta"].Content()[..80], Is.EqualTo(damaged["/data/raft.meta"].Content()[4096..4176]), "repaired");
        }

        disk["/data/raft.meta"].Corrupt(25);
        disk["/data/raft.meta"].Corrupt(4096 + 25);
        Assert.Throws<LogDamagedException>(() => _ = new StorageNode(disk));
    }

    /// <summary>Whatever bytes stand in the files: a start ends, in time, with a log or with an error that names a file.</summary>
    [FsCheck.NUnit.Property(MaxTest = 400)]
    public Property Files_of_any_content_are_refused_or_read(int seed) => Prop.ToProperty(() =>
    {
        Random random = new(seed);
        FaultyDisk disk = Run([
            new(Verb.Vote, 1), new(Verb.Append, 20, 300), new(Verb.Sync), new(Verb.Truncate, 4), new(Verb.Append, 9, 700), new(Verb.Sync),
            new(Verb.Snapshot, 9), new(Verb.Sync)]);
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            Fuzz(disk, random);
        }

        try
        {
            StorageNode node = new(disk);
            node.Accept();
            node.Run([new(Verb.Append, 3, 500), new(Verb.Sync), new(Verb.Restart)]);
        }
        catch (StorageException e)
        {
            Assert.That(e.Message, Does.Contain("/data/"));
        }
    });

    private static void Fuzz(FaultyDisk disk, Random random)
    {
        string[] paths = [.. disk.Paths.Where(path => path.Contains("log.", StringComparison.Ordinal) || path.EndsWith("meta", StringComparison.Ordinal))];
        FaultyFile file = disk[paths[random.Next(paths.Length)]];
        byte[] content = file.Content();
        int at = random.Next(Math.Max(content.Length, 1));
        switch (random.Next(6))
        {
            case 0:
                content = content[..at];
                break;
            case 1:
                random.NextBytes(content.AsSpan(at, Math.Min(random.Next(3000), content.Length - at)));
                break;
            case 2: // one piece in the place of another
                int from = random.Next(Math.Max(content.Length, 1));
                int count = Math.Min(Math.Min(content.Length - at, content.Length - from), random.Next(4000));
                content.AsSpan(from, count).ToArray().CopyTo(content, at);
                break;
            case 3:
                content = [.. content, .. new byte[random.Next(5000)]];
                break;
            case 4:
                content.AsSpan(at, Math.Min(random.Next(3000), content.Length - at)).Clear();
                break;
            default:
                for (int i = 0; i < random.Next(1, 20) && content.Length > 0; i++)
                {
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                }

                break;
        }

        file.Replace(content);
    }

    private static FaultyDisk Run(Operation[] workload)
    {
        FaultyDisk disk = new();
        new StorageNode(disk).Run(workload);
        disk.Crash(CrashKind.Kept, new Random(1));
        return disk;
    }
}
