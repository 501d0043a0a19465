using System.Diagnostics;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>Clients that are too many, too slow, or unwanted.</summary>
[TestFixture]
internal sealed class ClientLimitTests : SingleNode
{
    private const int Megabyte = 1024 * 1024;

    [Test]
    public async Task OneClientTooMany_IsToldAndClosed()
    {
        using TestClient first = await ConnectAsync();
        Assert.That(await first.AskAsync("CONFIG", "SET", "maxclients", "3"), Is.EqualTo("+OK"));
        try
        {
            await Eventually.TrueAsync("earlier clients to be gone", async () => (await first.CallAsync("INFO", "clients")).AsString.Contains("connected_clients:1\r", StringComparison.Ordinal));
            TestClient second = await ConnectAsync();
            using TestClient third = await ConnectAsync();
            Assert.That(await second.AskAsync("PING"), Is.EqualTo("+PONG"));
            Assert.That(await third.AskAsync("PING"), Is.EqualTo("+PONG"));
            using (TestClient fourth = await ConnectAsync())
            {
                Assert.That(ReplyText.Of(await fourth.ReadAsync()), Is.EqualTo("-ERR max number of clients reached"));
                Assert.That(await fourth.IsClosedAsync());
            }

            second.Dispose();
            await Eventually.TrueAsync("a place to be free", async () =>
            {
                using TestClient next = await ConnectAsync();
                return await next.AskAsync("PING") == "+PONG";
            });
        }
        finally
        {
            await first.AskAsync("CONFIG", "SET", "maxclients", "10000");
        }
    }

