using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>What enters the log, seen by raft_current_index: one entry a client command, none for a read.</summary>
[TestFixture]
internal sealed class LogEntryTests() : SharedCluster(1)
{
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task ConnectAsync() => _client = await Cluster.Nodes[0].ConnectAsync();

    [OneTimeTearDown]
    public void Disconnect() => _client.Dispose();

    [TestCase("SET a 1", 1)]
    [TestCase("DEL nothing", 1, TestName = "A write that changes nothing is an entry too")]
    [TestCase("GET a", 0)]
    [TestCase("MGET a b c", 0)]
    [TestCase("DBSIZE", 0)]
    [TestCase("PING", 0)]
    [TestCase("CONFIG GET port", 0)]
    [TestCase("SET a", 0, TestName = "A refused command is no entry")]
    [TestCase("NONSENSE", 0)]
    [TestCase("MSET a 1 b 2 c 3", 1)]
    public async Task OneCommand_OneEntry(string line, int entries)
    {
        long before = await Cluster.IndexAsync();
        await _client.CallAsync(line.Split(' '));
        Assert.That(await Cluster.IndexAsync() - before, Is.EqualTo(entries));
    }

    [Test]
    public async Task Transaction_IsOneEntry()
    {
        long before = await Cluster.IndexAsync();
        Reply[] replies = await _client.PipelineAsync(
            [new("MULTI"), new("SET", "t", "1"), new("INCR", "t"), new("GET", "t"), new("INCR", "no number"), new("LPUSH", "t", "x"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("[+OK, :2, $2, :1, -WRONGTYPE Operation against a key holding the wrong kind of value]"));
        Assert.That(await Cluster.IndexAsync() - before, Is.EqualTo(1));
    }

    [Test]
    public async Task TransactionOfReads_IsNone()
    {
        long before = await Cluster.IndexAsync();
        Reply[] replies = await _client.PipelineAsync([new("MULTI"), new("GET", "none"), new("EXISTS", "none"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("[(nil), :0]"));
        Assert.That(await Cluster.IndexAsync() - before, Is.Zero);
    }

    [Test]
    public async Task DiscardedTransaction_IsNone()
    {
        long before = await Cluster.IndexAsync();
        Reply[] replies = await _client.PipelineAsync(
            [new("MULTI"), new("SET", "d", "1"), new("DISCARD"), new("GET", "d"), new("MULTI"), new("SET", "d"), new("SET", "d", "1"), new("EXEC")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[]
        {
            "+OK", "+QUEUED", "+OK", "(nil)", "+OK", "-ERR wrong number of arguments for 'set' command", "+QUEUED",
            "-EXECABORT Transaction discarded because of previous errors.",
        }));
        Assert.That(await Cluster.IndexAsync() - before, Is.Zero);
    }

    [Test]
    public async Task CommandsAboutTheGroup_AreRefusedInATransaction()
    {
        Reply[] replies = await _client.PipelineAsync([new("MULTI"), new("RAFT.TRANSFER_LEADER"), new("EXEC")]);
        Assert.That(replies[1].Kind, Is.EqualTo('-'));
        Assert.That(ReplyText.Of(replies[2]), Does.StartWith("-EXECABORT "));
    }
}
