using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// Several clients, some of them waiting: each gets the same replies at the same step as from a real redis-server. After each step PINGs
/// on a connection of their own tell that redis-server has written what the step causes.
/// </summary>
[TestFixture]
internal sealed class BlockingDifferentialTests
{
    private const int Clients = 5;
    private const int Scripts = 300;

    private static readonly Gen<byte[][]> Key = Words.OneOf("a", "b", "c");
    private static readonly Gen<byte[][]> NoTimeout = Words.Often((20, Words.OneOf("0", "0.0", "1000")), (1, Words.OneOf("-1", "x", "nan", "inf", "1e30", "")));
    private static readonly Gen<byte[][]> End = Words.OneOf("LEFT", "RIGHT");

    private static readonly Gen<Request> Requests = Gen.OneOf(
        Words.Command("BLPOP", Words.Some(1, 3, Key), NoTimeout),
        Words.Command("BRPOP", Words.Some(1, 2, Key), NoTimeout),
        Words.Command("BLMOVE", Key, Key, End, End, NoTimeout),
        Words.Command("BRPOPLPUSH", Key, Key, NoTimeout),
        Words.Command("BLMPOP", NoTimeout, Words.Counted(1, 3, Key), End, Words.Maybe(Words.Text("COUNT"), Words.Number(1, 3))),
        Words.Command("LPUSH", Key, Words.Some(1, 4, Words.Member)),
        Words.Command("RPUSH", Key, Words.Some(1, 2, Words.Member)),
        Words.Command("BZPOPMIN", Words.Some(1, 2, Key), NoTimeout),
        Words.Command("BZPOPMAX", Words.Some(1, 2, Key), NoTimeout),
        Words.Command("BZMPOP", NoTimeout, Words.Counted(1, 3, Key), Words.OneOf("MIN", "MAX"), Words.Maybe(Words.Text("COUNT"), Words.Number(1, 3))),
        Words.Command("ZADD", Key, Words.Some(1, 3, Words.Number(0, 9), Words.Member)),
        Words.Command("RPOPLPUSH", Key, Key),
        Words.Command("RENAME", Key, Key),
        Words.Command("SET", Key, Words.Text("x")),
        Words.Command("DEL", Words.Some(1, 3, Key)));

    [Test]
    public void Waiting_clients_are_served_as_by_Redis()
    {
        Gen<(int Client, Request Request)[]> scripts = Gen.Choose(1, 30).SelectMany(length =>
            Gen.ArrayOf(Gen.Choose(0, Clients - 1).SelectMany(client => Requests, (client, request) => (client, request)), length));
        Arbitrary<(int Client, Request Request)[]> arbitrary = Arb.From(scripts, Shrink);
        string? difference = null;
        Property property = Prop.ForAll(arbitrary, script =>
        {
            string? found = FindDifference(script);
            difference = found ?? difference;
            return found == null;
        });
        try
        {
            property.Check(Config.QuickThrowOnFailure.WithMaxTest(Scripts).WithReplay(20_260_103, 1));
        }
        catch (Exception) when (difference != null)
        {
            Assert.Fail(difference);
        }
    }

    private static string? FindDifference((int Client, Request Request)[] script)
    {
        using LocalExecutor local = new();
        using LateReplies late = new();
        local.Waiting.Replies = late;
        OracleConnection[] oracle = [.. Enumerable.Range(0, Clients).Select(_ => OracleServer.Connect(2))];
        using OracleConnection control = OracleServer.Connect(2);
        control.Run([new Request("FLUSHALL")]);
        StringBuilder lines = new();
        string? difference = null;
        foreach ((int client, Request request) in script)
        {
            if (late.IsWaiting(client) || MayTimeOut(request))
                continue;
            lines.AppendLine(CultureInfo.InvariantCulture, $"  client {client}: {request}");
            string[] ours = late.Run(local, client, request);
            oracle[client].Send(request);
            // Within one turn of its loop Redis writes in any order; the second PING is answered in a later turn.
            control.Run([new Request("PING")]);
            control.Run([new Request("PING")]);
            string[] theirs = [.. oracle.Select(connection => string.Concat(connection.Poll().Select(reply => reply.ToString())))];
            if (ours.SequenceEqual(theirs))
                continue;
            difference = $"{lines}\n ours: {string.Join(" | ", ours)}\nredis: {string.Join(" | ", theirs)}";
            break;
        }

        foreach (OracleConnection connection in oracle)
            connection.Dispose();
        return difference;
    }

    /// <summary>Time-outs that can pass during the test, from words too many or too few, depend on the clock: tested elsewhere.</summary>
    private static bool MayTimeOut(Request request) => request.Name[0] == 'b'
        && Numbers.TryParseDouble(request.Args[request.Name.EndsWith("mpop", StringComparison.Ordinal) ? 1 : ^1], out double seconds)
        && seconds is > 0 and < 100;

    private static IEnumerable<(int Client, Request Request)[]> Shrink((int Client, Request Request)[] script)
    {
        for (int i = 0; i < script.Length; i++)
            yield return [.. script[..i], .. script[(i + 1)..]];
    }

    /// <summary>What our clients receive, as the host would deliver it.</summary>
    private sealed class LateReplies : IWaiterReplies, IDisposable
    {
        private readonly Dictionary<EntryId, int> _waiting = [];
        private readonly string[] _received = new string[Clients];
        private readonly RespWriter _writer = new();

        public void Dispose() => _writer.Dispose();

        public bool IsWaiting(int client) => _waiting.ContainsValue(client);

        /// <summary>Runs a client's request; what every client receives because of it.</summary>
        public string[] Run(LocalExecutor local, int client, Request request)
        {
            Array.Fill(_received, "");
            // The entry's own reply is at hand only after it has served others.
            local.RunRaw(request);
            if (local.Waiting.IsWaiting)
                _waiting.Add(local.LastEntry, client);
            else
                _received[client] = Request.Quote(local.Writer.Written.ToArray());
            return [.. _received];
        }

        public RespWriter Begin(EntryId waiter)
        {
            _writer.Clear();
            return _writer;
        }

        public void End(EntryId waiter)
        {
            _received[_waiting[waiter]] += Request.Quote(_writer.Written.ToArray());
            _waiting.Remove(waiter);
        }
    }
}
