using Benchmarks.Measuring;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Wire;

/// <summary>What a request costs a node all in all, from the socket to the socket.</summary>
internal sealed class SteadyPathTests() : FreshCluster(0)
{
    [Test]
    public async Task ARequestThatComesAlone_IsNoObject()
    {
        const int requests = 5_000;
        const int others = 64; // bytes a request for all else that a node does meanwhile; an async method that waits is an object of 140
        int port = LoopbackPorts.Next();
        TestNode node = (await Cluster.AddAsync(1, "--metrics-port", $"{port}"))[0];
        await Cluster.FormAsync();
        using TestClient client = await node.ConnectAsync();
        await client.AskAsync("SET", "key", "value");
        Allocated(port); // the first page costs more than the next
        double before = Allocated(port);
        for (int i = 0; i < requests; i++) await client.AskAsync("GET", "key");
        Assert.That((Allocated(port) - before) / requests, Is.LessThan(others));
    }

    private static double Allocated(int port) => NodeMetricsPage.Read(port)["process_gc_allocated_bytes_total"];
}
