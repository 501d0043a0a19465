using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>Clients whose command waits: others go on, and what they wait for is not lost when they leave.</summary>
[TestFixture]
internal sealed class BlockedClientTests : SingleNode
{
    [Test]
    public async Task AWaitingClient_GetsWhatComes_AndItsPipelineGoesOnInOrder()
    {
        using TestClient waiting = await ConnectAsync();
        await waiting.SendAsync(TestClient.Encode(new Request("PING"), new Request("BLPOP", "queue", "0"), new Request("SET", "after", "1"), new Request("GET", "after")));
        Assert.That(ReplyText.Of(await waiting.ReadAsync()), Is.EqualTo("+PONG"));
        await BlockedAsync(1);
        Assert.That(await Node.AskAsync("GET", "after"), Is.EqualTo("(nil)"), "what stands behind it waits too");
        Assert.That(await Node.AskAsync("RPUSH", "queue", "a"), Is.EqualTo(":1"));
        Assert.That((await waiting.ReadAsync(3)).Select(ReplyText.Of), Is.EqualTo(new[] { "[$queue, $a]", "+OK", "$1" }));
    }

    [TestCase(true, TestName = "A client that leaves while it waits takes nothing along")]
    [TestCase(false, TestName = "A client that leaves before its command is applied takes nothing along")]
    public async Task AClientThatLeaves_TakesNothingAlong(bool waits)
    {
        TestClient leaving = await ConnectAsync();
        string address = leaving.Address;
        await leaving.SendAsync(TestClient.Encode(new Request("BLPOP", "left", "0"), new Request("RPUSH", "left", "b")));
        if (waits)
            await BlockedAsync(1);
        leaving.Dispose();
        await Eventually.TrueAsync("the node to have forgotten it", async () => !(await Node.AskAsync("CLIENT", "LIST")).Contains($"addr={address} ", StringComparison.Ordinal));
        await BlockedAsync(0);
        Assert.That(await Node.AskAsync("EXISTS", "left"), Is.EqualTo(":0"), "what stood behind is not run, as in Redis");
        Assert.That(await Node.AskAsync("RPUSH", "left", "a"), Is.EqualTo(":1"));
        Assert.That(await Node.AskAsync("LPOP", "left"), Is.EqualTo("$a"));
    }

    [Test]
    public async Task TheTimeOut_IsKept_WithoutTraffic()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("BLPOP", "nothing", "0.1"), Is.EqualTo("(nil)"));
    }

    private Task BlockedAsync(int count) => Eventually.TrueAsync($"{count} blocked clients", async () =>
        (await Node.AskAsync("INFO", "clients")).Contains($"blocked_clients:{count}\r", StringComparison.Ordinal));
}
