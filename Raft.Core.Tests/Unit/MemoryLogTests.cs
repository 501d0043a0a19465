using NUnit.Framework;

namespace Raft.Core.Tests.Unit;

/// <summary>What a log in memory does beyond what every log must (<see cref="RaftLogConformanceTests"/>).</summary>
public sealed class MemoryLogTests
{
    [TestCase(1, 0, 1)]
    [TestCase(8, 29, 2)]
    [TestCase(8, 30, 3)]
    [TestCase(2, 30, 2)]
    [TestCase(8, 31, 3)]
    public void SliceIsAsLongAsItMayBe(int maxCount, long maxBytes, int expected)
    {
        MemoryLog log = new();
        for (int i = 1; i <= 5; i++)
        {
            log.Append(new LogEntry(new EntryId(1, i), EntryType.Application, 0, new byte[10]));
        }

        Assert.That(log.Slice(2, maxCount, maxBytes).Length, Is.EqualTo(expected));
    }

    [Test]
    public void OnlyTheNextEntryIsAppended()
    {
        MemoryLog log = new();
        log.ResetTo(new EntryId(2, 7));
        Assert.That(() => log.Append(new LogEntry(new EntryId(2, 7), EntryType.Noop, 0, default)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => log.Append(new LogEntry(new EntryId(2, 9), EntryType.Noop, 0, default)), Throws.TypeOf<ArgumentOutOfRangeException>());
        log.Append(new LogEntry(new EntryId(2, 8), EntryType.Noop, 0, default));
        Assert.That(() => log.Slice(7, 1, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => log.TruncateFrom(9), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(log.Last, Is.EqualTo(new EntryId(2, 8)));
    }
}
