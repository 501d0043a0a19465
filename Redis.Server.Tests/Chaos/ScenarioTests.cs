using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Redis.Server.Operations;
using Redis.Server.Tests.Chaos.Faults;
using Redis.Server.Tests.Chaos.Workloads;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Chaos;

/// <summary>
/// Every class of fault that Jepsen reported for RedisRaft (Kingsbury, 2020) by its name, and what else a cluster has to survive. Clients
/// work all the time, and their histories are checked at the end of each. The scenarios share a cluster, which each leaves as it
/// was; after a failure the next one gets a new one.
/// </summary>
[TestFixture]
internal sealed class ScenarioTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private ChaosCluster? _cluster;
    private Tally _tally = null!;
    private bool _clocksAgree = true;

    private ChaosCluster Cluster => _cluster!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster ??= await ChaosCluster.FormAsync(
            3, hasDisks: true, "--raft.log-max-file-size", "400000", "--raft.log-max-cache-size", "100000", "--raft.snapshot-req-max-size", "16384");
        _tally = new Tally();
    }

    [TearDown]
    public void TearDown()
    {
        Cluster.ReportIfFailed();
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed || !_clocksAgree)
            Stop(); // also because the cluster's time stays ahead for a while
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _cluster?.Dispose();
        (_cluster, _clocksAgree) = (null, true);
    }

    [Test]
    public Task StaleReads_InAHealthyCluster() => PlayAsync(_ => ProgressAsync(600));

    [Test]
    public Task StaleReads_AfterAPartition() => PlayAsync(async site =>
    {
        ChaosNode old = await WriteAtLeaderAsync("before");
        site.Network.Split([old.Number], OthersThan(old));
        ChaosNode other = Cluster.Members.First(node => node != old);
        Assert.That(await other.TryAskAsync(Patience, "RAFT.TIMEOUT_NOW"), Is.EqualTo("+OK")); // at once: the old leader still believes that it leads
        ChaosNode successor = await SuccessorAsync(old);
        Assert.That(await successor.TryAskAsync(Patience, "SET", "probe", "after"), Is.EqualTo("+OK"));
        Assert.That(await old.TryAskAsync(Patience, "GET", "probe"), Is.Not.EqualTo("$before"), "the old leader must not answer from what it has");
        await ProgressAsync(50);
        site.Network.Heal();
        await ProgressAsync(50);
    });

    [Test]
    public Task StaleReads_AfterAPause() => PlayAsync(async site =>
    {
        ChaosNode old = await WriteAtLeaderAsync("before");
        using TestClient client = await old.Server.ConnectAsync();
        Assert.That(await client.AskAsync("GET", "probe"), Is.EqualTo("$before"));
        old.Pause();
        ChaosNode successor = await SuccessorAsync(old);
        Assert.That(await successor.TryAskAsync(Patience, "SET", "probe", "after"), Is.EqualTo("+OK"));
        await client.SendAsync("GET probe\r\n"); // after that was acknowledged, and there before the node hears anything else when it wakes
        old.Resume();
        Assert.That(ReplyText.Of(await client.ReadAsync()), Is.Not.EqualTo("$before"), "it led when it was stopped, and does no more");
        await ProgressAsync(50);
    });

    [Test]
    public Task AbortedReads() => PlayAsync(async site =>
    {
        ChaosNode old = await Cluster.LeaderAsync();
        using TestClient lost = await old.Server.ConnectAsync();
        site.Network.Split([old.Number], OthersThan(old));
        await lost.SendAsync("MULTI\r\nRPUSH aborted lost\r\nEXEC\r\n"); // in the log of a leader whom nobody follows any more
        ChaosNode successor = await SuccessorAsync(old);
        using TestClient first = await successor.Server.ConnectAsync();
        using TestClient second = await successor.Server.ConnectAsync();
        Assert.That(await first.AskAsync("WATCH", "watched"), Is.EqualTo("+OK"));
        Assert.That(await second.AskAsync("SET", "watched", "1"), Is.EqualTo("+OK"));
        Assert.That(await ExecuteAsync(first, "watched away"), Is.EqualTo("(nil)"));
        await second.AskAsync("MULTI");
        await second.AskAsync("RPUSH", "aborted", "refused");
        Assert.That(await second.AskAsync("NOSUCHCOMMAND"), Does.StartWith("-ERR unknown command"));
        Assert.That(await second.AskAsync("EXEC"), Does.StartWith("-EXECABORT"));
        Assert.That(await ExecuteAsync(second, "done"), Is.EqualTo("[:1]"));
        site.Network.Heal();
        await ProgressAsync(50);
        await Cluster.SettledAsync();
        Assert.That(await (await Cluster.LeaderAsync()).Server.AskAsync("LRANGE", "aborted", "0", "-1"), Is.EqualTo("[$done]"));
        Assert.That(await (await Cluster.LeaderAsync()).Server.AskAsync("DEL", "aborted"), Is.EqualTo(":1"));
    });

    [Test]
    public Task LostUpdates_BySplitBrainOnMembershipChange() => PlayAsync(async site =>
    {
        ChaosNode old = await Cluster.LeaderAsync();
        int[] others = OthersThan(old);
        RaftInfo? victim = await Cluster.Members.First(node => node.Number == others[0]).TryInfoAsync();
        site.Network.Split([old.Number], others);
        Task<string> removal = old.TryAskAsync(Patience, "RAFT.NODE", "REMOVE", $"{victim!.NodeId}"); // so that it would be half of what it knows
        await SuccessorAsync(old);
        ChaosNode added = await JoinAsync();
        await ProgressAsync(100);
        Assert.That(await removal, Is.Not.EqualTo("+OK"), "a minority must not change the members");
        site.Network.Heal();
        await ProgressAsync(50);
        await LeaveAsync(added);
    });

    [Test]
    public Task RepliesToTheWrongClient() => PlayAsync(async site =>
    {
        await SetAsync("raft.follower-proxy", _ => "yes");
        for (int i = 0; i < 10; i++)
        {
            site.Network.Reset(site.AnyMember().Number, i % 2 == 0 ? FaultyNetwork.Clients : site.AnyMember().Number);
            await ProgressAsync(20);
        }

        ChaosNode leader = await Cluster.LeaderAsync();
        leader.Kill();
        await SuccessorAsync(leader);
        await ProgressAsync(50);
        await leader.StartAsync();
        await ProgressAsync(50);
        await SetAsync("raft.follower-proxy", node => node.Number % 2 == 0 ? "yes" : "no");
    });

    [Test]
    public Task TotalDataLoss_OnFailover() => PlayAsync(async site =>
    {
        await ProgressAsync(100);
        await Task.WhenAll(Cluster.Members.Select(node => node.TryAskAsync(Patience, "BGSAVE")));
        ChaosNode leader = await Cluster.LeaderAsync();
        leader.Kill();
        await SuccessorAsync(leader);
        await ProgressAsync(50);
        foreach (ChaosNode node in Cluster.Members.Where(node => node.IsUp))
            node.Kill();
        await Task.WhenAll(Cluster.Members.Select(node => node.StartAsync()));
        await ProgressAsync(50);
    });

    [Test]
    public Task CrashLoops_AfterASnapshot() => PlayAsync(async site =>
    {
        foreach (ChaosNode node in Cluster.Members)
        {
            await ProgressAsync(50);
            await node.TryAskAsync(Patience, "BGSAVE");
            await Task.Delay(site.Random.Next(30));
            node.Kill(); // while it writes the snapshot, or just after
            await node.StartAsync();
        }

        await ProgressAsync(50);
    });

    [Test]
    public Task CrashLoops_AfterAJoin() => PlayAsync(async site =>
    {
        ChaosNode added = Cluster.NewNode();
        await added.StartAsync();
        Task<string> joining = added.TryAskAsync(Patience, ["RAFT.CLUSTER", "JOIN", .. Cluster.Members.Select(member => member.Proxy.Address)]);
        await Task.Delay(site.Random.Next(40)); // anywhere in the middle
        added.Kill();
        await joining;
        await added.StartAsync();
        await Cluster.JoinAsync(added);
        for (int i = 0; i < 2; i++)
        {
            added.Kill();
            await added.StartAsync();
        }

        await ProgressAsync(50);
        await LeaveAsync(added);
    });

    [Test]
    public Task Unavailability_AfterARemovedNode() => PlayAsync(async site =>
    {
        await JoinAsync();
        ChaosNode leader = await Cluster.LeaderAsync();
        ChaosNode dead = Cluster.Members.First(node => node != leader);
        long id = (await dead.Server.InfoAsync()).NodeId;
        dead.Kill();
        await Cluster.RemoveDeadAsync(dead, id);
        await ProgressAsync(100);
        await LeaveAsync(await Cluster.LeaderAsync());
        await ProgressAsync(100);
        await JoinAsync();
        await ProgressAsync(100);
    });

    [Test]
    public Task LinksThatWorkOneWay() => PlayAsync(async site =>
    {
        ChaosNode mute = await Cluster.LeaderAsync();
        Array.ForEach(OthersThan(mute), other => site.Network.Hold(mute.Number, other));
        await SuccessorAsync(mute);
        await ProgressAsync(50);
        site.Network.Heal();
        await Cluster.SettledAsync();
        ChaosNode deaf = await Cluster.LeaderAsync();
        Array.ForEach(OthersThan(deaf), other => site.Network.Hold(other, deaf.Number));
        await SuccessorAsync(deaf);
        await ProgressAsync(50);
    });

    [Test]
    public Task ClocksThatAreSet() => PlayAsync(
        async site =>
        {
            ChaosNode fast = await Cluster.LeaderAsync();
            await MachineFaults.SetClockAsync(site, fast, 10_000);
            await ProgressAsync(100);
            fast.Kill();
            ChaosNode slow = await SuccessorAsync(fast);
            await MachineFaults.SetClockAsync(site, slow, -3_600_000);
            await ProgressAsync(50);
            using (TestClient client = await slow.Server.ConnectAsync())
                Assert.That(await client.AskAsync("BLPOP", "nothing", "0.3"), Is.EqualTo("(nil)").Or.StartsWith("-"), "time goes on");
            await fast.StartAsync();
            await MachineFaults.SetClockAsync(site, slow, 0);
            await ProgressAsync(50);
        },
        clocksAgree: false);

    [Test]
    public async Task AFullDisk()
    {
        await PlayAsync(async site =>
        {
            ChaosNode leader = await Cluster.LeaderAsync();
            if (leader.DiskPath is null)
                return;
            await MachineFaults.FillDiskAsync(site, leader);
            await ProgressAsync(50);
        });
        if (Cluster.Members[0].DiskPath is null)
            Assert.Ignore("A small file system could not be mounted, which takes root.");
    }

    [Test]
    public Task ARollingRestart() => PlayAsync(Fault.All.Single(fault => fault.Name == "rolling restart").RunAsync);

    /// <summary>Runs clients during a scenario and checks what they saw.</summary>
    private async Task PlayAsync(Func<FaultSite, Task> scenario, bool clocksAgree = true)
    {
        _clocksAgree = clocksAgree;
        string name = TestContext.CurrentContext.Test.MethodName!;
        ChaosRound round = new(Cluster, seed: 7, name, _tally, clocksAgree);
        FaultSite site = new(Cluster, new Random(7), round.Journal, TimeSpan.FromMilliseconds(500));
        IReadOnlyList<Anomaly> found = await round.RunAsync(() => scenario(site));
        Assert.That(found, Is.Empty, $"The history is in {round.SavedAs}");
        TestContext.Out.WriteLine($"{_tally.Of(Fate.Done)} operations done, {_tally.Of(Fate.Failed)} refused, {_tally.Of(Fate.Unknown)} of unknown fate");
    }

    /// <summary>Waits until clients have got so much more done.</summary>
    private Task ProgressAsync(int operations)
    {
        long goal = _tally.Of(Fate.Done) + operations;
        return Eventually.TrueAsync($"{operations} more operations to be done", () => Task.FromResult(_tally.Of(Fate.Done) >= goal));
    }

    private int[] OthersThan(ChaosNode node) => [.. Cluster.Members.Select(member => member.Number).Where(number => number != node.Number)];

    private async Task<ChaosNode> WriteAtLeaderAsync(string value)
    {
        ChaosNode leader = await Cluster.LeaderAsync();
        Assert.That(await leader.TryAskAsync(Patience, "SET", "probe", value), Is.EqualTo("+OK"));
        return leader;
    }

    /// <summary>The next leader, once it takes requests.</summary>
    private Task<ChaosNode> SuccessorAsync(ChaosNode old) => Eventually.GetAsync($"a successor of node {old.Number}", async () =>
        await Cluster.FindLeaderAsync() is { } leader && leader != old && await leader.TryAskAsync(Patience, "EXISTS", "any") is [':', ..] ? leader : null);

    private async Task<ChaosNode> JoinAsync()
    {
        ChaosNode node = Cluster.NewNode();
        await node.StartAsync();
        await Cluster.JoinAsync(node);
        return node;
    }

    private Task LeaveAsync(ChaosNode node) => FaultSite.AloneAsync(node, () => Cluster.RemoveAsync(node));

    private async Task SetAsync(string option, Func<ChaosNode, string> value)
    {
        foreach (ChaosNode node in Cluster.Members)
            Assert.That(await node.TryAskAsync(Patience, "CONFIG", "SET", option, value(node)), Is.EqualTo("+OK"));
    }

    private static async Task<string> ExecuteAsync(TestClient client, string value)
    {
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RPUSH", "aborted", value), Is.EqualTo("+QUEUED"));
        return await client.AskAsync("EXEC");
    }
}
