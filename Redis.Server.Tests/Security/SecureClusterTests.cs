using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Security;

/// <summary>
/// Three nodes without a plain port: TLS with certificates both ways between them and for clients, a password for everybody, a
/// user of their own for the nodes.
/// </summary>
[TestFixture]
internal sealed class SecureClusterTests
{
    private const string ClusterUser = "nodes";
    private const string ClusterPassword = "between us";

    private readonly TestAuthority _authority = new("ours");
    private readonly TestAuthority _foreign = new("theirs");
    private TestCluster _cluster = null!;
    private TestDoor _admin = null!;

    private string[] Options =>
    [
        .. _authority.ServerOptions("node"), "--tls-cluster", "yes", "--requirepass", "admin's secret",
        "--user", ClusterUser, "on", $"#{Server.Security.AclPassword.Hash(System.Text.Encoding.UTF8.GetBytes(ClusterPassword))}", "-@all", "+raft.peer", "+raft.node", "+raft.nodeshutdown",
        "--raft.cluster-user", ClusterUser, "--raft.cluster-password", ClusterPassword,
    ];

    [SetUp]
    public async Task StartAsync()
    {
        _admin = new TestDoor(_authority, _authority.Issue("admin"), "admin's secret");
        _cluster = new TestCluster(Options) { Door = _admin };
        await _cluster.AddAsync(3);
        await _cluster.FormAsync();
    }

