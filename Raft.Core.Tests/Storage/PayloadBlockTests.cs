using System.Runtime.InteropServices;
using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

[TestFixture]
internal sealed class PayloadBlockTests
{
    [Test]
    public void The_log_keeps_a_block_alive_until_it_lets_go_of_the_entry([Values(10, 70_000)] int size)
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options with { MaxCacheBytes = 0 });
        ReadOnlyMemory<byte> evicted = Append(log, 1, size);
        ReadOnlyMemory<byte> truncated = Append(log, 2, size);
        Assert.That(IsAlive(evicted) && IsAlive(truncated), Is.True);

        log.TruncateFrom(2);
        log.Syncer.SyncOnce(); // a large payload is referenced until it is written
        Assert.That(IsAlive(truncated), Is.False);
        Assert.That(IsAlive(evicted), Is.True);
        log.ReleaseApplied(1);
        Assert.That(IsAlive(evicted), Is.False);
    }

    [Test]
    public void Payloads_are_packed_one_behind_the_other()
    {
        PayloadBlock block = PayloadBlock.Rent();
        ReadOnlyMemory<byte> first = block.Append([1, 2, 3]);
        ReadOnlyMemory<byte> second = block.Append([4, 5]);
        block.FreeMemory.Span[..2].Fill(9);
        ReadOnlyMemory<byte> third = block.Advance(2);

        Assert.That(first.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(second.ToArray(), Is.EqualTo(new byte[] { 4, 5 }));
        Assert.That(third.ToArray(), Is.EqualTo(new byte[] { 9, 9 }));
        Assert.That(block.Free, Is.EqualTo(PayloadBlock.StandardCapacity - 7));
        Assert.That(() => block.Append(new byte[PayloadBlock.StandardCapacity]), Throws.ArgumentException);
        block.Release();
        Assert.That(block.Release, Throws.InvalidOperationException);
    }

    private static ReadOnlyMemory<byte> Append(RaftLog log, long index, int size)
    {
        PayloadBlock block = PayloadBlock.Rent(size);
        ReadOnlyMemory<byte> payload = block.Append(new byte[size]);
        log.Append(new LogEntry(new EntryId(1, index), EntryType.Application, 0, payload));
        block.Release();
        return payload;
    }

    private static bool IsAlive(ReadOnlyMemory<byte> memory)
    {
        try
        {
            _ = memory.Span[0];
            return MemoryMarshal.TryGetMemoryManager(memory, out PayloadBlock? _);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
