using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>WATCH over the wire: what makes EXEC give up, what does not, and what ends a watch.</summary>
[TestFixture]
internal sealed class WatchTests : SingleNode
{
    private const string Aborted = "(nil)";

    [TestCase("SET w other", true)]
    [TestCase("SET v other", false)]
    [TestCase("GET w", false)]
    [TestCase("DEL w", true)]
    [TestCase("DEL absent", false)]
    [TestCase("SET absent x", true)]
    [TestCase("APPEND w x", true)]
    [TestCase("EXPIRE w 100", true)]
    [TestCase("PERSIST w", false)]
    [TestCase("RENAME v w", true)]
    [TestCase("RENAME w v", true)]
    [TestCase("SETNX w x", false)]
    [TestCase("FLUSHALL", true)]
    [TestCase("LPUSH w x", false)]
    [TestCase("SORT list STORE w", true)]
    [TestCase("COPY v absent", true)]
    [TestCase("BITOP NOT w v", true)]
    public async Task AChangeByAnother_DecidesExec(string line, bool aborts)
    {
        using TestClient mine = await ConnectAsync(), other = await ConnectAsync();
        foreach (string setup in new[] { "DEL absent list", "SET w 1", "SET v 2", "RPUSH list 3 1 2" })
            await mine.CallAsync(setup.Split(' '));
        Assert.That(await mine.AskAsync("WATCH", "w", "absent", "w"), Is.EqualTo("+OK"));
        await other.CallAsync(line.Split(' '));
        Assert.That(await ExecAsync(mine, "SET mine x"), Is.EqualTo(aborts ? Aborted : "[+OK]"));
        Assert.That(await ExecAsync(mine, "GET v"), Is.Not.EqualTo(Aborted), "EXEC has ended the watch");
    }

    [Test]
    public async Task ReadsAloneAndNothing_AreDecidedToo()
    {
        using TestClient mine = await ConnectAsync(), other = await ConnectAsync();
        foreach (string queued in new[] { "GET w", "PING", "" })
        {
            await mine.CallAsync("WATCH", "w");
            await other.CallAsync("INCR", "w");
            Assert.That(await ExecAsync(mine, queued), Is.EqualTo(Aborted), queued);
            await mine.CallAsync("WATCH", "w");
            Assert.That(await ExecAsync(mine, queued), Is.Not.EqualTo(Aborted), queued);
        }

        await mine.CallAsync("HELLO", "3");
        await mine.CallAsync("WATCH", "w");
        await other.CallAsync("INCR", "w");
        await mine.CallAsync("MULTI");
        await mine.CallAsync("INCR", "w");
        Assert.That((await mine.CallAsync("EXEC")).Kind, Is.EqualTo('_'));
    }

    [Test]
    public async Task WhatEndsAWatch()
    {
        using TestClient mine = await ConnectAsync(), other = await ConnectAsync();
        foreach (string[] end in new[] { new[] { "UNWATCH" }, ["MULTI", "DISCARD"], ["RESET"], ["MULTI", "NOSUCH", "EXEC"], ["MULTI", "EXEC"] })
        {
            await mine.CallAsync("WATCH", "w");
            foreach (string word in end)
                await mine.CallAsync(word);
            await other.CallAsync("INCR", "w");
            Assert.That(await ExecAsync(mine, "GET v"), Is.Not.EqualTo(Aborted), string.Join(' ', end));
        }
    }

