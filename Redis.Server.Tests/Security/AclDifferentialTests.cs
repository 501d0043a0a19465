using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Security;

/// <summary>
/// Generated ACL rules on a real redis-server and on a node of ours: the same replies, the same users, and the same commands,
/// keys and channels allowed to them. In a cluster of one, so users go through the log.
/// </summary>
[TestFixture]
internal sealed class AclDifferentialTests : SingleNode
{
    private static readonly string[] Users = ["alice", "bob"];

    private static readonly string[] Tried =
    [
        "get a", "get b:1", "get key:1", "get x", "set a 1", "set a 1 get", "mget a b:1", "del a key:1", "copy a b:1", "copy b:1 a", "zunionstore a 2 b:1 b:2",
        "lmpop 1 a left", "sort a store b:1", "config get x", "config set a b", "client id", "acl whoami", "select 0", "select 1", "object encoding a", "publish a x",
        "subscribe a b", "psubscribe a* *", "unsubscribe x", "ping", "auth x", "multi", "bitfield a get u8 0", "bitfield a set u8 0 1", "xnope", "get", "eval x 1 a",
    ];

    [Test]
    public async Task GeneratedRules_GiveTheSame([Values(2, 3)] int version)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        using TestClient ours = await ConnectAsync();
        if (version == 3)
            await ours.AskAsync("HELLO", "3");
        HashSet<string> known = await NamesAsync(ours);
        HashSet<string> theirNames = [.. oracle.Run([new Request("COMMAND", "LIST")])[0].Elements.Select(name => name.AsString)];
        HashSet<string> unknown = [.. theirNames.Except(known)];
        known.IntersectWith(theirNames);
        string[] common = PlainCalls(known, oracle);
        int accepted = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            List<Request> requests = Sequence(new AclRuleWords(seed * 10 + version, unknown), common, unknown);
            Reply[] mine = await ours.PipelineAsync(requests);
            IReadOnlyList<Reply> theirs = oracle.Run(requests);
            for (int i = 0; i < requests.Count; i++)
            {
                Assert.That(Comparable(requests[i], mine[i]), Is.EqualTo(Comparable(requests[i], theirs[i])), () =>
                    $"seed {seed}, RESP{version}, at {requests[i]}\n{string.Join('\n', requests.Take(i + 1).Where(r => r.Args[1].AsSpan().SequenceEqual("SETUSER"u8)))}");
                accepted += requests[i].Args[1].AsSpan().SequenceEqual("SETUSER"u8) && mine[i].Kind == '+' ? 1 : 0;
            }
        }

        Assert.That(accepted, Is.GreaterThan(100), "most of the rules have to be right ones");
    }

    [TestCase("ACL")]
    [TestCase("ACL NOPE")]
    [TestCase("ACL HELP")]
    [TestCase("ACL WHOAMI")]
    [TestCase("ACL WHOAMI x")]
    [TestCase("ACL CAT")]
    [TestCase("ACL CAT nope")]
    [TestCase("ACL CAT a b")]
    [TestCase("ACL GENPASS 0")]
    [TestCase("ACL GENPASS 4097")]
    [TestCase("ACL GENPASS x")]
    [TestCase("ACL GENPASS 1 2")]
    [TestCase("ACL LOG x")]
    [TestCase("ACL LOG 1 2")]
    [TestCase("ACL LOG RESET")]
    [TestCase("ACL LOG")]
    [TestCase("ACL LOG 5")]
    [TestCase("ACL LOG -1")]
    [TestCase("ACL LOAD")]
    [TestCase("ACL SAVE")]
    [TestCase("ACL SETUSER")]
    [TestCase("ACL DELUSER")]
    [TestCase("ACL DELUSER nobody default")]
    [TestCase("ACL DELUSER nobody")]
    [TestCase("ACL GETUSER nobody")]
    [TestCase("ACL GETUSER default")]
    [TestCase("ACL DRYRUN nobody get a")]
    [TestCase("ACL DRYRUN default nope")]
    [TestCase("ACL DRYRUN default get")]
    [TestCase("ACL DRYRUN default config")]
    [TestCase("ACL DRYRUN default config nope")]
    [TestCase("AUTH a")]
    [TestCase("AUTH default a")]
    [TestCase("AUTH nobody a")]
    [TestCase("AUTH a b c")]
    [TestCase("HELLO 3 AUTH default a NOPE")]
    [TestCase("HELLO 3 AUTH nobody a SETNAME x")]
    [TestCase("HELLO 2 AUTH nobody")]
    [TestCase("CONFIG SET acl-pubsub-default nope")]
    public async Task FixedRequests_GetTheSameReply(string line)
    {
        foreach (int version in (int[])[2, 3])
        {
            using OracleConnection oracle = OracleServer.Connect(version);
            using TestClient ours = await ConnectAsync();
            if (version == 3)
                await ours.AskAsync("HELLO", "3");
            Request request = new(line.Split(' '));
            // What earlier requests left in the log is not compared.
            oracle.Run([new Request("ACL", "LOG", "RESET")]);
            await ours.AskAsync("ACL", "LOG", "RESET");
            Assert.That(ReplyText.Of((await ours.PipelineAsync([request]))[0]), Is.EqualTo(ReplyText.Of(oracle.Run([request])[0])), $"RESP{version}");
        }
    }

    /// <summary>SETUSERs, each followed by everything there is to see of it.</summary>
    private static List<Request> Sequence(AclRuleWords words, string[] common, HashSet<string> unknown)
    {
        List<Request> requests = [new Request(["ACL", "DELUSER", .. Users])];
        for (int i = 0; i < 6; i++)
        {
            string user = words.Pick(Users);
            requests.Add(new Request(["ACL", "SETUSER", user, .. words.Rules(4)]));
            requests.Add(new Request("ACL", "GETUSER", user));
            requests.Add(new Request("ACL", "LIST"));
            requests.AddRange(Tried.Where(line => !unknown.Contains(line.Split(' ')[0])).Select(line => new Request(["ACL", "DRYRUN", user, .. line.Split(' ')])));
        }

        requests.AddRange(common.SelectMany(command => Users.Select(user => new Request(["ACL", "DRYRUN", user, .. command.Split(' ')]))));
        requests.Add(new Request("ACL", "USERS"));
        return requests;
    }

    private static async Task<HashSet<string>> NamesAsync(TestClient client) =>
        [.. (await client.CallAsync("COMMAND", "LIST")).Elements.Select(name => name.AsString)];

    /// <summary>Calls of the commands that both servers know, with arguments that are none of their keys' business.</summary>
    private static string[] PlainCalls(IEnumerable<string> known, OracleConnection oracle)
    {
        List<string> calls = [];
        foreach (string name in known.Order(StringComparer.Ordinal))
        {
            Reply info = oracle.Run([new Request("COMMAND", "INFO", name)])[0].Elements[0];
            // PFMERGE with one key: Redis 7.0 finds no sources, gives up on the destination with them, and lets it pass unchecked.
            if (name == "pfmerge")
                continue;

            // Numbers of keys among the arguments would decide what is compared; subcommands are in the fixed list.
            bool isPlain = info.Elements[2].Elements.All(flag => flag.AsString is not ("movablekeys" or "pubsub")) && info.Elements[9].Elements.Length == 0;
            if (isPlain)
                calls.Add(string.Join(' ', Enumerable.Repeat("a", (int)Math.Abs(long.Parse(info.Elements[1].AsString, null)) - 1).Prepend(name)));
        }

        return [.. calls];
    }

    /// <summary>
    /// The reply, but for the rules of commands: which of many equal texts a server finds depends on all commands it has, and on
    /// the order of a hash table. What they allow is compared command by command.
    /// </summary>
    private static string Comparable(Request request, Reply reply)
    {
        string text = ReplyText.Of(reply);
        return request.Args[1].AsSpan().SequenceEqual("GETUSER"u8) || request.Args[1].AsSpan().SequenceEqual("LIST"u8)
            ? System.Text.RegularExpressions.Regex.Replace(text, @"(?<=[ $])[+-]@all( [+-][^ ,\]\)]+)*", match => match.Value[..5])
            : text;
    }
}
