using NUnit.Framework;
using Raft.Storage;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>raft.bootstrap: nodes started alike become one cluster, and never two.</summary>
[TestFixture]
internal sealed class BootstrapTests
{
    private string _root = null!;
    private TestNode[] _nodes = null!;

    private string List => string.Join(',', _nodes.Select(node => node.Address));

    [SetUp]
    public void SetUp()
    {
        _root = Directory.CreateTempSubdirectory("redis-raft").FullName;
        _nodes = [.. Enumerable.Range(1, 3).Select(number => new TestNode(Path.Combine(_root, $"node{number}")))];
    }

    [TearDown]
    public void TearDown()
    {
        foreach (TestNode node in _nodes)
        {
            if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
                TestContext.Out.WriteLine($"--- {node.Address}\n{node.Output}");
            node.Dispose();
        }

        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task TheLastOneOfTheList_IsWaitedFor_HoweverOftenOthersStartAnew()
    {
        Start(_nodes[1]);
        await SaysAsync(_nodes[1], "begins a cluster when all of them wait");
        Assert.That(await _nodes[1].AskAsync("GET", "a"), Is.EqualTo("-NOCLUSTER No Raft Cluster (joining now)"));
        Assert.That(await _nodes[1].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("-NOCLUSTER"), "nobody may begin another one by hand meanwhile");

        for (int life = 0; life < 2; life++)
        {
            Start(_nodes[0]);
            await SaysAsync(_nodes[0], $"No cluster yet: {_nodes[2].Address} does not answer");
            Assert.That((await _nodes[0].InfoAsync()).Field("raft_dbid"), Is.Empty);
            _nodes[0].Process.Kill();
        }

        Start(_nodes[2]);
        await SaysAsync(_nodes[2], "begins a cluster when all of them wait");
        Start(_nodes[0]);
        string cluster = await FormedAsync();
        Assert.That(_nodes.Count(node => node.Output.Contains($"began cluster {cluster}", StringComparison.Ordinal)), Is.EqualTo(1));

        foreach (TestNode node in _nodes)
            node.Process.Kill();
        foreach (TestNode node in _nodes.Reverse())
            Start(node);
        Assert.That(await FormedAsync(), Is.EqualTo(cluster), "what is formed stays formed");
    }

    [Test]
    public async Task AWipedNode_ComesBackToTheSameCluster_EvenTheFirstOne()
    {
        foreach (TestNode node in _nodes)
            Start(node);
        string cluster = await FormedAsync();
        TestNode leader = await LeaderAsync();
        Assert.That(await leader.AskAsync("SET", "kept", "yes"), Is.EqualTo("+OK"));

        TestNode first = _nodes[0];
        _nodes[2].Process.Kill();
        first.Process.Kill();
        Directory.Delete(first.Directory, recursive: true);
        Start(first);
        await SaysAsync(first, "Not joined through");
        Assert.That((await first.InfoAsync()).Field("raft_dbid"), Is.Empty, "one node knows of a cluster that has no majority now: there is no other one");

        Start(_nodes[2]);
        Assert.That(await FormedAsync(), Is.EqualTo(cluster));
        RaftInfo info = await (await LeaderAsync()).InfoAsync();
        Assert.That(await _nodes[0].AskAsync("RAFT.DEBUG", "EXEC", "GET", "kept"), Is.EqualTo("$yes"));
        Assert.That((info.Number("raft_num_nodes"), (await first.InfoAsync()).NodeId > 3), Is.EqualTo((3, true)), "its former id has left");

        _nodes[1].Process.Terminate();
        Assert.That(await _nodes[1].Process.ExitAsync(), Is.Zero);
        Assert.That(await (await LeaderAsync()).AskAsync("GET", "kept"), Is.EqualTo("$yes"), "two of three are a majority");
    }

    [Test]
    public async Task NodesThatDisagree_FormNothing()
    {
        string[] lists = [List, string.Join(',', _nodes.Reverse().Select(node => node.Address)), List];
        for (int i = 0; i < _nodes.Length; i++)
            await StartAsync(_nodes[i], lists[i]);
        await SaysAsync(_nodes[0], $"{_nodes[1].Address} has another list");
        Assert.That((await _nodes[0].InfoAsync()).Field("raft_dbid"), Is.Empty);

        _nodes[0].Process.Kill();
        await StartAsync(_nodes[0], $"{_nodes[0].Address},localhost:{_nodes[0].Port}");
        await SaysAsync(_nodes[0], "lead to the same node");

        _nodes[0].Process.Kill();
        await StartAsync(_nodes[0], $"localhost:{_nodes[1].Port},{_nodes[0].Address}");
        await SaysAsync(_nodes[0], "begins a cluster when all of them wait");
    }

    [Test]
    public async Task NodesOfTwoClusters_AreNotMixed()
    {
        foreach (TestNode node in _nodes[..2])
        {
            node.Start();
            await node.ReadyAsync();
            Assert.That(await node.AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
            Assert.That(await node.TerminateAsync(), Is.Zero);
            await StartAsync(node, List);
        }

        await StartAsync(_nodes[2], List);
        await SaysAsync(_nodes[2], "the nodes of raft.bootstrap belong to different clusters");
        RaftInfo[] infos = await Task.WhenAll(_nodes.Select(node => node.InfoAsync()));
        Assert.That(infos[2].Field("raft_dbid"), Is.Empty);
        Assert.That(infos[0].Field("raft_dbid"), Is.Not.EqualTo(infos[1].Field("raft_dbid")), "each keeps its own");
    }

    /// <summary>How data moves in from a redis-server, or comes back from a backup.</summary>
    [Test]
    public async Task ASnapshotInTheFirstDirectory_IsWhatTheClusterBeginsWith()
    {
        using TestNode old = new(Path.Combine(_root, "old"));
        await StartAsync(old, old.Address);
        await Eventually.TrueAsync("a write", async () => await old.AskAsync("SET", "kept", "yes") == "+OK");
        Assert.That(await old.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        Assert.That(await old.TerminateAsync(), Is.Zero);
        Directory.CreateDirectory(_nodes[0].Directory);
        File.Copy(Path.Combine(old.Directory, "dump.rdb"), Path.Combine(_nodes[0].Directory, "dump.rdb"));

        foreach (TestNode node in _nodes)
            Start(node);
        await FormedAsync();
        foreach (TestNode node in _nodes)
            await Eventually.TrueAsync($"{node.Address} to have it", async () => await node.AskAsync("RAFT.DEBUG", "EXEC", "GET", "kept") == "$yes");
    }

    /// <summary>What the document advises when a machine of the list is not to be had.</summary>
    [Test]
    public async Task AClusterBegunByHand_IsFoundByThoseWhoWait()
    {
        await StartAsync(_nodes[1], List);
        _nodes[0].Start();
        await _nodes[0].ReadyAsync();
        await SaysAsync(_nodes[1], "begins a cluster when all of them wait");
        Assert.That(await _nodes[0].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        await Eventually.TrueAsync("two voters", async () => (await _nodes[1].InfoAsync()).Number("raft_num_voting_nodes") == 2);
        Assert.That((await _nodes[1].InfoAsync()).Field("raft_dbid"), Is.EqualTo((await _nodes[0].InfoAsync()).Field("raft_dbid")));
    }

    [Test]
    public async Task ARemovedNode_StaysAway()
    {
        await StartAsync(_nodes[0], _nodes[0].Address);
        await LeaderAsync();
        await StartAsync(_nodes[1], _nodes[0].Address);
        await Eventually.TrueAsync("two voters", async () => (await _nodes[0].InfoAsync()).Number("raft_num_voting_nodes") == 2);
        await Eventually.TrueAsync("its removal", async () => await _nodes[0].AskAsync("RAFT.NODE", "REMOVE", "2") == "+OK"); // the promotion may not be committed yet
        Assert.That(await _nodes[1].Process.ExitAsync(), Is.Zero);

        await StartAsync(_nodes[1], _nodes[0].Address);
        Assert.That((await _nodes[1].InfoAsync()).State, Is.EqualTo("uninitialized"), "whatever started it again");
        Assert.That(await _nodes[1].AskAsync("RAFT.CLUSTER", "JOIN", _nodes[0].Address), Is.EqualTo("+OK"), "unless somebody means it");
    }

    /// <summary>The process died between the decision and the first entry of the log.</summary>
    [Test]
    public async Task AnInterruptedBeginning_IsFinishedAtTheNextStart()
    {
        const string cluster = "0123456789abcdef0123456789abcdef";
        using (DataDirectory directory = DataDirectory.Open(_nodes[0].Directory, new PosixDisk()))
        using (MetadataFile metadata = MetadataFile.Open(directory))
            metadata.Save(metadata.Current with { ClusterId = cluster, NodeId = 1, IsFounding = true });

        foreach (TestNode node in _nodes)
            Start(node);
        Assert.That(await FormedAsync(), Is.EqualTo(cluster));
    }

    private void Start(TestNode node) => node.Start("--raft.bootstrap", List);

    private static async Task StartAsync(TestNode node, string list)
    {
        node.Start("--raft.bootstrap", list);
        await node.ReadyAsync();
    }

    private static async Task SaysAsync(TestNode node, string text)
    {
        await node.ReadyAsync();
        await Eventually.TrueAsync($"{node.Address} to say '{text}'", () => Task.FromResult(node.Output.Contains(text, StringComparison.Ordinal)));
    }

    private Task<TestNode> LeaderAsync() => Eventually.GetAsync("a leader", async () =>
    {
        foreach (TestNode node in _nodes)
        {
            if (await node.TryInfoAsync() is { IsLeader: true } && await node.AskAsync("EXISTS", "any") is [':', ..])
                return node;
        }

        return null;
    });

    /// <summary>All three vote in one cluster; its id.</summary>
    private Task<string> FormedAsync() => Eventually.GetAsync("one cluster of three voters", async () =>
    {
        RaftInfo?[] infos = await Task.WhenAll(_nodes.Select(node => node.TryInfoAsync()));
        return infos.All(info => info is { State: "up" } && info.Number("raft_num_nodes") == 3 && info.Number("raft_num_voting_nodes") == 3)
            && infos.DistinctBy(info => info!.Field("raft_dbid")).Count() == 1 ? infos[0]!.Field("raft_dbid") : null;
    });
}
