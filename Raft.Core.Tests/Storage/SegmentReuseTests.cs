using System.Buffers.Binary;
using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>Segments that are no longer needed become the next ones, and what is left in them counts for nothing.</summary>
[TestFixture]
internal sealed class SegmentReuseTests
{
    private static readonly Operation[] ThreeFilesAreFreed =
    [
        new(Verb.Append, 11, 1500), new(Verb.Sync), new(Verb.Snapshot, 0), new(Verb.Sync),
    ];

    [Test]
    public void A_segment_that_is_no_longer_needed_becomes_the_next()
    {
        FaultyDisk disk = new();
        StorageNode node = new(disk);
        node.Run(ThreeFilesAreFreed);
        int spares = Spares(disk).Count();
        Assert.That(spares, Is.GreaterThan(0));

        node.Run([new(Verb.Append, 5, 1500), new(Verb.Sync)]);
        string last = Segments(disk).Last();
        Assert.That(Spares(disk).Count(), Is.LessThan(spares));
        Assert.That(SegmentContent.HeaderOf(disk, last).Salt, Is.Not.Zero);
        Assert.That(disk[last].Length, Is.EqualTo(StorageNode.Options.SegmentBytes), "it has its full size already");
    }

    [Test]
    public void What_an_older_segment_left_is_no_torn_record()
    {
        FaultyDisk disk = Reused(out long last);
        disk.Crash(CrashKind.Kept, new Random(1));
        StorageNode restarted = new(disk);
        Assert.That(restarted.Log.Last.Index, Is.EqualTo(last));
        Assert.That(restarted.Log.Warnings, Is.Empty);
        Assert.That(Spares(disk), Is.Empty, "spare files do not outlive the process");
    }

    [Test]
    public void A_torn_record_is_cut_off_there_as_anywhere()
    {
        FaultyDisk disk = Reused(out long last);
        disk.Crash(CrashKind.Kept, new Random(1));
        string file = Segments(disk).Last();
        LogRecord torn = SegmentContent.RecordsOf(disk, file)[^1];
        disk[file].Corrupt(torn.Position.Offset + LogRecord.HeadSize);
        StorageNode restarted = new(disk);
        Assert.That(restarted.Log.Last.Index, Is.EqualTo(last - 1));
        Assert.That(restarted.Log.Warnings, Has.Count.EqualTo(1).And.One.Contains(file).And.One.Contains($"offset {torn.Position.Offset}"));
    }

    /// <summary>A client chooses its payloads: one may hold bytes that read as a record of the segment that takes the file over.</summary>
    [Test]
    public void A_payload_cannot_pass_for_a_record_of_a_later_segment()
    {
        FaultyDisk disk = Reused(out long last);
        disk.Crash(CrashKind.Kept, new Random(1));
        string file = Segments(disk).Last();
        LogRecord[] records = SegmentContent.RecordsOf(disk, file);
        LogPosition end = records[^1].End;
        byte[] content = disk[file].Content();
        Span<byte> forged = content.AsSpan((int)end.Offset, LogRecord.HeadSize);
        LogRecord record = new(end, default, new EntryId(records[^1].Id.Term, last + 1), 0, RecordKind.Application, 0);
        record.Write(forged);
        LogRecord.Seal(forged, end, default, salt: 0);
        disk[file].Replace(content);
        Assert.That(new StorageNode(disk).Log.Last.Index, Is.EqualTo(last));
    }

    [Test]
    public void An_older_program_refuses_such_a_file()
    {
        FaultyDisk disk = Reused(out _);
        byte[] content = disk[Segments(disk).Last()].Content();
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(8)), Is.EqualTo(2), "it knows format 1 only, and no salt");
    }

    private static FaultyDisk Reused(out long last)
    {
        FaultyDisk disk = new();
        StorageNode node = new(disk);
        node.Run(ThreeFilesAreFreed);
        node.Run([new(Verb.Append, 5, 1500), new(Verb.Sync), new(Verb.Append, 1, 40), new(Verb.Sync)]);
        last = node.Log.Last.Index;
        Assert.That(SegmentContent.HeaderOf(disk, Segments(disk).Last()).Salt, Is.Not.Zero);
        return disk;
    }

    private static IEnumerable<string> Spares(FaultyDisk disk) => disk.Paths.Where(path => path.EndsWith(SegmentFile.SpareSuffix, StringComparison.Ordinal));

    private static IEnumerable<string> Segments(FaultyDisk disk) =>
        disk.Paths.Where(path => SegmentFile.TryParseName("log", Path.GetFileName(path), out _) && SegmentContent.RecordsOf(disk, path).Length > 0);
}
