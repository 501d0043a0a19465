using System.Globalization;
using System.Net.Http;
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
        using HttpClient http = new();
        await AllocatedAsync(http, port); // the first page costs more than the next
        long before = await AllocatedAsync(http, port);
        for (int i = 0; i < requests; i++) await client.AskAsync("GET", "key");
        Assert.That((await AllocatedAsync(http, port) - before) / requests, Is.LessThan(others));
    }

    private static async Task<long> AllocatedAsync(HttpClient http, int port)
    {
        string text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        string line = text.Split('\n').Single(one => one.StartsWith("process_gc_allocated_bytes_total ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
