using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Keyspace.Snapshots;

/// <summary>A snapshot is the keyspace at the instant it began, whatever is written while it goes on.</summary>
internal sealed class SnapshotViewTests
{
    private static readonly RdbExtras HostFields = [new("raft-last-index"u8.ToArray(), "42"u8.ToArray())];

    private static readonly Gen<Request> Writes = Gen.Frequency(
        (6, Words.Command("SET", Key(), Words.Value)),
        (3, Words.Command("SET", Key(), Words.Value, Words.Text("PX"), Words.Number(1, 100_000))),
        (2, Words.Command("APPEND", Key(), Words.Value)),
        (6, Words.Command("DEL", Words.Some(1, 4, Key()))),
        (2, Words.Command("RENAME", Key(), Key())),
        (2, Words.Command("COPY", Key(), Key(), Words.Text("REPLACE"))),
        (3, Words.Command("EXPIRE", Key(), Words.Number(0, 100))),
        (2, Words.Command("PERSIST", Key())),
        (4, Words.Command("RPUSH", Key(), Words.Some(1, 20, Words.Value))),
        (2, Words.Command("LPOP", Key())),
        (4, Words.Command("SADD", Key(), Words.Some(1, 20, Words.Member))),
        (2, Words.Command("SPOP", Key())),
        (4, Words.Command("HSET", Key(), Words.Some(1, 20, Words.Member, Words.Value))),
        (2, Words.Command("HDEL", Key(), Words.Member)),
        (4, Words.Command("ZADD", Key(), Words.Some(1, 20, Words.Double, Words.Member))),
        (2, Words.Command("ZREM", Key(), Words.Member)),
        (2, Words.Command("SETBIT", Key(), Words.Number(0, 100), Words.Number(0, 1))),
        (2, Words.Command("SETRANGE", Words.Text("5"), Words.Number(0, 800_000), Words.Value)),
        (1, Words.Command("SETBIT", Words.Text("5"), Words.Number(0, 6_000_000), Words.Number(0, 1))),
        (1, Words.Command("BITFIELD", Words.Text("5"), Words.Text("INCRBY"), Words.Text("i64"), Words.Number(0, 6_000_000), Words.Number(1, 9))),
        (2, Words.Command("APPEND", Words.Text("5"), Words.Value)),
        (2, Words.Command("PFADD", Key(), Words.Some(1, 5, Words.Member))));

    private static readonly Gen<Request> MoreWrites = Gen.Frequency((60, Writes), (1, Words.Command("FLUSHALL")));

