using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>The log with its own thread, on the operating system's files.</summary>
[TestFixture]
internal sealed class RealDiskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly RaftLogOptions Options = new()
    {
        ClusterId = "0123456789abcdef0123456789abcdef",
        NodeId = 3,
        SegmentBytes = 64 * 1024,
    };

    [Test]
    public void What_was_synced_is_there_after_a_restart()
    {
        using TemporaryDirectory temporary = new();
        using (DataDirectory directory = DataDirectory.Open(temporary.Path, new PosixDisk()))
        using (RaftLog log = RaftLog.Open(directory, Options))
        {
            using AutoResetEvent synced = new(false);
            log.Synced = () => synced.Set();
            for (int i = 1; i <= 5000; i++)
            {
                log.Append(Entry(i));
                log.StartSync();
            }

            while (log.Durable.Index < 5000)
            {
                Assert.That(synced.WaitOne(Patience), Is.True, "the last entry was not synced");
            }
        }

        using (DataDirectory directory = DataDirectory.Open(temporary.Path, new PosixDisk()))
        using (RaftLog log = RaftLog.Open(directory, Options))
        {
            Assert.That(log.Warnings, Is.Empty);
            Assert.That(log.Last, Is.EqualTo(new EntryId(1, 5000)));
            long next = 1;
            while (next <= 5000)
            {
                foreach (LogEntry entry in log.Slice(next, 1000, 1 << 20).Span)
                {
                    Assert.That(entry.Payload.ToArray(), Is.EqualTo(Entry(next).Payload.ToArray()));
                    Assert.That(entry with { Payload = default }, Is.EqualTo(Entry(next) with { Payload = default }));
                    next++;
                }
            }
        }
    }

    /// <summary>Appends as they come, alone or in numbers, with pauses that let the syncer sleep: no wake-up may be lost.</summary>
    [Test]
    public void Every_append_is_synced_without_another_one_to_push_it()
    {
        using TemporaryDirectory temporary = new();
        using DataDirectory directory = DataDirectory.Open(temporary.Path, new PosixDisk());
        using RaftLog log = RaftLog.Open(directory, Options with { IdleMark = TimeSpan.FromMilliseconds(1) });
        using AutoResetEvent synced = new(false);
        log.Synced = () => synced.Set();
        Random random = new(1);
        long index = 0;
        for (int round = 0; round < 500; round++)
        {
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                log.Append(Entry(++index));
                log.StartSync();
                Thread.SpinWait(random.Next(round % 10 == 0 ? 200_000 : 500));
            }

            while (log.Durable.Index < index)
            {
                Assert.That(synced.WaitOne(Patience), Is.True, $"entry {index} was never synced");
            }
        }

        Assert.That(log.Statistics.FsyncCount, Is.Positive);
        Assert.That(log.Statistics.FsyncMaxMicroseconds, Is.GreaterThanOrEqualTo(log.Statistics.FsyncAverageMicroseconds));
        Assert.That(log.Statistics.Running, Is.EqualTo(TimeSpan.Zero).Or.LessThan(Patience));
    }

    [Test]
    public void A_second_process_is_refused()
    {
        using TemporaryDirectory temporary = new();
        using DataDirectory directory = DataDirectory.Open(temporary.Path, new PosixDisk());

        Assert.That(
            () => DataDirectory.Open(temporary.Path, new PosixDisk()),
            Throws.TypeOf<DataDirectoryLockedException>().With.Message.Contains(temporary.Path));
    }

    private static LogEntry Entry(long index) =>
        new(new EntryId(1, index), EntryType.Application, 1000 + index, new byte[index % 200]);
}
