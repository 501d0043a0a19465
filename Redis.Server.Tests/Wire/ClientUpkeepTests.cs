using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>What the node does to clients by itself, and how a connection ends that it ends.</summary>
[TestFixture]
internal sealed class ClientUpkeepTests : SingleNode
{
    private const int Megabyte = 1024 * 1024;

    [TestCase("CLIENT", "KILL", "ID", "{id}")]
    [TestCase("CLIENT", "KILL", "TYPE", "pubsub")]
    public async Task AKilledClient_ReadsAnOrderlyEnd(params string[] words)
    {
        using TestClient admin = await ConnectAsync();
        using Socket victim = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await victim.ConnectAsync(IPAddress.Loopback, Node.Port);
        await victim.SendAsync("CLIENT ID\r\nSUBSCRIBE c\r\n"u8.ToArray());
        byte[] buffer = new byte[1024];
        string text = "";
        while (!text.EndsWith(":1\r\n", StringComparison.Ordinal) || text.Length < 12)
            text += System.Text.Encoding.ASCII.GetString(buffer, 0, await victim.ReceiveAsync(buffer));
        string id = text.Split('\r')[0][1..];
        Assert.That(await admin.AskAsync([.. words.Select(word => word.Replace("{id}", id, StringComparison.Ordinal))]), Is.EqualTo(":1"));
        using CancellationTokenSource limit = new(Eventually.Limit);
        Assert.That(await victim.ReceiveAsync(buffer, limit.Token), Is.Zero, "an end, not a reset");
    }

    [Test]
    public async Task MaxMemoryClients_DisconnectsTheLargest_ButNotWhoIsExempt()
    {
        using TestClient admin = await ConnectAsync();
        using TestClient exempt = await ConnectAsync();
        using TestClient large = await ConnectAsync();
        using TestClient small = await ConnectAsync();
        await admin.AskAsync("CONFIG", "RESETSTAT");
        Assert.That(await exempt.AskAsync("CLIENT", "NO-EVICT", "on"), Is.EqualTo("+OK"));
        await GrowAsync(exempt, admin, 6);
        await GrowAsync(large, admin, 3);
        Assert.That(await admin.AskAsync("CONFIG", "SET", "maxmemory-clients", "10mb"), Is.EqualTo("+OK"));
        try
        {
            Assert.That(await large.IsClosedAsync());
            Assert.That(await small.AskAsync("PING"), Is.EqualTo("+PONG"));
            Assert.That((await admin.CallAsync("INFO", "stats")).AsString, Does.Contain("evicted_clients:1\r"));
            Assert.That(await ListAsync(admin), Does.Contain($"addr={exempt.Address} "));
        }
        finally
        {
            await admin.AskAsync("CONFIG", "SET", "maxmemory-clients", "0");
        }
    }

    [Test]
    public async Task NoTouch_HidesUsesOfKeys_ButForTouch()
    {
        using TestClient client = await ConnectAsync();
        await client.AskAsync("SET", "source", "v");
        Request restore = new([.. new[] { "RESTORE", "old", "0" }.Select(System.Text.Encoding.Latin1.GetBytes), System.Text.Encoding.Latin1.GetBytes((await client.CallAsync("DUMP", "source")).AsString), .. new[] { "REPLACE", "IDLETIME", "1000" }.Select(System.Text.Encoding.Latin1.GetBytes)]);
        Assert.That(ReplyText.Of((await client.PipelineAsync([restore]))[0]), Is.EqualTo("+OK"));
        await client.AskAsync("CLIENT", "NO-TOUCH", "on");
        await client.PipelineAsync([new("GET", "old"), new("EXISTS", "old"), new("GETRANGE", "old", "0", "0"), new("MULTI"), new("STRLEN", "old"), new("EXEC")]);
        Assert.That(await IdleAsync(client), Is.GreaterThanOrEqualTo(1000));
        await client.AskAsync("TOUCH", "old");
        Assert.That(await IdleAsync(client), Is.LessThan(1000));

        await client.PipelineAsync([restore]);
        await client.AskAsync("GET", "old");
        Assert.That(await IdleAsync(client), Is.GreaterThanOrEqualTo(1000));
        await client.AskAsync("CLIENT", "NO-TOUCH", "off");
        await client.AskAsync("GET", "old");
        Assert.That(await IdleAsync(client), Is.LessThan(1000));
    }

    [Test]
    public async Task TheListShowsWhatAClientTakes()
    {
        using TestClient client = await ConnectAsync();
        string own = (await client.CallAsync("CLIENT", "LIST")).AsString.Split('\n').Single(line => line.Contains($"addr={client.Address} ", StringComparison.Ordinal));
        Assert.That(own, Does.Contain(" qbuf=26 ").And.Contain(" argv-mem=10 ").And.Contain(" multi-mem=0 ").And.Contain(" omem=0 ").And.Contain(" cmd=client|list "));
        Assert.That(own, Does.Match(" fd=[0-9]+ ").And.Match(" tot-mem=[1-9][0-9]+ "));
    }

    /// <summary>Begins a request of so many megabytes that never ends.</summary>
    private static async Task GrowAsync(TestClient client, TestClient admin, int megabytes)
    {
        // Room is made for what was announced, in powers of two: 8 MB for 6, 4 MB for 3.
        await client.SendAsync($"*2\r\n$4\r\nECHO\r\n${(megabytes * Megabyte) + 1}\r\n");
        await client.SendAsync(new byte[megabytes * Megabyte]);
        await Eventually.TrueAsync("the request to have arrived", async () =>
            (await ListAsync(admin)).Split('\n').Any(line => line.Contains($"addr={client.Address} ", StringComparison.Ordinal)
                && long.Parse(line.Split(" qbuf=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) >= megabytes * Megabyte));
    }

    private static async Task<long> IdleAsync(TestClient client) =>
        long.Parse((await client.CallAsync("OBJECT", "IDLETIME", "old")).AsString, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> ListAsync(TestClient client) => (await client.CallAsync("CLIENT", "LIST")).AsString;
}
