using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>A node with a password: nothing without it, everything behind it, in pipelines too.</summary>
[TestFixture]
internal sealed class AuthenticationTests() : SingleNode("--requirepass", Password)
{
    private const string Password = "a long enough secret";
    private const string NoAuth = "-NOAUTH Authentication required.";
    private const string WrongPass = "-WRONGPASS invalid username-password pair or user is disabled.";

    protected override async Task InitAsync(TestCluster cluster)
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("AUTH", Password), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        await Eventually.TrueAsync("the node to lead", async () => await client.AskAsync("EXISTS", "any") == ":0");
    }

    [TestCase("GET a")]
    [TestCase("SET a 1")]
    [TestCase("PING")]
    [TestCase("ECHO x")]
    [TestCase("INFO")]
    [TestCase("CONFIG GET requirepass")]
    [TestCase("CLIENT LIST")]
    [TestCase("MULTI")]
    [TestCase("NONSENSE")]
    [TestCase("GET")]
    [TestCase("RAFT.CLUSTER INIT")]
    [TestCase("RAFT.PEER 1 x 1 1 127.0.0.1:1")]
    [TestCase("SHUTDOWN")]
    public async Task WithoutThePassword_NothingRuns(string line)
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(line.Split(' ')), Is.EqualTo(NoAuth));
    }

    [Test]
    public async Task WithoutThePassword_ExecSaysSoInItsOwnWay()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("EXEC"), Is.EqualTo("-EXECABORT Transaction discarded because of: NOAUTH Authentication required."));
    }

    [Test]
    public async Task APipeline_IsJudgedRequestByRequest()
    {
        using TestClient client = await ConnectAsync();
        Reply[] replies = await client.PipelineAsync(
            [new("SET", "p", "1"), new("AUTH", "wrong"), new("GET", "p"), new("AUTH", Password), new("SET", "p", "2"), new("GET", "p"), new("RESET"), new("GET", "p"), new("AUTH", "default", Password), new("GET", "p")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[] { NoAuth, WrongPass, NoAuth, "+OK", "+OK", "$2", "+RESET", NoAuth, "+OK", "$2" }));
    }

    [Test]
    public async Task AWrongPassword_AfterTheRightOne_TakesNothingAway()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("AUTH", Password), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("AUTH", "default", "wrong"), Is.EqualTo(WrongPass));
        Assert.That(await client.AskAsync("AUTH", "nobody", Password), Is.EqualTo(WrongPass));
        Assert.That(await client.AskAsync("AUTH", "a", "b", "c"), Is.EqualTo("-ERR syntax error"));
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
    }

    [Test]
    public async Task Hello_AuthenticatesAndGreets()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("HELLO", "3"), Does.StartWith("-NOAUTH HELLO must be called with the client already authenticated"));
        Assert.That(await client.AskAsync("HELLO", "3", "AUTH", "default", "wrong"), Is.EqualTo(WrongPass));
        Assert.That(await client.AskAsync("PING"), Is.EqualTo(NoAuth));
        Assert.That(await client.AskAsync("HELLO", "3", "AUTH", "default", Password, "SETNAME", "me"), Does.StartWith("%[$server"));
        Assert.That(await client.AskAsync("CLIENT", "GETNAME"), Is.EqualTo("$me"));
    }

    [TestCase("*11\r\n$4\r\nPING\r\n", "-ERR Protocol error: unauthenticated multibulk length")]
    [TestCase("*2\r\n$4\r\nAUTH\r\n$16385\r\n", "-ERR Protocol error: unauthenticated bulk length")]
    public async Task StrangersMaySendLittle(string input, string error)
    {
        using TestClient client = await ConnectAsync();
        await client.SendAsync(input);
        Assert.That(ReplyText.Of(await client.ReadAsync()), Is.EqualTo(error));
        Assert.That(await client.IsClosedAsync());
    }

    [Test]
    public async Task APasswordSetLater_BindsNewConnections()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("AUTH", Password), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("CONFIG", "SET", "requirepass", "another"), Is.EqualTo("+OK"));
        try
        {
            using TestClient other = await ConnectAsync();
            Assert.That(await other.AskAsync("AUTH", Password), Is.EqualTo(WrongPass));
            Assert.That(await other.AskAsync("AUTH", "another"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"), "who is in stays in");
        }
        finally
        {
            await client.AskAsync("CONFIG", "SET", "requirepass", Password);
        }
    }
}
