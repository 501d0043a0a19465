using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// Several clients of a cluster of three, some of them waiting: each gets the same replies because of the same line as from a real
/// redis-server, in RESP2 and RESP3, and the nodes are alike afterwards. Written conversations (Oracle/WaitingCases) and generated ones.
/// </summary>
[TestFixture]
internal sealed class WaitingDifferentialTests() : SharedCluster(3, "--raft.election-timeout", "5000", "--raft.request-timeout", "200", "--enable-debug-command", "yes")
{
    private const int Generated = 20;
    private const int Lines = 25;

    private static readonly Gen<byte[][]> Key = Words.OneOf("a", "b", "c");
    private static readonly Gen<byte[][]> End = Words.OneOf("LEFT", "RIGHT");

    private static readonly Gen<Request> Requests = Gen.OneOf(
        Words.Command("BLPOP", Words.Some(1, 3, Key), Words.Text("0")),
        Words.Command("BRPOP", Words.Some(1, 2, Key), Words.Text("0")),
        Words.Command("BLMOVE", Key, Key, End, End, Words.Text("0")),
        Words.Command("BLMPOP", Words.Text("0"), Words.Counted(1, 3, Key), End, Words.Maybe(Words.Text("COUNT"), Words.Number(1, 3))),
        Words.Command("BZPOPMIN", Words.Some(1, 2, Key), Words.Text("0")),
        Words.Command("BZMPOP", Words.Text("0"), Words.Counted(1, 3, Key), Words.OneOf("MIN", "MAX"), Words.Maybe(Words.Text("COUNT"), Words.Number(1, 3))),
        Words.Command("LPUSH", Key, Words.Some(1, 3, Words.Number(0, 9))),
        Words.Command("RPUSH", Key, Words.Some(1, 2, Words.Number(0, 9))),
        Words.Command("ZADD", Key, Words.Some(1, 3, Words.Number(0, 9), Words.Member)),
        Words.Command("RENAME", Key, Key),
        Words.Command("COPY", Key, Key, Words.Text("REPLACE")),
        Words.Command("SORT", Key, Words.Text("ALPHA"), Words.Text("STORE"), Key),
        Words.Command("ZUNIONSTORE", Key, Words.Text("1"), Key),
        Words.Command("EVAL", Words.Text("redis.call('del', KEYS[1]); return redis.call('rpush', KEYS[1], ARGV[1], ARGV[2])"), Words.Text("1"), Key, Words.Number(0, 9), Words.Number(0, 9)),
        Words.Command("MULTI"),
        Words.Command("EXEC"),
        Words.Command("EXEC"),
        Words.Command("DEL", Words.Some(1, 3, Key)));

    [Test]
    public async Task WrittenConversations_AreAnsweredAsByRedis([Values(2, 3)] int version)
    {
        TestNode leader = await Cluster.LeaderAsync();
        StringBuilder differences = new();
        foreach (string path in Directory.GetFiles(SourceTree.PathOf("Redis.Server.Tests", "Oracle", "WaitingCases"), "*.txt").Order(StringComparer.Ordinal))
        {
            foreach (string block in (await File.ReadAllTextAsync(path)).Split("\n\n"))
                differences.Append(FindDifference(block.Split('\n', StringSplitOptions.RemoveEmptyEntries), leader, version));
        }

        Assert.That(differences.ToString(), Is.Empty);
        await AlikeAsync();
    }

    [Test]
    public async Task GeneratedConversations_AreAnsweredAsByRedis()
    {
        TestNode leader = await Cluster.LeaderAsync();
        Gen<string[]> conversations = Gen.ArrayOf(Gen.Choose(0, 3).SelectMany(_ => Requests, (client, request) => $"{(char)('p' + client)}: {request}"), Lines);
        int number = 0;
        foreach (string[] conversation in conversations.Sample(Generated, new Rnd(20_260_101), 100))
            Assert.That(FindDifference(conversation, leader, number++ % 2 + 2, isGenerated: true), Is.Empty);
        await AlikeAsync();
    }

    private static string FindDifference(string[] lines, TestNode leader, int version, bool isGenerated = false)
    {
        using WaitingClients ours = new(leader.Port, version), theirs = new(OracleServer.Port, version);
        StringBuilder said = new();
        (string Heard, int Waiting) heard = ("", 0);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (line.StartsWith('#') || (isGenerated && theirs.IsBusy(line)))
                continue;
            said.Append(line).Append('\n');
            theirs.Say(line);
            ours.Say(line);
            if (i + 1 < lines.Length && lines[i + 1].EndsWith(" hears", StringComparison.Ordinal))
                continue; // a short wait, which may be over or not
            (string Heard, int Waiting) expected = theirs.AtOnce();
            heard = ours.Soon(expected);
            if (heard != expected)
                return $"{said}\n ours: {heard}\nredis: {expected}\n\n";
        }

        // Nothing more comes afterwards.
        (string Heard, int Waiting) end = ours.AtOnce();
        return end == heard ? "" : $"{said}\n ours: {end}\nredis: {heard}\n\n";
    }

    private async Task AlikeAsync()
    {
        await Cluster.SettledAsync();
        string[] digests = await Task.WhenAll(Cluster.Nodes.Select(node => node.AskAsync("DEBUG", "DIGEST")));
        Assert.That(digests.Distinct().Count(), Is.EqualTo(1), string.Join(' ', digests));
    }
}
