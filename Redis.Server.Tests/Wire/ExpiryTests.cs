using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>A key that is due by the wall clock is gone for the next read on the leader, although only entries move cluster time.</summary>
[TestFixture]
internal sealed class ExpiryTests : SingleNode
{
    [TestCase("GET k", "(nil)")]
    [TestCase("EXISTS k", ":0")]
    [TestCase("TTL k", ":-2")]
    [TestCase("TYPE k", "+none")]
    [TestCase("MGET k stays", "[(nil), $yes]")]
    [TestCase("STRLEN k", ":0")]
    [TestCase("SET k new NX", "+OK")]
    [TestCase("PERSIST k", ":0")]
    [TestCase("APPEND k x", ":1")]
    public async Task ADueKey_IsGoneAtOnce(string line, string reply)
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "stays", "yes");
        for (int round = 0; round < 5; round++)
        {
            Assert.That(await client.AskAsync("SET", "k", "v", "PX", "20"), Is.EqualTo("+OK"));
            await PassAsync(await client.CallAsync("PEXPIRETIME", "k"));
            Assert.That(await client.AskAsync(line.Split(' ')), Is.EqualTo(reply));
            await client.CallAsync("DEL", "k");
        }
    }

    [Test]
    public async Task InATransaction_AndInAPipeline_Too()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("SET", "k", "v", "PX", "20"), Is.EqualTo("+OK"));
        await PassAsync(await client.CallAsync("PEXPIRETIME", "k"));
        Reply[] replies = await client.PipelineAsync([new("MULTI"), new("GET", "k"), new("EXISTS", "k"), new("EXEC"), new("GET", "k"), new("SET", "k", "w"), new("GET", "k")]);
        Assert.That(replies[3..].Select(ReplyText.Of), Is.EqualTo(new[] { "[(nil), :0]", "(nil)", "+OK", "$w" }));
    }

    [Test]
    public async Task ManyReadersOfDueKeys_AreAllAnswered()
    {
        using TestClient writer = await ConnectAsync();
        for (int i = 0; i < 50; i++)
            await writer.CallAsync("SET", $"due{i}", "v", "PX", $"{20 + i}");
        await PassAsync(await writer.CallAsync("PEXPIRETIME", "due49"));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using TestClient reader = await ConnectAsync();
            Reply[] replies = await reader.PipelineAsync([.. Enumerable.Range(0, 50).Select(i => new Request("GET", $"due{i}"))]);
            Assert.That(replies.All(reply => reply.IsNull));
        }));
    }

    /// <summary>Waits until the wall clock, which this process shares with the node, has passed a PEXPIRETIME.</summary>
    private static Task PassAsync(Reply due)
    {
        long time = long.Parse(due.AsString, System.Globalization.CultureInfo.InvariantCulture);
        return time < 0
            ? Task.CompletedTask // gone already
            : Eventually.TrueAsync("the key to be due", () => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > time));
    }
}