    [TearDown]
    public void Stop()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
    }

    [OneTimeTearDown]
    public void Forget()
    {
        _authority.Dispose();
        _foreign.Dispose();
    }

    [Test]
    public async Task Users_AreTheSameEverywhere_AlsoAfterTheLeadersDeathAndFromASnapshot()
    {
        TestNode leader = await _cluster.LeaderAsync();
        Assert.That(await leader.AskAsync("ACL", "SETUSER", "app", "on", ">app", "~app:*", "+@string", "(~log:* +rpush)"), Is.EqualTo("+OK"));
        Assert.That(await leader.AskAsync("ACL", "SETUSER", "gone", "on"), Is.EqualTo("+OK"));
        Assert.That(await leader.AskAsync("ACL", "DELUSER", "gone"), Is.EqualTo(":1"));
        TestDoor app = _admin with { Login = ["app", "app"] };
        using (TestClient client = await leader.ConnectAsync(app))
        {
            Assert.That(await client.AskAsync("SET", "app:1", "before"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("SET", "b", "before"), Does.StartWith("-NOPERM"));
        }

        await _cluster.SettledAsync();
        leader.Process.Kill();
        TestNode next = await _cluster.LeaderAsync();
        using (TestClient client = await next.ConnectAsync(app))
        {
            Assert.That(await client.AskAsync("GET", "app:1"), Is.EqualTo("$before"));
            Assert.That(await client.AskAsync("RPUSH", "log:1", "after"), Is.EqualTo(":1"));
            Assert.That(await client.AskAsync("RPUSH", "app:l", "after"), Does.StartWith("-NOPERM"));
        }

        // One that comes back gets the users from a snapshot, another from the log.
        Assert.That(await next.AskAsync("RAFT.DEBUG", "COMPACT"), Does.StartWith("+OK"));
        leader.Start();
        await leader.ReadyAsync();
        TestNode fourth = await _cluster.AddAsync();
        Assert.That(await fourth.AskAsync("RAFT.CLUSTER", "JOIN", next.Address), Is.EqualTo("+OK"));
        await _cluster.SettledAsync();
        string[] lists = await Task.WhenAll(_cluster.Nodes.Select(node => node.AskAsync("ACL", "LIST")));
        Assert.That(lists, Is.All.EqualTo(lists[0]));
        Assert.That(lists[0], Does.Contain("user app on #").And.Not.Contain("user gone"));
    }

    [Test]
    public async Task APeer_HasToProveItself()
    {
        TestNode node = await _cluster.LeaderAsync();
        RaftInfo info = await node.InfoAsync();
        string[] introduction = ["RAFT.PEER", "3", info.Field("raft_dbid"), "2", $"{info.NodeId}", "127.0.0.1:1"];

        using (TestClient stranger = await node.ConnectAsync(_admin with { Login = [] }))
            Assert.That(await stranger.AskAsync(introduction), Is.EqualTo("-NOAUTH Authentication required."));
        Assert.That(await node.AskAsync("ACL", "SETUSER", "app", "on", ">app", "~*", "+@all", "-raft.peer"), Is.EqualTo("+OK"));
        using (TestClient app = await node.ConnectAsync(_admin with { Login = ["app", "app"] }))
            Assert.That(await app.AskAsync(introduction), Is.EqualTo("-NOPERM this user has no permissions to run the 'raft.peer' command"));
        Assert.That(
            async () => await node.ConnectAsync(_admin with { Certificate = _foreign.Issue("node") }),
            Throws.InstanceOf<IOException>().Or.InstanceOf<System.Security.Authentication.AuthenticationException>());
        Assert.That(await node.AskAsync("ACL", "DELUSER", "app", ClusterUser), Does.StartWith("-ERR nodes of this cluster log in as 'nodes' and could not any more"));
        Assert.That(await node.AskAsync("ACL", "SETUSER", ClusterUser, "-raft.peer"), Does.StartWith("-ERR nodes of this cluster"));
        Assert.That(await node.AskAsync("ACL", "SETUSER", ClusterUser, "resetpass", ">new"), Does.StartWith("-ERR nodes of this cluster"));
        Assert.That(await node.AskAsync("ACL", "SETUSER", ClusterUser, ">new"), Is.EqualTo("+OK"));
        using TestClient plain = await TestClient.ConnectAsync(node.Port);
        await plain.SendAsync(TestClient.Encode(new Request(introduction)));
        Assert.That(await plain.IsClosedAsync());
    }

    [Test]
    public async Task Status_ShowsASecureCluster_ToWhoeverHasCredentials()
    {
        string leader = (await _cluster.LeaderAsync()).Address;
        (string cert, string key) = _authority.IssueFiles("operator");
        string[] certificate = ["--tls", "--cacert", _authority.CaFile, "--cert", cert, "--key", key];
        (int code, string text) = Status([leader, .. certificate, "--password", "admin's secret"]);
        Assert.That((code, text.Split('\n').Count(line => line.Contains(" yes ", StringComparison.Ordinal))), Is.EqualTo((ExitCode.Success, 3)), text);
        Assert.That(Status([leader, .. certificate, "--user", "default", "--password", "admin's secret", "--json"]).Code, Is.EqualTo(ExitCode.Success));

        (string foreignCert, string foreignKey) = _foreign.IssueFiles("operator");
        string[][] refused =
        [
            [leader, .. certificate],
            [leader, .. certificate, "--password", "wrong"],
            [leader, "--password", "admin's secret"],
            [leader, "--tls", "--cacert", _authority.CaFile, "--password", "admin's secret"],
            [leader, "--tls", "--cacert", _foreign.CaFile, "--cert", cert, "--key", key, "--password", "admin's secret"],
            [leader, "--tls", "--cacert", _authority.CaFile, "--cert", foreignCert, "--key", foreignKey, "--password", "admin's secret"],
        ];
        foreach (string[] arguments in refused)
            Assert.That(Status(arguments), Is.EqualTo((ExitCode.CommandFailed, $"{leader} does not answer, or wants other credentials")), string.Join(' ', arguments));

        static (int Code, string Text) Status(string[] arguments)
        {
            using StringWriter output = new();
            return (ClusterStatus.Run(arguments, output), output.ToString().Trim());
        }
    }

    [Test]
    public async Task ADeletedUser_IsGoneInTheMiddleOfItsConversation_OnEveryNode()
    {
        TestNode leader = await _cluster.LeaderAsync();
        TestNode follower = await _cluster.FollowerAsync();
        Assert.That(await leader.AskAsync("ACL", "SETUSER", "app", "on", ">app", "~*", "&*", "+@all"), Is.EqualTo("+OK"));
        await _cluster.SettledAsync();
        TestDoor app = _admin with { Login = ["app", "app"] };
        using TestClient onLeader = await leader.ConnectAsync(app);
        using TestClient onFollower = await follower.ConnectAsync(app);
        Assert.That(await onLeader.AskAsync("SUBSCRIBE", "c"), Is.EqualTo("[$subscribe, $c, :1]"));
        Assert.That(await onFollower.AskAsync("ACL", "WHOAMI"), Is.EqualTo("$app"));
        Assert.That(await leader.AskAsync("ACL", "DELUSER", "app"), Is.EqualTo(":1"));
        Assert.That(await onLeader.IsClosedAsync() && await onFollower.IsClosedAsync());
        Assert.That(async () => await leader.ConnectAsync(app), Throws.InstanceOf<IOException>().With.Message.Contains("WRONGPASS"));
    }

    [Test]
    public async Task ANodeWithoutCredentials_OrOfAnotherAuthority_DoesNotJoin()
    {
        string leader = (await _cluster.LeaderAsync()).Address;
        TestNode unknown = await _cluster.AddAsync("--raft.join-timeout", "300", "--raft.cluster-password", "wrong");
        Assert.That(await unknown.AskAsync("RAFT.CLUSTER", "JOIN", leader), Does.StartWith("-ERR failed to connect to cluster for join").And.Contain("WRONGPASS"));
        TestDoor itsDoor = new(_foreign, _foreign.Issue("client"), "admin's secret");
        TestNode foreign = (await _cluster.AddAsync(1, itsDoor, ["--raft.join-timeout", "300", .. _foreign.ServerOptions("node")]))[0];
        Assert.That(await foreign.AskAsync("RAFT.CLUSTER", "JOIN", leader), Does.StartWith("-ERR failed to connect to cluster for join").And.Contain("TLS handshake"));
    }
}
