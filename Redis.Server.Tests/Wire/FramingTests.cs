using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>Requests in pieces, requests in masses, and requests of great size: all answered, in order.</summary>
[TestFixture]
internal sealed class FramingTests : SingleNode
{
    [TestCase("*3\r\n$3\r\nSET\r\n$5\r\nsplit\r\n$12\r\n\r\n*1\r\n$4\r\nPI\r\n", "+OK")]
    [TestCase("*1\r\n$4\r\nPING\r\n", "+PONG")]
    [TestCase("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", "$")]
    [TestCase("ECHO \"two words\"\r\n", "$two words")]
    public async Task ARequest_MayBeSplitAnywhere(string request, string reply)
    {
        using TestClient watcher = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        for (int split = 1; split < request.Length; split++)
        {
            await client.SendAsync(request[..split]);
            await Eventually.TrueAsync("the first part to arrive", async () => await BufferedAsync(watcher, client) == split);
            await client.SendAsync(request[split..]);
            Assert.That(ReplyText.Of(await client.ReadAsync()), Is.EqualTo(reply), $"split after {split} bytes");
        }
    }

    [Test]
    public async Task APipeline_MayComeInPiecesOfAnySize()
    {
        using TestClient client = await ConnectAsync();
        byte[] requests = TestClient.Encode(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? new Request("SET", "piece", $"{i}") : new Request("GET", "piece")));
        for (int size = 1; size < 300; size += size < 20 ? 1 : 61)
        {
            Task<Reply[]> reading = client.ReadAsync(200);
            for (int at = 0; at < requests.Length; at += size)
                await client.SendAsync(requests.AsMemory(at, Math.Min(size, requests.Length - at)));
            string[] replies = [.. (await reading).Select(ReplyText.Of)];
            Assert.That(replies, Is.EqualTo(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? "+OK" : $"${i - 1}")));
        }
    }

    [Test]
    public async Task ADeepPipeline_OfAllKinds_IsAnsweredInOrder()
    {
        const int Rounds = 3000;
        using TestClient client = await ConnectAsync();
        List<Request> requests = [];
        List<string> expected = [];
        void Add(string reply, params string[] words)
        {
            requests.Add(new Request(words));
            expected.Add(reply);
        }

        for (int i = 1; i <= Rounds; i++)
        {
            Add($":{i}", "INCR", "deep");
            Add($"${i}", "GET", "deep");
            Add($"${i}", "PING", $"{i}");
            Add("-ERR wrong number of arguments for 'get' command", "GET");
            Add("$deep-client", i == 1 ? ["CLIENT", "GETNAME"] : ["ECHO", "deep-client"]);
            if (i % 10 == 0)
            {
                Add("+OK", "MULTI");
                Add("+QUEUED", "GET", "deep");
                Add("+QUEUED", "SET", "deep2", $"{i}");
                Add($"[${i}, +OK]", "EXEC");
                Add($"${i}", "GET", "deep2");
            }

            if (i % 100 == 0)
                Add($"[$maxclients, $10000]", "CONFIG", "GET", "maxclients");
        }

        Assert.That(await client.AskAsync("CLIENT", "SETNAME", "deep-client"), Is.EqualTo("+OK"));
        string[] replies = [.. (await client.PipelineAsync(requests)).Select(ReplyText.Of)];
        Assert.That(replies, Is.EqualTo(expected));
    }

    [Test]
    public async Task ManyClients_EachSeeTheirOwnReplies()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            using TestClient client = await ConnectAsync();
            for (int round = 0; round < 5; round++)
            {
                Reply[] replies = await client.PipelineAsync(
                    [.. Enumerable.Range(0, 30).Select(i => i % 3 == 2 ? new Request("GET", $"mine{number}") : new Request("SET", $"mine{number}", $"{number}.{round}.{i}"))]);
                Assert.That(
                    replies.Select(ReplyText.Of),
                    Is.EqualTo(Enumerable.Range(0, 30).Select(i => i % 3 == 2 ? $"${number}.{round}.{i - 1}" : "+OK")));
            }
        }));
    }

    [Test]
    public async Task ABulkLargerThanALogSegment_IsKept()
    {
        byte[] value = new byte[20 * 1024 * 1024];
        new Random(1).NextBytes(value);
        using TestClient client = await ConnectAsync();
        Reply[] replies = await client.PipelineAsync([new Request(["SET"u8.ToArray(), "huge"u8.ToArray(), value]), new Request("STRLEN", "huge"), new Request("GET", "huge")]);
        Assert.That(ReplyText.Of(replies[0]), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(replies[1]), Is.EqualTo($":{value.Length}"));
        Assert.That(replies[2].Text.AsSpan().SequenceEqual(value));
        Assert.That(await client.AskAsync("DEL", "huge"), Is.EqualTo(":1"));
    }

    [Test]
    public async Task ThousandsOfArguments_AreOneRequest()
    {
        string[] pairs = [.. Enumerable.Range(0, 20_000).Select(i => $"many{i / 2}")];
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(["MSET", .. pairs]), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync(["EXISTS", .. pairs]), Is.EqualTo(":20000"));
        Assert.That(await client.AskAsync(["DEL", .. pairs]), Is.EqualTo(":10000"));
    }

    [Test]
    public async Task ABulkBeyondTheLimit_EndsTheConnection()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "proto-max-bulk-len", "1mb"), Is.EqualTo("+OK"));
        try
        {
            using TestClient limited = await ConnectAsync();
            Assert.That(await limited.AskAsync("SET", "limit", new string('x', 1024 * 1024)), Is.EqualTo("+OK"));
            await limited.SendAsync($"*2\r\n$4\r\nECHO\r\n${(1024 * 1024) + 1}\r\n");
            Assert.That(ReplyText.Of(await limited.ReadAsync()), Is.EqualTo("-ERR Protocol error: invalid bulk length"));
            Assert.That(await limited.IsClosedAsync());
        }
        finally
        {
            await client.AskAsync("CONFIG", "SET", "proto-max-bulk-len", "512mb");
        }
    }

    [Test]
    public async Task RequestsBeforeTheEndOfSending_AreStillAnswered()
    {
        using TestClient client = await ConnectAsync();
        await client.SendAsync(TestClient.Encode(new Request("SET", "half", "closed"), new Request("GET", "half")));
        client.EndSending();
        Assert.That((await client.ReadAsync(2)).Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "$closed" }));
        Assert.That(await client.IsClosedAsync());
    }

    /// <summary>Bytes of a client's unfinished request that the node holds.</summary>
    private static async Task<int> BufferedAsync(TestClient watcher, TestClient client)
    {
        string list = (await watcher.CallAsync("CLIENT", "LIST")).AsString;
        Match match = Regex.Match(list, $@"addr={Regex.Escape(client.Address)} .* qbuf=(\d+) ");
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : -1;
    }
}
