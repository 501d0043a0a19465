using System.Runtime.Versioning;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>docs/security.md: users, an authority by openssl, and a cluster that speaks TLS only, as they stand there.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
internal sealed class SecurityWalkTests
{
    private const string Users = "Passwords and users";
    private const string Tls = "TLS";
    private const string StepByStep = "A secure cluster, step by step";
    private const string Ready = "Ready to accept connections";

    private Page _page = null!;
    private Machines _machines = null!;

    [SetUp]
    public async Task SetUp()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Machines are made of namespaces, which Linux has.");
        if (InstalledProgram.Find("openssl") is null)
            Assert.Ignore("openssl is not installed.");
        _page = Page.Read("docs", "security.md");
        _machines = await Machines.StartAsync(3, machine => $"10.0.0.{machine}");
    }

    [TearDown]
    public void TearDown() => _machines?.Dispose();

    [Test]
    public async Task Users_AreMade()
    {
        await _machines.LeaveRunningAsync(1, new Example("redis-raft-server --dir /var/lib/redis-raft --raft.bootstrap 10.0.0.1:6379 --raft.addr 10.0.0.1:6379 --protected-mode no", ""));
        await Eventually.TrueAsync("a cluster of one", async () => (await _machines.TypeAsync(1, "redis-cli SET a 1")).StartsWith("OK", StringComparison.Ordinal));
        foreach (Example example in _page.Examples(Users))
            await _machines.FollowAsync(1, example);
    }

    [Test]
    public async Task ThreeMachines_SpeakTlsAlone()
    {
        await MakeCertificatesAsync();
        string configuration = _page.Block(StepByStep, "# redis.conf");
        foreach (int machine in (int[])[1, 2, 3])
        {
            string own = configuration.Replace("10.0.0.1", $"10.0.0.{machine}", StringComparison.Ordinal).Replace("node1", $"node{machine}", StringComparison.Ordinal);
            _machines.Write(machine, "redis.conf", own);
            await _machines.LeaveRunningAsync(machine, _page.Find(StepByStep, "redis-raft-server redis.conf"));
        }

        foreach (int machine in (int[])[1, 2, 3])
            await Eventually.TrueAsync($"node{machine} to listen", () => Task.FromResult(_machines.OutputOf(machine).Contains(Ready, StringComparison.Ordinal)));
        await FollowAsClientAsync("cli -h 10.0.0.1 RAFT.CLUSTER INIT");
        await FollowAsClientAsync("cli -h 10.0.0.2 RAFT.CLUSTER JOIN");
        await FollowAsClientAsync("cli -h 10.0.0.3 RAFT.CLUSTER JOIN");
        await FollowAsClientAsync("cli -c -h 10.0.0.1 ACL SETUSER");
        Example asUser = AsClient("cli -c -h 10.0.0.2 --user app");
        await Eventually.TrueAsync("the other nodes to know the user", async () => asUser.IsAnsweredBy((await _machines.TypeAsync(1, asUser.Command)).Split("may not be safe.\n")[^1]));
        Assert.That(await _machines.TypeAsync(1, "redis-cli -h 10.0.0.2 PING"), Does.Not.Contain("PONG"), "nothing in the clear");
        Assert.That(_page.NotFollowed(StepByStep), Is.Empty);

        // The section before has no password.
        Assert.That(await _machines.TypeAsync(1, $"{_page.Find(StepByStep, "export").Command}; {_page.Find(Tls, "redis-cli --tls").Command}"), Does.StartWith("PONG"));
        Assert.That(await _machines.TypeAsync(1, $"{_page.Find(Tls, "redis-benchmark --tls").Command} -a a-long-random-password"), Does.Contain("requests per second"));
    }

    /// <summary>On the first machine, as the document has it; then each gets its own.</summary>
    private async Task MakeCertificatesAsync()
    {
        await _machines.TypeAsync(1, _page.Block(Tls, "openssl req"));
        foreach (int machine in (int[])[1, 2, 3])
        {
            foreach (string file in (string[])["ca.crt", $"node{machine}.crt", $"node{machine}.key"])
                _machines.Carry(1, file, machine);
        }
    }

    /// <summary>A line that rests on those before it in the same terminal.</summary>
    private Example AsClient(string beginning)
    {
        string before = $"{_page.Find(StepByStep, "export").Command}\n{_page.Find(StepByStep, "cli()").Command}\n";
        Example example = _page.Find(StepByStep, beginning);
        return example with { Command = before + example.Command };
    }

    private Task FollowAsClientAsync(string beginning) => _machines.FollowAsync(1, AsClient(beginning));
}
