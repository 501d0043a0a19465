using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.PubSub;

/// <summary>Subscribers live on the leader: they are sent to it, lose their connection with its leadership, and miss or hear twice nothing that it publishes.</summary>
[TestFixture]
internal sealed class SubscriberFailoverTests() : SharedCluster(3)
{
    private static readonly string[][] Kinds = [["SUBSCRIBE", "news"], ["PSUBSCRIBE", "n*"], ["SSUBSCRIBE", "news"]];

    [Test]
    public async Task AFollower_SendsSubscribersToTheLeader()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await (await Cluster.FollowerAsync()).ConnectAsync();
        foreach (string[] words in (string[][])[.. Kinds, ["UNSUBSCRIBE"], ["PUBSUB", "CHANNELS"], ["PUBLISH", "news", "m"], ["SPUBLISH", "news", "m"]])
            Assert.That(await client.AskAsync(words), Is.EqualTo($"-MOVED 0 {leader.Address}"), string.Join(' ', words));
        Assert.That(await client.AskAsync("READONLY"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SUBSCRIBE", "news"), Is.EqualTo($"-MOVED 0 {leader.Address}"));
    }

    [Test]
    public async Task Subscribing_IsRefusedWhenQueued_AndUnsubscribingIsNot()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        foreach (string[] words in Kinds)
        {
            Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync(words), Is.EqualTo("-ERR Command not allowed inside a transaction"));
            Assert.That(await client.AskAsync("EXEC"), Does.StartWith("-EXECABORT"));
        }

        Assert.That(await client.AskAsync("HELLO", "3"), Does.Contain("$proto, :3"));
        Assert.That(await client.AskAsync("SUBSCRIBE", "news"), Is.EqualTo(">[$subscribe, $news, :1]"));
        Reply[] replies = await client.PipelineAsync([new("MULTI"), new("UNSUBSCRIBE", "news"), new("SET", "unsubscribed", "1"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("[>[$unsubscribe, $news, :0], +OK]"));
        Assert.That(await leader.AskAsync("PUBLISH", "news", "m"), Is.EqualTo(":0"));
    }

    [Test]
    public async Task WhoLosesLeadership_ClosesItsSubscribers_AndTheNextLeaderTakesThem()
    {
        TestNode before = await Cluster.LeaderAsync();
        List<TestClient> subscribers = [];
        foreach (string[] words in Kinds)
        {
            subscribers.Add(await before.ConnectAsync());
            Assert.That(await subscribers[^1].AskAsync(words), Does.Contain(":1]"));
        }

        using TestClient other = await before.ConnectAsync();
        Assert.That(await before.AskAsync("PUBLISH", "news", "before"), Is.EqualTo(":2"));
        Assert.That(await before.AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("+OK"));
        string[] last = ["[$message, $news, $before]", "[$pmessage, $n*, $news, $before]"];
        for (int i = 0; i < last.Length; i++)
            Assert.That(ReplyText.Of(await subscribers[i].ReadAsync()), Is.EqualTo(last[i]), "what was published reaches them before the end");
        foreach (TestClient subscriber in subscribers)
        {
            Assert.That(await subscriber.IsClosedAsync());
            subscriber.Dispose();
        }

        Assert.That(await other.AskAsync("PING"), Is.EqualTo("+PONG"), "others stay");
        TestNode after = await Cluster.LeaderAsync();
        using TestClient again = await after.ConnectAsync();
        Assert.That(await again.AskAsync("SUBSCRIBE", "news"), Is.EqualTo("[$subscribe, $news, :1]"));
        Assert.That(await after.AskAsync("PUBLISH", "news", "after"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await again.ReadAsync()), Is.EqualTo("[$message, $news, $after]"), "and nothing from before");
    }

    [Test]
    public async Task WhatMultiAndScriptsPublish_IsHeardOnce_AndNeverAgainAtReplay()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using (TestClient subscriber = await leader.ConnectAsync())
        using (TestClient publisher = await leader.ConnectAsync())
        {
            Assert.That(await subscriber.AskAsync("SUBSCRIBE", "news"), Is.EqualTo("[$subscribe, $news, :1]"));
            await publisher.PipelineAsync([
                new("MULTI"), new("PUBLISH", "news", "1"), new("SET", "published", "1"), new("PUBLISH", "news", "2"), new("EXEC"),
                new("EVAL", "return redis.call('publish', KEYS[1], '3')", "1", "news"),
                new("MULTI"), new("PUBLISH", "news", "never"), new("DISCARD"),
                new("PUBLISH", "news", "4"),
            ]);
            Assert.That((await subscriber.ReadAsync(4)).Select(message => message.Elements[2].AsString), Is.EqualTo(new[] { "1", "2", "3", "4" }));
            Assert.That(await subscriber.AskAsync("PING"), Is.EqualTo("[$pong, $]"), "nothing twice");
        }

        // All three apply the same entries again from their logs.
        await Cluster.SettledAsync();
        foreach (TestNode node in Cluster.Nodes)
            node.Process.Kill();
        foreach (TestNode node in Cluster.Nodes)
            node.Start();
        TestNode next = await Cluster.LeaderAsync();
        using TestClient late = await next.ConnectAsync();
        Assert.That(await late.AskAsync("SUBSCRIBE", "news"), Is.EqualTo("[$subscribe, $news, :1]"));
        await Cluster.SettledAsync();
        Assert.That(await next.AskAsync("GET", "published"), Is.EqualTo("$1"));
        Assert.That(await next.AskAsync("PUBLISH", "news", "5"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await late.ReadAsync()), Is.EqualTo("[$message, $news, $5]"));
    }
}