    [Test]
    public async Task AClientThatDoesNotRead_IsClosedAtItsLimit()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "large", new string('x', Megabyte));
        Assert.That(await client.AskAsync("CONFIG", "SET", "client-output-buffer-limit", "normal 4mb 0 0"), Is.EqualTo("+OK"));
        try
        {
            using TestClient slow = await TestClient.ConnectAsync(Node.Port, receiveBuffer: 4096);
            Assert.That(await slow.AskAsync("PING"), Is.EqualTo("+PONG"));
            Assert.That(await ListAsync(client), Does.Contain($"addr={slow.Address} "));
            await slow.SendAsync(TestClient.Encode(Enumerable.Repeat(new Request("GET", "large"), 40)));
            await Eventually.TrueAsync("the slow client to be closed", async () => !(await ListAsync(client)).Contains($"addr={slow.Address} ", StringComparison.Ordinal));
            Assert.That(await client.AskAsync("STRLEN", "large"), Is.EqualTo($":{Megabyte}"));
        }
        finally
        {
            await client.AskAsync("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0");
        }
    }

    [TestCase("pubsub 4mb 0 0", TestName = "A subscriber that does not read is closed at the hard limit")]
    [TestCase("pubsub 0 2mb 1", TestName = "A subscriber that does not read is closed when it was beyond the soft limit for too long")]
    public async Task ASubscriberThatDoesNotRead_IsClosed(string limit)
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "client-output-buffer-limit", limit), Is.EqualTo("+OK"));
        try
        {
            using TestClient reader = await ConnectAsync();
            using TestClient slow = await TestClient.ConnectAsync(Node.Port, receiveBuffer: 4096);
            Assert.That(await reader.AskAsync("SUBSCRIBE", "news"), Is.EqualTo("[$subscribe, $news, :1]"));
            Assert.That(await slow.AskAsync("SUBSCRIBE", "news"), Is.EqualTo("[$subscribe, $news, :1]"));
            const int Messages = 24; // more than the system keeps on their way
            for (int i = 0; i < Messages; i++)
            {
                await client.CallAsync("PUBLISH", "news", new string('x', Megabyte));
                Assert.That((await reader.ReadAsync()).Elements[2].Text, Has.Length.EqualTo(Megabyte));
            }

            await Eventually.TrueAsync("the slow subscriber to be closed", async () => !(await ListAsync(client)).Contains($"addr={slow.Address} ", StringComparison.Ordinal));
            await Eventually.TrueAsync("its subscription to have ended", async () => await client.AskAsync("PUBLISH", "news", "last") == ":1");
            Assert.That(ReplyText.Of(await reader.ReadAsync()), Is.EqualTo("[$message, $news, $last]"), "one that reads stays");
        }
        finally
        {
            await client.AskAsync("CONFIG", "SET", "client-output-buffer-limit", "pubsub 33554432 8388608 60");
        }
    }

    [Test]
    public async Task AClientThatDoesNotRead_NeitherBlocksOthersNorFillsMemory()
    {
        using TestClient client = await ConnectAsync();
        // Far more than the node may hold for one client: at some point it stops to read from it.
        const int Requests = 2_000;
        await client.CallAsync("SET", "large", new string('x', Megabyte / 4));
        using TestClient slow = await TestClient.ConnectAsync(Node.Port, receiveBuffer: 4096);
        byte[] requests = TestClient.Encode(Enumerable.Repeat(new Request("GET", "large"), Requests));
        Task sending = slow.SendAsync(requests);

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 200; i++)
            Assert.That(await client.AskAsync("SET", "other", $"{i}"), Is.EqualTo("+OK"));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(Eventually.Limit));
        string line = (await ListAsync(client)).Split('\n').Single(one => one.Contains($"addr={slow.Address} ", StringComparison.Ordinal));
        long waiting = long.Parse(line.Split(" omem=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(waiting, Is.LessThan(128L * Megabyte), "replies that wait for it");

        for (int i = 0; i < Requests; i++)
            Assert.That((await slow.ReadAsync()).Text, Has.Length.EqualTo(Megabyte / 4), "nothing was lost when it reads at last");
        await sending;
    }

    [Test]
    public async Task Kill_EndsOtherClients()
    {
        using TestClient client = await ConnectAsync();
        using TestClient byId = await ConnectAsync();
        using TestClient byAddress = await ConnectAsync();
        using TestClient old = await ConnectAsync();
        string id = (await byId.CallAsync("CLIENT", "ID")).AsString;
        Assert.That(await client.AskAsync("CLIENT", "KILL", "ID", id), Is.EqualTo(":1"));
        Assert.That(await byId.IsClosedAsync());
        Assert.That(await client.AskAsync("CLIENT", "KILL", "ADDR", byAddress.Address), Is.EqualTo(":1"));
        Assert.That(await byAddress.IsClosedAsync());
        Assert.That(await client.AskAsync("CLIENT", "KILL", old.Address), Is.EqualTo("+OK"));
        Assert.That(await old.IsClosedAsync());
        Assert.That(await client.AskAsync("CLIENT", "KILL", old.Address), Is.EqualTo("-ERR No such client"));
        Assert.That(await client.AskAsync("CLIENT", "KILL", "ID", id), Is.EqualTo(":0"));
        Assert.That(await client.AskAsync("CLIENT", "KILL", "ID", "x"), Is.EqualTo("-ERR client-id should be greater than 0"));
        Assert.That(await client.AskAsync("CLIENT", "KILL", "TYPE", "nonsense"), Is.EqualTo("-ERR Unknown client type 'nonsense'"));
    }

    [Test]
    public async Task Kill_OfOneself_AnswersFirst()
    {
        using TestClient client = await ConnectAsync();
        string id = (await client.CallAsync("CLIENT", "ID")).AsString;
        await client.SendAsync(TestClient.Encode(new Request("SET", "k", "1"), new Request("CLIENT", "KILL", "ID", id, "SKIPME", "no"), new Request("PING")));
        Assert.That((await client.ReadAsync(2)).Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", ":1" }));
        Assert.That(await client.IsClosedAsync());
    }

    [Test]
    public async Task Quit_AnswersAndCloses()
    {
        using TestClient client = await ConnectAsync();
        await client.SendAsync(TestClient.Encode(new Request("SET", "q", "1"), new Request("QUIT"), new Request("SET", "q", "2")));
        Assert.That((await client.ReadAsync(2)).Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "+OK" }));
        Assert.That(await client.IsClosedAsync());
        Assert.That(await Node.AskAsync("GET", "q"), Is.EqualTo("$1"));
    }

    [Test]
    public async Task AClientThatLeaves_DoesNotTakeItsWritesAlong()
    {
        TestClient client = await ConnectAsync();
        await client.SendAsync(TestClient.Encode(Enumerable.Repeat(new Request("INCR", "left"), 500)));
        client.Dispose();
        await Eventually.TrueAsync("the node to have forgotten it", async () => (await Node.AskAsync("INFO", "clients")).Contains("connected_clients:1\r", StringComparison.Ordinal));
        Assert.That(await Node.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await Node.AskAsync("INCR", "left"), Does.Match("^:\\d+$"));
    }

    private static async Task<string> ListAsync(TestClient client) => (await client.CallAsync("CLIENT", "LIST")).AsString;
}
