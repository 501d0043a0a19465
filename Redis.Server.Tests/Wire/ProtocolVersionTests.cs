using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>RESP2, RESP3, and the way between them.</summary>
[TestFixture]
internal sealed class ProtocolVersionTests : SingleNode
{
    [Test]
    public async Task Hello_GreetsInTheProtocolAskedFor()
    {
        using TestClient client = await ConnectAsync();
        Reply two = await client.CallAsync("HELLO");
        Assert.That(two.Kind, Is.EqualTo('*'));
        Assert.That(two.Elements, Has.Length.EqualTo(14));
        Reply three = await client.CallAsync("HELLO", "3");
        Assert.That(three.Kind, Is.EqualTo('%'));
        Assert.That(three.Elements.Where((_, i) => i % 2 == 0).Select(key => key.AsString), Is.EqualTo(new[] { "server", "version", "proto", "id", "mode", "role", "modules" }));
        Assert.That(ReplyText.Of(three), Does.StartWith("%[$server, $redis, $version, $7.").And.Contain("$proto, :3"));
        Assert.That(ReplyText.Of(await client.CallAsync("HELLO", "2")), Does.Contain("$proto, :2"));
    }

    [TestCase("HELLO 4", "-NOPROTO unsupported protocol version")]
    [TestCase("HELLO 1", "-NOPROTO unsupported protocol version")]
    [TestCase("HELLO x", "-ERR Protocol version is not an integer or out of range")]
    [TestCase("HELLO 3 NONSENSE", "-ERR Syntax error in HELLO option 'NONSENSE'")]
    [TestCase("HELLO 3 SETNAME", "-ERR Syntax error in HELLO option 'SETNAME'")]
    [TestCase("HELLO 3 AUTH nobody wrong", "-WRONGPASS invalid username-password pair or user is disabled.")]
    public async Task Hello_RefusesWhatIsWrong_AndChangesNothing(string line, string error)
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(line.Split(' ')), Is.EqualTo(error));
        Assert.That(ReplyText.Of(await client.CallAsync("HELLO")), Does.StartWith("[$server"));
        Assert.That(await client.AskAsync("CLIENT", "GETNAME"), Is.EqualTo("(nil)"));
    }

    [Test]
    public async Task Hello_NamesTheConnection()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("HELLO", "3", "SETNAME", "me"), Does.StartWith("%["));
        Assert.That(await client.AskAsync("CLIENT", "GETNAME"), Is.EqualTo("$me"));
    }

    [Test]
    public async Task RepliesTakeTheShapeOfTheProtocol()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("HSET", "hash", "f", "v");
        await client.CallAsync("SADD", "set", "m");
        await client.CallAsync("ZADD", "zset", "1.5", "m");
        (string[] Words, string Two, string Three)[] shapes =
        [
            (["GET", "none"], "$-1\r\n", "_\r\n"),
            (["LPOP", "none", "1"], "*-1\r\n", "_\r\n"),
            (["HGETALL", "hash"], "*2\r\n$1\r\nf\r\n$1\r\nv\r\n", "%1\r\n$1\r\nf\r\n$1\r\nv\r\n"),
            (["SMEMBERS", "set"], "*1\r\n$1\r\nm\r\n", "~1\r\n$1\r\nm\r\n"),
            (["ZSCORE", "zset", "m"], "$3\r\n1.5\r\n", ",1.5\r\n"),
            (["ZRANGE", "zset", "0", "-1", "WITHSCORES"], "*2\r\n$1\r\nm\r\n$3\r\n1.5\r\n", "*1\r\n*2\r\n$1\r\nm\r\n,1.5\r\n"),
            (["CONFIG", "GET", "databases"], "*2\r\n$9\r\ndatabases\r\n$1\r\n1\r\n", "%1\r\n$9\r\ndatabases\r\n$1\r\n1\r\n"),
        ];
        foreach ((string[] words, string two, _) in shapes)
            Assert.That(Raw(await client.CallAsync(words)), Is.EqualTo(two), string.Join(' ', words));
        await client.CallAsync("HELLO", "3");
        foreach ((string[] words, _, string three) in shapes)
            Assert.That(Raw(await client.CallAsync(words)), Is.EqualTo(three), string.Join(' ', words));
        Assert.That((await client.CallAsync("INFO", "raft")).Kind, Is.EqualTo('='));
        Assert.That(await client.AskAsync("RESET"), Is.EqualTo("+RESET"));
        Assert.That(Raw(await client.CallAsync("GET", "none")), Is.EqualTo("$-1\r\n"), "RESET goes back to RESP2");
    }

    [Test]
    public async Task InAPipeline_TheProtocolChangesWhereHelloStands()
    {
        using TestClient client = await ConnectAsync();
        Reply[] replies = await client.PipelineAsync(
            [new("GET", "none"), new("HELLO", "3"), new("GET", "none"), new("SET", "p", "1"), new("HELLO", "2"), new("GET", "none"), new("MULTI"), new("GET", "none"), new("HELLO", "3"), new("GET", "none"), new("EXEC"), new("GET", "none")]);
        Assert.That(replies.Select(reply => reply.IsNull ? Raw(reply) : $"{reply.Kind}"), Is.EqualTo(new[] { "$-1\r\n", "%", "_\r\n", "+", "*", "$-1\r\n", "+", "+", "+", "+", "*", "_\r\n" }));
    }

    private static string Raw(Reply reply) => System.Text.Encoding.Latin1.GetString(reply.Raw);
}