    [Test]
    public void A_snapshot_holds_what_was_there_when_it_began()
    {
        Gen<(Request[], Request[], int, bool)> plans =
            from before in Gen.ArrayOf(Writes, 150)
            from during in Gen.ArrayOf(MoreWrites, 150)
            from budget in Gen.Elements(1, 20, 100, 1000, 10_000)
            from large in Gen.Elements(true, false)
            select (before, during, budget, large);
        Prop.ForAll(Arb.From(plans), plan => IsExact(plan.Item1, plan.Item2, plan.Item3, plan.Item4))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(20_260_104, 1));
    }

    [Test]
    public void Aborted_snapshots_leave_the_next_one_whole()
    {
        using LocalExecutor executor = new();
        for (int i = 0; i < 300; i++)
            executor.RunRaw(new Request("SET", $"k{i}", "v"));
        // More than a byte can count, each leaving some keys marked.
        for (int round = 0; round < 600; round++)
        {
            using SnapshotView aborted = SnapshotView.Begin(executor.Keyspace, [], new SnapshotSink(), compress: false);
            aborted.Step(round % 200);
        }

        RdbReader reader = Load(Take(executor), out Redis.Server.Keyspace.Keyspace loaded);
        Assert.That(reader.KeysRead, Is.EqualTo(300));
        Assert.That(Digest.Of(loaded), Is.EqualTo(Digest.Of(executor.Keyspace)));
    }

    [Test]
    public void A_full_sink_pauses_the_walk_and_an_abort_ends_it()
    {
        using LocalExecutor executor = new();
        for (int i = 0; i < 100; i++)
            executor.RunRaw(new Request("SET", $"k{i}", new string((char)('a' + i % 26), 100_000)));
        SnapshotSink sink = new(capacity: 1 << 20);
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, [], sink, compress: false);
        while (!sink.IsFull)
            Assert.That(view.Step(100_000), Is.False);
        long written = view.BytesWritten;
        Assert.That(view.Step(100_000), Is.False);
        Assert.That(view.BytesWritten, Is.EqualTo(written));
        sink.Abort();
        Assert.That(view.Step(100_000), Is.True);
        Assert.That(view.IsFinished, Is.False);
        Assert.That(sink.WriteTo(Stream.Null), Is.Null);
    }

    private static bool IsExact(Request[] before, Request[] during, int budget, bool large)
    {
        using LocalExecutor executor = new();
        if (large)
            AddLarge(executor);
        foreach (Request request in before)
            executor.RunRaw(request);
        Digest expected = Digest.Of(executor.Keyspace);
        string[] order = [.. Enumerable.Range(0, executor.Keyspace.Count).Select(i => Encoding.Latin1.GetString(executor.Keyspace.KeyAt(i)))];

        SnapshotSink sink = new();
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, HostFields, sink, compress: true);
        foreach (Request request in during)
        {
            view.Step(budget);
            executor.Now += 10;
            executor.RunRaw(request);
        }

        while (!view.Step(budget))
        {
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        RdbReader reader = Load(file, out Redis.Server.Keyspace.Keyspace loaded);
        string[] loadedOrder = [.. Enumerable.Range(0, loaded.Count).Select(i => Encoding.Latin1.GetString(loaded.KeyAt(i)))];
        return Digest.Of(loaded).Equals(expected)
            && loadedOrder.SequenceEqual(order)
            && reader.Extras.Find("raft-last-index").AsSpan().SequenceEqual("42"u8)
            && CanBeChanged(loaded);
    }

    /// <summary>Values that take many steps, under names that the writes meet.</summary>
    private static void AddLarge(LocalExecutor executor)
    {
        for (int i = 0; i < 30; i++)
        {
            string[] words = [.. Enumerable.Range(0, 100).Select(j => $"element {i} {j} of a large value")];
            executor.RunRaw(new Request(["RPUSH", "1", .. words]));
            executor.RunRaw(new Request(["SADD", "2", .. words]));
            executor.RunRaw(new Request(["HSET", "3", .. words]));
            executor.RunRaw(new Request(["ZADD", "4", .. words.SelectMany((word, j) => new[] { $"{j}", word })]));
        }

        executor.RunRaw(new Request("SETRANGE", "5", "700000", "x"));
    }

    [Test]
    public void A_change_of_a_large_collection_does_not_wait_until_it_is_written()
    {
        using LocalExecutor executor = new();
        for (int i = 0; i < 30; i++)
            AddLarge(executor);
        Digest expected = Digest.Of(executor.Keyspace);
        SnapshotSink sink = new(long.MaxValue);
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, HostFields, sink, compress: false);
        view.Step(1000); // amid the first of them
        long before = view.BytesWritten;
        executor.RunRaw(new Request("LPUSH", "1", "new"));
        executor.RunRaw(new Request("LSET", "1", "50", "other"));
        executor.RunRaw(new Request("SADD", "2", "new"));
        executor.RunRaw(new Request("HSET", "3", "element 0 0 of a large value", "ELEMENT 0 1 of a large value"));
        executor.RunRaw(new Request("HDEL", "3", "element 0 2 of a large value"));
        executor.RunRaw(new Request("ZINCRBY", "4", "7", "element 0 3 of a large value"));
        executor.RunRaw(new Request("RENAME", "4", "40"));
        executor.RunRaw(new Request("ZREM", "40", "element 0 4 of a large value"));
        executor.RunRaw(new Request("DEL", "2"));
        Assert.That(view.BytesWritten - before, Is.LessThan(1000));

        while (!view.Step(10_000))
        {
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        Load(file, out Redis.Server.Keyspace.Keyspace loaded);
        Assert.That(Digest.Of(loaded), Is.EqualTo(expected));
    }

    [Test]
    public void A_change_in_a_long_string_copies_no_more_than_it_touches()
    {
        const int length = 5_000_000;
        using LocalExecutor executor = new();
        executor.RunRaw(new Request("SETRANGE", "5", $"{length - 1}", "x"));
        executor.RunRaw(new Request("APPEND", "5", "room for more"));
        Digest expected = Digest.Of(executor.Keyspace);
        SnapshotSink sink = new(long.MaxValue);
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, HostFields, sink, compress: false);
        view.Step(300_000); // amid the string
        long before = view.BytesWritten;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        executor.RunRaw(new Request("SETRANGE", "5", "0", "already written"));
        executor.RunRaw(new Request("SETRANGE", "5", "3000000", "not yet"));
        executor.RunRaw(new Request("SETRANGE", "5", "3000000", "again"));
        executor.RunRaw(new Request("SETBIT", "5", "39900000", "1"));
        executor.RunRaw(new Request("APPEND", "5", "more"));
        Assert.That(view.BytesWritten, Is.EqualTo(before));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - allocated, Is.LessThan(1_000_000));
        executor.RunRaw(new Request("SET", "5", "another value"));
        while (!view.Step(10_000_000))
        {
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        Load(file, out Redis.Server.Keyspace.Keyspace loaded);
        Assert.That(Digest.Of(loaded), Is.EqualTo(expected));
    }

    /// <summary>Every key is found by name, and expiry works by the renumbered keys.</summary>
    private static bool CanBeChanged(Redis.Server.Keyspace.Keyspace keyspace)
    {
        keyspace.Now = long.MaxValue - 1;
        while (keyspace.ExpireDue(10) > 0)
        {
        }

        bool areThere = Enumerable.Range(0, keyspace.Count).All(i => !keyspace.Peek(keyspace.KeyAt(i)).IsNone);
        foreach (byte[] key in Enumerable.Range(0, keyspace.Count).Select(i => keyspace.KeyAt(i).ToArray()).ToArray())
            areThere &= keyspace.Remove(key);
        return areThere && keyspace.Count == 0;
    }

    private static MemoryStream Take(LocalExecutor executor)
    {
        SnapshotSink sink = new(long.MaxValue);
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, HostFields, sink, compress: true);
        while (!view.Step(1 << 20))
        {
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        return file;
    }

    private static RdbReader Load(MemoryStream file, out Redis.Server.Keyspace.Keyspace loaded)
    {
        loaded = new Redis.Server.Keyspace.Keyspace();
        RdbReader reader = new(new MemoryStream(file.ToArray()), new DataOptions());
        reader.Load(loaded);
        return reader;
    }

    private static Gen<byte[][]> Key() => Words.Number(0, 120);
}
