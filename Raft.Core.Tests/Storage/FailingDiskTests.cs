using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>A write or sync fails at every step: that is final, nothing is acknowledged any more, and no retry is trusted.</summary>
[TestFixture]
internal sealed class FailingDiskTests
{
    private static readonly Operation[] Workload =
    [
        new(Verb.Append, 2), new(Verb.Sync), new(Verb.Vote, 1), new(Verb.Append, 5, 900), new(Verb.Sync), new(Verb.Append, 4, 900),
        new(Verb.Sync), new(Verb.Truncate, 2), new(Verb.Append, 1), new(Verb.Sync), new(Verb.Snapshot, 1), new(Verb.Sync),
        new(Verb.Receive, 5), new(Verb.Append, 1), new(Verb.Sync), new(Verb.Vote, 2), new(Verb.Append, 1), new(Verb.Idle),
    ];

    [Test]
    public void A_failure_at_any_step_loses_nothing_that_was_acknowledged_before_or_after_the_restart(
        [Values(CrashKind.Lost, CrashKind.Torn, CrashKind.Kept)] CrashKind kind)
    {
        int steps = new CrashExplorer(Workload, kind, 1).CountSteps();
        for (int step = 1; step <= steps; step++)
        {
            FaultyDisk disk = new() { FailAt = step };
            StorageNode? failed = RunUntilFailure(disk);
            disk.Restart();
            StorageNode restarted = new(disk);
            string when = $"failure at step {step}";
            if (failed is not null)
            {
                Assert.That(restarted.Judge(failed), Is.Null, when);
            }

            restarted.Accept();
            restarted.CatchUp();
            disk.Crash(kind, new Random(step));
            Assert.That(new StorageNode(disk).Judge(restarted), Is.Null, $"{when}, then a power cut: {kind}");
        }
    }

    [Test]
    public void After_a_failure_nothing_is_reported_durable_and_nothing_written()
    {
        FaultyDisk disk = new();
        StorageNode node = new(disk);
        int failures = 0;
        int synced = 0;
        node.Log.Failed = _ => failures++;
        node.Log.Synced = () => synced++;
        node.Run([new(Verb.Append, 1), new(Verb.Sync), new(Verb.Append, 1)]);
        disk.FailAt = disk.Steps + 2; // the write goes through, the sync fails
        node.Run(new Operation(Verb.Sync));
        int steps = disk.Steps;

        node.Log.Append(StorageNode.Entry(new EntryId(9, 3), 10));
        Assert.That(node.Log.Syncer.SyncOnce(), Is.False);
        node.Log.Dispose();

        Assert.That(failures, Is.EqualTo(1));
        Assert.That(synced, Is.EqualTo(1));
        Assert.That(node.Log.Durable, Is.EqualTo(new EntryId(1, 1)));
        Assert.That(disk.Steps, Is.EqualTo(steps), "something was written after the failure");
    }

    [Test]
    public void A_full_disk_is_named()
    {
        FaultyDisk disk = new();
        StorageNode node = new(disk);
        disk.Capacity = disk.Paths.Sum(path => disk[path].Length) + 100;
        node.Run([new(Verb.Append, 4, 700), new(Verb.Sync)]);
        Assert.That(node.Failure, Is.Null, "the first segment was preallocated");
        node.Run([new(Verb.Append, 3, 700), new(Verb.Sync)]);

        Assert.That(node.Failure?.Message, Does.Contain("No space left on device").And.Contain("log.0000000002"));
    }

    [Test]
    public void A_failed_vote_stays_failed()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using MetadataFile file = MetadataFile.Open(directory);
        disk.FailAt = disk.Steps + 2;

        Assert.That(() => file.Save(file.Current with { Term = 5 }), Throws.TypeOf<StorageException>().With.Message.Contains("raft.meta"));
        Assert.That(file.Current.Term, Is.Zero);
        Assert.That(() => file.Save(file.Current with { Term = 6 }), Throws.TypeOf<StorageException>());
    }

    [Test]
    public void A_vanished_directory_is_named()
    {
        using TemporaryDirectory temporary = new();
        using DataDirectory directory = DataDirectory.Open(temporary["node"], new PosixDisk());
        using MetadataFile metadata = MetadataFile.Open(directory);
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        Exception? failure = null;
        log.Failed = e => failure = e;
        Directory.Delete(directory.Path, recursive: true);

        log.Append(StorageNode.Entry(new EntryId(1, 1), 10));
        Assert.That(log.Syncer.SyncOnce(), Is.False);
        Assert.That(failure?.Message, Does.Contain("vanished").And.Contain(directory.Path));
        Assert.That(() => metadata.Save(metadata.Current with { Term = 1 }), Throws.TypeOf<StorageException>().With.Message.Contains("vanished"));
    }

    private static StorageNode? RunUntilFailure(FaultyDisk disk)
    {
        StorageNode? node = null;
        try
        {
            node = new StorageNode(disk);
            foreach (Operation operation in Workload)
            {
                node.Run(operation);
                if (node.Failure is not null)
                {
                    node.Run([new(Verb.Append, 1), new(Verb.Sync)]); // asks in vain
                    break;
                }
            }
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            // A vote, a snapshot or the start failed: the process ends.
        }

        return node;
    }
}
