using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>Whatever bytes arrive, the node neither ends nor hangs, and takes no more memory than it was sent.</summary>
[TestFixture]
internal sealed class FuzzTests : SingleNode
{
    private static readonly string[] Pieces =
    [
        "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "*1\r\n$5\r\nMULTI\r\n", "*1\r\n$4\r\nEXEC\r\n", "PING\r\n", "*", "$", "\r\n", "\n",
        "-1", "0", "1", "2147483647", "2147483648", "99999999999999999999", "*1048576\r\n", "*1048577\r\n", "$536870912\r\n", "$536870913\r\n", "*-1\r\n", "*0\r\n", "$-1\r\n",
        "\"", "'", "\\x", "\0", "\u00ff", "*2\r\n$3\r\nGET\r\n", "*3\r\n$5\r\nHELLO\r\n$1\r\n3\r\n", "set a \"b\" \r\n", "abc", " ", "*1\r\n$0\r\n\r\n", "*2\r\n$0\r\n\r\n$0\r\n\r\n",
    ];

    [Test]
    public async Task AnyBytes()
    {
        using TestClient other = await ConnectAsync();
        await other.CallAsync("PING");
        long before = await MemoryAsync(other);
        Random random = new(4711);
        for (int round = 0; round < 300; round++)
        {
            using TestClient client = await ConnectAsync();
            try
            {
                for (int burst = random.Next(1, 4); burst > 0; burst--)
                    await client.SendAsync(Make(random));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // It has closed the connection: that is its right.
            }

            if (round % 20 == 0)
                Assert.That(await other.AskAsync("PING"), Is.EqualTo("+PONG"));
        }

        // What a length announces is not reserved before it arrives.
        Assert.That(await MemoryAsync(other) - before, Is.LessThan(64L << 20));
        Assert.That(await other.AskAsync("SET", "still", "here"), Is.EqualTo("+OK"));
    }

    /// <summary>Clients that announce half a gigabyte each, and send nothing of it.</summary>
    [Test]
    public async Task Announcements_CostNothing()
    {
        using TestClient other = await ConnectAsync();
        long before = await MemoryAsync(other);
        List<TestClient> clients = [];
        for (int i = 0; i < 50; i++)
        {
            clients.Add(await ConnectAsync());
            await clients[^1].SendAsync("*1048576\r\n$536870912\r\nabc");
        }

        Assert.That(await other.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await MemoryAsync(other) - before, Is.LessThan(64L << 20));
        clients.ForEach(client => client.Dispose());
    }

    private static string Make(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(8) == 0 ? $"{(char)random.Next(256)}" : Pieces[random.Next(Pieces.Length)]));

    private async Task<long> MemoryAsync(TestClient client)
    {
        await client.CallAsync("PING");
        string line = (await File.ReadAllLinesAsync($"/proc/{Node.Process.Id}/status")).First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }
}
