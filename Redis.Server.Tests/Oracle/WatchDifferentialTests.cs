using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Oracle;

/// <summary>What counts as a change of a watched key is what it is in Redis: each command, on a key that its arguments name.</summary>
[TestFixture]
internal sealed class WatchDifferentialTests
{
    private const int Sequences = 40;

    private static IReadOnlyList<CommandFamily> Families => AllFamilies.List;

    [TestCaseSource(nameof(Families))]
    public void The_same_commands_make_a_watch_dirty(CommandFamily family)
    {
        using OracleConnection writer = OracleServer.Connect(2), watcher = OracleServer.Connect(2);
        Gen<Request[]> sequences = Gen.Choose(1, 40).SelectMany(length => Gen.ArrayOf(family.Requests, length));
        Prop.ForAll(Arb.From(sequences), sequence => Compare(sequence, writer, watcher)).Check(
            Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithStartSize(100).WithEndSize(100).WithReplay(20_260_101, 1));
    }

    private static void Compare(Request[] sequence, OracleConnection writer, OracleConnection watcher)
    {
        using LocalExecutor local = new();
        writer.Run([new Request("FLUSHALL")]);
        for (int i = 0; i < sequence.Length; i++)
        {
            Request request = sequence[i];
            byte[] key = request.Args[Math.Min(i % 2 + 1, request.Args.Length - 1)];
            WatchSet watches = new();
            local.Keyspace.Watch(key, watches, term: 1);
            local.RunRaw(request);
            watcher.Run([new Request(["WATCH"u8.ToArray(), key])]);
            writer.Run([request]);
            bool theirs = watcher.Run([new Request("MULTI"), new Request("EXEC")])[1].IsNull;
            if (watches.IsDirty != theirs && !IsKnown(request))
                Assert.Fail($"{string.Join('\n', sequence.Take(i + 1))}\nwatching {Request.Quote(key)}: dirty {watches.IsDirty}, in Redis {theirs}");
            local.Keyspace.Unwatch(watches);
        }
    }

    /// <summary>SPOP leaves other members.</summary>
    private static bool IsKnown(Request request) => request.Name == "spop";
}
