using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Wire;

/// <summary>timeout and client-query-buffer-limit: who asks nothing, or too much at once, is disconnected.</summary>
[TestFixture]
internal sealed class ClientTimeoutTests : SingleNode
{
    [Test]
    public async Task An_idle_client_is_disconnected_and_a_waiting_one_is_not()
    {
        using TestClient idle = await ConnectAsync();
        using TestClient waiting = await ConnectAsync();
        using TestClient admin = await ConnectAsync();
        using TestClient subscriber = await ConnectAsync();
        await subscriber.CallAsync("SUBSCRIBE", "news");
        await waiting.SendAsync(TestClient.Encode(new Oracle.Request("BLPOP", "nothing", "0")));
        await idle.CallAsync("PING");
        await admin.CallAsync("CONFIG", "SET", "timeout", "1");
        Assert.That(await idle.IsClosedAsync(), Is.True);
        using TestClient later = await ConnectAsync();
        await later.CallAsync("CONFIG", "SET", "timeout", "0");
        await later.CallAsync("RPUSH", "nothing", "v");
        Assert.That(ReplyText.Of(await waiting.ReadAsync()), Is.EqualTo("[$nothing, $v]"));
        Assert.That(await later.AskAsync("PUBLISH", "news", "m"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await subscriber.ReadAsync()), Is.EqualTo("[$message, $news, $m]"));
    }

    [Test]
    public async Task A_request_beyond_the_limit_ends_the_connection()
    {
        using TestClient admin = await ConnectAsync();
        await admin.CallAsync("CONFIG", "SET", "client-query-buffer-limit", "1mb");
        using TestClient greedy = await ConnectAsync();
        await greedy.SendAsync("*2\r\n$4\r\nECHO\r\n$3000000\r\n");
        Task sending = greedy.SendAsync(new byte[2_000_000]);
        Assert.That(await greedy.IsClosedAsync(), Is.True);
        await Task.WhenAny(sending);
        Assert.That(await admin.AskAsync("CONFIG", "SET", "client-query-buffer-limit", "1gb"), Is.EqualTo("+OK"));
    }
}