    [Test]
    public async Task Errors()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("WATCH"), Is.EqualTo("-ERR wrong number of arguments for 'watch' command"));
        Assert.That(await client.AskAsync("UNWATCH"), Is.EqualTo("+OK"));
        await client.CallAsync("MULTI");
        Assert.That(await client.AskAsync("WATCH", "w"), Is.EqualTo("-ERR WATCH inside MULTI is not allowed"));
        Assert.That(await client.AskAsync("UNWATCH"), Is.EqualTo("+QUEUED"));
        Assert.That(await client.AskAsync("EXEC"), Is.EqualTo("[+OK]"));
        await client.CallAsync("MULTI");
        Assert.That(await client.AskAsync("EXEC", "x"), Is.EqualTo("-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"));
        Assert.That(await client.AskAsync("EXEC"), Is.EqualTo("-ERR EXEC without MULTI"));
        await client.CallAsync("MULTI");
        Assert.That(await client.AskAsync("RESET"), Is.EqualTo("+RESET"));
        Assert.That(await client.AskAsync("DISCARD"), Is.EqualTo("-ERR DISCARD without MULTI"));
    }

    [Test]
    public async Task AKeyThatExpires_AbortsExec_AndOneThatHadExpired_DoesNot()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "w", "x", "PX", "30");
        await client.CallAsync("WATCH", "w");
        await PassAsync(await client.CallAsync("PEXPIRETIME", "w"));
        Assert.That(await ExecAsync(client, "SET v 1"), Is.EqualTo(Aborted));
        await client.CallAsync("SET", "w", "x", "PX", "1");
        await PassAsync(await client.CallAsync("PEXPIRETIME", "w"));
        await client.CallAsync("WATCH", "w");
        Assert.That(await client.AskAsync("DEL", "w"), Is.EqualTo(":0"));
        Assert.That(await ExecAsync(client, "SET v 1"), Is.EqualTo("[+OK]"));
    }

    /// <summary>Optimistic increments, each in one batch that another client's may cross anywhere: none is lost.</summary>
    [Test]
    public async Task Increments_AreNotLost()
    {
        const int Clients = 8, Each = 60;
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "counter", "0");
        int conflicts = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using TestClient mine = await ConnectAsync();
            for (int done = 0; done < Each;)
            {
                Reply[] read = await mine.PipelineAsync([new("WATCH", "counter"), new("GET", "counter")]);
                int next = int.Parse(read[1].AsString, System.Globalization.CultureInfo.InvariantCulture) + 1;
                Reply[] written = await mine.PipelineAsync([new("MULTI"), new("SET", "counter", $"{next}"), new("EXEC")]);
                if (written[2].IsNull)
                    Interlocked.Increment(ref conflicts);
                else
                    done++;
            }
        }));
        Assert.That(await client.AskAsync("GET", "counter"), Is.EqualTo($"${Clients * Each}"));
        Assert.That(conflicts, Is.GreaterThan(0), "the clients never met");
    }

    [Test]
    public async Task OneBatch_WithItsOwnWriteBehindTheWatch_GivesUp()
    {
        using TestClient client = await ConnectAsync();
        Reply[] replies = await client.PipelineAsync(
            [new("SET", "w", "1"), new("WATCH", "w"), new("GET", "w"), new("MULTI"), new("INCR", "w"), new("EXEC"), new("GET", "w")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "+OK", "$1", "+OK", "+QUEUED", "[:2]", "$2" }));
        replies = await client.PipelineAsync(
            [new("WATCH", "w"), new("SET", "w", "7"), new("MULTI"), new("INCR", "w"), new("EXEC"), new("GET", "w")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "+OK", "+OK", "+QUEUED", Aborted, "$7" }));
    }

    /// <summary>A waiting BLMOVE that somebody's push lets through changes a key that the push does not name.</summary>
    [Test]
    public async Task AMoveThatWaited_IsAChangeOfItsDestination()
    {
        using TestClient mine = await ConnectAsync(), other = await ConnectAsync(), mover = await ConnectAsync();
        await mine.CallAsync("DEL", "from", "to");
        await mover.SendAsync(TestClient.Encode(new Request("BLMOVE", "from", "to", "LEFT", "RIGHT", "0")));
        await Eventually.TrueAsync("the move to wait", async () => (await other.CallAsync("INFO", "clients")).AsString.Contains("blocked_clients:1", StringComparison.Ordinal));
        await mine.CallAsync("WATCH", "to");
        Assert.That(await mine.AskAsync("RPUSH", "from", "x"), Is.EqualTo(":1"));
        Assert.That(await ExecAsync(mine, "LLEN to"), Is.EqualTo(Aborted));
        Assert.That(ReplyText.Of(await mover.ReadAsync()), Is.EqualTo("$x"));
    }

    private static async Task<string> ExecAsync(TestClient client, string queued)
    {
        await client.CallAsync("MULTI");
        if (queued.Length > 0)
            await client.CallAsync(queued.Split(' '));
        return await client.AskAsync("EXEC");
    }

    private static Task PassAsync(Reply expiry) => Eventually.TrueAsync("the time to pass", () =>
        Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > long.Parse(expiry.AsString, System.Globalization.CultureInfo.InvariantCulture)));
}
