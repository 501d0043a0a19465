using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Security;

/// <summary>A node whose users live in a file: they are its own, as in Redis.</summary>
[TestFixture]
internal sealed class AclFileTests
{
    private const string Start = "user default on nopass ~* &* +@all\nuser alice on >pass ~a* +@all -@admin\n\nuser bob off (~x +get)\n";

    private string _file = null!;
    private TestCluster _cluster = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _file = Path.GetTempFileName();
        await File.WriteAllTextAsync(_file, Start);
        _cluster = await TestCluster.FormAsync(1, "--aclfile", _file);
    }

    [TearDown]
    public void Stop()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
        File.Delete(_file);
    }

    [Test]
    public async Task Users_AreReadChangedSavedAndLoaded()
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        long index = await _cluster.IndexAsync();
        Assert.That(await admin.AskAsync("ACL", "USERS"), Is.EqualTo("[$alice, $bob, $default]"));
        Assert.That(await admin.AskAsync("ACL", "SETUSER", "carol", "on", ">c", "+ping"), Is.EqualTo("+OK"));
        Assert.That(await admin.AskAsync("ACL", "DELUSER", "bob"), Is.EqualTo(":1"));
        Assert.That(await admin.AskAsync("ACL", "SAVE"), Is.EqualTo("+OK"));
        Assert.That(await File.ReadAllTextAsync(_file), Does.Contain("user carol on #").And.Not.Contain("user bob").And.EndsWith("+@all\n"));
        Assert.That(await _cluster.IndexAsync(), Is.EqualTo(index), "nothing of it is in the log");

        using TestClient alice = await _cluster.Nodes[0].ConnectAsync(TestDoor.Plain with { Login = ["alice", "pass"] });
        await File.WriteAllTextAsync(_file, "user dave on >d +@all\n");
        Assert.That(await admin.AskAsync("ACL", "LOAD"), Is.EqualTo("+OK"));
        Assert.That(await admin.AskAsync("ACL", "USERS"), Is.EqualTo("[$dave, $default]"));
        Assert.That(await alice.IsClosedAsync());
    }

    [Test]
    public async Task ABadFile_ChangesNothing()
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        await File.WriteAllTextAsync(_file, "user eve +@nope bad +nope worse\nusr x\nuser a on\nuser a off\nuser \"x\nuser b (+get\n");
        Assert.That(await admin.AskAsync("ACL", "LOAD"), Is.EqualTo(
            $"-ERR {_file}:1: Error in applying operation '+@nope': Unknown command or category name in ACL. {_file}:1: Syntax error. "
            + $"{_file}:1: Error in applying operation '+nope': Unknown command or category name in ACL. {_file}:2 should start with user keyword followed by the username. "
            + $"WARNING: Duplicate user 'a' found on line 4. {_file}:5: unbalanced quotes in acl line. {_file}:6: Unmatched parenthesis in selector definition."
            + "WARNING: ACL errors detected, no change to the previously active ACL rules was performed"));
        Assert.That(await admin.AskAsync("ACL", "USERS"), Is.EqualTo("[$alice, $bob, $default]"));
    }

    [Test]
    public async Task AfterARestart_UsersAreThoseOfTheFile()
    {
        await _cluster.Nodes[0].AskAsync("ACL", "SETUSER", "alice", "off");
        Assert.That(await _cluster.Nodes[0].TerminateAsync(), Is.Zero);
        _cluster.Nodes[0].Start();
        await _cluster.Nodes[0].ReadyAsync();
        Assert.That(await _cluster.Nodes[0].AskAsync("ACL", "GETUSER", "alice"), Does.Contain("[$on]"));
    }
}
