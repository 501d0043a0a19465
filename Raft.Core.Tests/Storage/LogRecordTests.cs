using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>What a head says of itself is believed at its own place only, whatever its checksum.</summary>
[TestFixture]
internal sealed class LogRecordTests
{
    [Test]
    public void A_head_is_read_at_its_own_place_only()
    {
        LogPosition place = new(2, 4096);
        LogRecord record = new(place, default, new EntryId(1, 1), 0, RecordKind.Application, 0);
        byte[] head = new byte[LogRecord.HeadSize];
        record.Write(head);
        Assert.That((LogRecord.TryRead(head, place, out LogRecord read), read), Is.EqualTo((true, record)));
        Assert.That(LogRecord.TryRead(head, place with { Segment = 3 }, out _), Is.False);
        Assert.That(LogRecord.TryRead(head, place with { Offset = 4100 }, out _), Is.False);
    }
}
