using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

[TestFixture]
internal sealed class SnapshotStoreTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 600_000).Select(i => (byte)(i * 7 / 3))];

    [Test]
    public void A_snapshot_taken_is_read_in_chunks_until_a_later_one_comes()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        Assert.That(store.Exists, Is.False);
        SnapshotId first = Take(store, 5);
        Assert.That(first, Is.EqualTo(new SnapshotId(new EntryId(1, 5), Content.Length, 55)));
        Assert.That((store.Id, store.Size), Is.EqualTo((first, (long)Content.Length)));
        Assert.That(ReadAll(store, first), Is.EqualTo(Content));

        SnapshotId second = Take(store, 6);
        Assert.That(store.ReadChunk(first, 0, 100).IsEmpty, Is.True);
        Assert.That(store.ReadChunk(second, 0, 100).Length, Is.EqualTo(100));
    }

    [Test]
    public void A_snapshot_received_replaces_nothing_before_it_is_installed()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        SnapshotId own = Take(store, 5);
        SnapshotId received = new(new EntryId(2, 9), Content.Length, 1);
        store.StoreChunk(received, 0, new byte[77]); // an interrupted first attempt
        for (int offset = 0; offset < Content.Length; offset += 65536)
        {
            Assert.That(() => store.OpenReceived(received), Throws.InvalidOperationException, "not all of it came");
            store.StoreChunk(received, offset, Content.AsSpan(offset, Math.Min(65536, Content.Length - offset)));
        }

        Assert.That(store.Id, Is.EqualTo(own));
        using (Stream stream = store.OpenReceived(received))
        {
            byte[] bytes = new byte[Content.Length];
            stream.ReadExactly(bytes);
            Assert.That(bytes, Is.EqualTo(Content));
        }

        Assert.That(store.Install(received), Is.True);
        Assert.That(store.Id, Is.EqualTo(received));
        Assert.That(disk.Paths, Has.None.Contains("tmp"));
    }

    [Test]
    public void A_next_snapshot_may_come_in_while_one_is_installed()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        SnapshotId first = new(new EntryId(2, 9), 3, 1);
        SnapshotId second = new(new EntryId(3, 12), 4, 1);
        store.StoreChunk(first, 0, [1, 2, 3]);
        using Stream check = store.OpenReceived(first);
        store.StoreChunk(second, 0, [4, 5]);

        Assert.That(store.Install(first), Is.True);
        Assert.That(ReadAll(store, first), Is.EqualTo(new byte[] { 1, 2, 3 }));
        store.StoreChunk(second, 2, [6, 7]);
        Assert.That(store.Install(second), Is.True);
        Assert.That(ReadAll(store, second), Is.EqualTo(new byte[] { 4, 5, 6, 7 }));
    }

    [Test]
    public void A_gap_in_the_chunks_is_refused()
    {
        using DataDirectory directory = DataDirectory.Open("/data", new FaultyDisk());
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        SnapshotId one = new(new EntryId(2, 9), 100, 1);
        store.StoreChunk(one, 0, new byte[10]);

        Assert.That(() => store.StoreChunk(one, 11, new byte[10]), Throws.InvalidOperationException);
        Assert.That(() => store.StoreChunk(one with { Checksum = 2 }, 10, new byte[10]), Throws.InvalidOperationException);
        store.StoreChunk(one, 10, new byte[10]);
    }

    [Test]
    public void An_older_snapshot_never_replaces_a_later_one()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        using SnapshotStream slow = store.Create(new EntryId(1, 4));
        SnapshotId received = new(new EntryId(2, 9), 3, 1);
        store.StoreChunk(received, 0, [1, 2, 3]);
        store.Install(received);

        slow.Write([9]);
        Assert.That(slow.Commit(0), Is.Null);
        Assert.That(store.Id, Is.EqualTo(received));
        Assert.That(disk["/data/dump.rdb"].Content(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(disk.Paths, Has.None.Contains("tmp"));
    }

    [Test]
    public void A_snapshot_that_is_given_up_leaves_nothing()
    {
        FaultyDisk disk = new();
        using DataDirectory directory = DataDirectory.Open("/data", disk);
        using SnapshotStore store = SnapshotStore.Open(directory, "dump.rdb");
        SnapshotStream stream = store.Create(new EntryId(1, 4));
        stream.Write(Content);
        Assert.That(disk.Paths, Has.One.Contains("tmp"));
        stream.Dispose();
        Assert.That(disk.Paths, Has.None.Contains("dump"));
    }

    private static SnapshotId Take(SnapshotStore store, long index)
    {
        using SnapshotStream stream = store.Create(new EntryId(1, index));
        stream.Write(Content);
        return stream.Commit(55) ?? throw new AssertionException("The snapshot was dropped.");
    }

    private static byte[] ReadAll(SnapshotStore store, SnapshotId id)
    {
        List<byte> bytes = [];
        for (ReadOnlyMemory<byte> chunk; !(chunk = store.ReadChunk(id, bytes.Count, 70_000)).IsEmpty;)
        {
            bytes.AddRange(chunk.Span);
        }

        return [.. bytes];
    }
}
