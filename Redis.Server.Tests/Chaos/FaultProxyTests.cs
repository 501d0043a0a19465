using System.Diagnostics;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Chaos;

/// <summary>The proxy itself: what passes it, and what does not.</summary>
[TestFixture]
internal sealed class FaultProxyTests
{
    private readonly FaultyNetwork _network = new();
    private TestCluster _cluster = null!;
    private FaultProxy _proxy = null!;

    [OneTimeSetUp]
    public async Task FormAsync()
    {
        _cluster = await TestCluster.FormAsync(1);
        _proxy = new FaultProxy(_network, 1, _cluster.Nodes[0].Port);
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _proxy.Dispose();
        _cluster.Dispose();
    }

    [TearDown]
    public void Heal() => _network.Heal();

    [Test]
    public async Task WhatIsSent_Passes()
    {
        using TestClient client = await TestClient.ConnectAsync(_proxy.Port);
        string large = new('x', 1_000_000);
        Assert.That(await client.AskAsync("SET", "large", large), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("GET", "large"), Is.EqualTo($"${large}"));
    }

    [TestCase(FaultyNetwork.Clients, 1, TestName = "A request that is held arrives when the link is released")]
    [TestCase(1, FaultyNetwork.Clients, TestName = "A reply that is held arrives when the link is released")]
    public async Task WhatIsHeld_ArrivesLater(int from, int to)
    {
        using TestClient client = await TestClient.ConnectAsync(_proxy.Port);
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        _network.Hold(from, to);
        Task<string> answer = client.AskAsync("PING");
        using TestClient direct = await _cluster.Nodes[0].ConnectAsync();
        for (int i = 0; i < 20; i++)
            await direct.AskAsync("PING");
        Assert.That(answer.IsCompleted, Is.False);
        _network.Heal();
        Assert.That(await answer, Is.EqualTo("+PONG"));
    }

    [Test]
    public async Task TheEndOfAConnection_IsNotHeardOverALinkThatIsHeld()
    {
        TestClient client = await TestClient.ConnectAsync(_proxy.Port);
        Assert.That(await client.AskAsync("CLIENT", "SETNAME", "gone"), Is.EqualTo("+OK"));
        _network.Hold(FaultyNetwork.Clients, 1);
        client.Dispose();
        using TestClient direct = await _cluster.Nodes[0].ConnectAsync();
        for (int i = 0; i < 20; i++)
            Assert.That(await direct.AskAsync("CLIENT", "LIST"), Does.Contain("name=gone"));
        _network.Heal();
        await Eventually.TrueAsync("the end to be heard", async () => !(await direct.AskAsync("CLIENT", "LIST")).Contains("name=gone", StringComparison.Ordinal));
    }

    [Test]
    public async Task AReset_EndsConnections_AndNewOnesAreRefusedWhileCut()
    {
        using TestClient client = await TestClient.ConnectAsync(_proxy.Port);
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        _network.Cut(FaultyNetwork.Clients, 1);
        Assert.That(await client.IsClosedAsync());
        using TestClient refused = await TestClient.ConnectAsync(_proxy.Port);
        await refused.SendAsync("PING\r\n");
        Assert.That(await refused.IsClosedAsync());
        _network.Heal();
        using TestClient again = await TestClient.ConnectAsync(_proxy.Port);
        Assert.That(await again.AskAsync("PING"), Is.EqualTo("+PONG"));
    }

    [Test]
    public async Task ASlowLink_TakesItsTime()
    {
        using TestClient client = await TestClient.ConnectAsync(_proxy.Port);
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        _network[FaultyNetwork.Clients, 1].Delay = TimeSpan.FromMilliseconds(50);
        _network[1, FaultyNetwork.Clients].BytesPerSecond = 100; // seven bytes: 70 ms
        long start = Stopwatch.GetTimestamp();
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(Stopwatch.GetElapsedTime(start).TotalMilliseconds, Is.GreaterThan(115));
    }
}
