using System.Globalization;
using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// Clients that write all the time, find the leader again when it changes, and remember what was acknowledged: each
/// number n of each writer is set once as a key of its own and pushed once to the writer's list, and never tried again.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private const int PairsInFlight = 4;
    private const int KeysARead = 400;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly TestCluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly Writer[] _writers;
    private readonly Task[] _running;
    private int _acknowledged;

    public WriteLoad(TestCluster cluster, int writers)
    {
        _cluster = cluster;
        _writers = [.. Enumerable.Range(0, writers).Select(number => new Writer(number))];
        _running = [.. _writers.Select(writer => Task.Run(() => RunAsync(writer)))];
    }

    /// <summary>Writes acknowledged so far.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Waits until so many more writes are acknowledged.</summary>
    public Task ProgressAsync(int writes)
    {
        int goal = Acknowledged + writes;
        return Eventually.TrueAsync($"{writes} more acknowledged writes", () => Task.FromResult(Acknowledged >= goal));
    }

    /// <summary>What every node must hold from now on, once it has applied what is committed now.</summary>
    public Acknowledgements Snapshot() => new([.. _writers.Select(writer => writer.Snapshot())]);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(Writer writer)
    {
        using PeriodicTimer pace = new(Pace);
        TestClient? client = null;
        for (int node = writer.Number; !_stop.IsCancellationRequested; node++)
        {
            try
            {
                client = await _cluster.Nodes[node % _cluster.Nodes.Count].ConnectAsync();
                while (!_stop.IsCancellationRequested && await WriteAsync(writer, client))
                    await pace.WaitForNextTickAsync();
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // That node is gone, and with it the fate of what was under way.
            }

            client?.Dispose();
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>False when this node does not take writes.</summary>
    private async Task<bool> WriteAsync(Writer writer, TestClient client)
    {
        List<Request> requests = [];
        int first = writer.Next;
        for (; writer.Next < first + PairsInFlight; writer.Next++)
        {
            requests.Add(new Request("SET", writer.KeyOf(writer.Next), Text(writer.Next)));
            requests.Add(new Request("RPUSH", writer.List, Text(writer.Next)));
        }

        await client.SendAsync(TestClient.Encode(requests));
        bool leads = true;
        for (int i = 0; i < requests.Count; i++)
        {
            Reply reply = await client.ReadAsync();
            leads &= reply.Kind != '-';
            if (reply.Kind == '-')
                continue;
            writer.Acknowledge(first + i / 2, isKey: i % 2 == 0);
            Interlocked.Increment(ref _acknowledged);
        }

        return leads;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The acknowledged numbers of all writers at one moment.</summary>
    internal sealed class Acknowledgements(IReadOnlyList<(Writer Writer, int[] Keys, int[] Elements)> writers)
    {
        /// <summary>Asserts that a node holds every acknowledged write, reading its own state past the log.</summary>
        /// <param name="node">Has applied all that was committed when this was taken.</param>
        /// <param name="since">Keys that were checked before.</param>
        public async Task AssertHeldByAsync(TestNode node, Acknowledgements? since = null)
        {
            using TestClient client = await node.ConnectAsync();
            for (int i = 0; i < writers.Count; i++)
            {
                (Writer writer, int[] keys, int[] elements) = writers[i];
                await AssertKeysAsync(node, client, writer, keys.AsMemory(since?.CountOfKeys(i) ?? 0));
                await AssertListAsync(node, client, writer, elements);
            }
        }

        private int CountOfKeys(int writer) => writers[writer].Keys.Length;

        private static async Task AssertKeysAsync(TestNode node, TestClient client, Writer writer, ReadOnlyMemory<int> keys)
        {
            foreach (int[] chunk in keys.ToArray().Chunk(KeysARead))
            {
                Reply values = await client.CallAsync(["RAFT.DEBUG", "EXEC", "MGET", .. chunk.Select(writer.KeyOf)]);
                Assert.That(values.Elements.Select(value => value.AsString), Is.EqualTo(chunk.Select(Text)), $"keys of writer {writer.Number} on {node.Address}");
            }
        }

        private static async Task AssertListAsync(TestNode node, TestClient client, Writer writer, int[] acknowledged)
        {
            Reply list = await client.CallAsync("RAFT.DEBUG", "EXEC", "LRANGE", writer.List, "0", "-1");
            int[] elements = [.. list.Elements.Select(element => int.Parse(element.AsString, CultureInfo.InvariantCulture))];
            Assert.That(elements, Is.Ordered.And.Unique, $"list of writer {writer.Number} on {node.Address}: each once, in the order they were sent");
            Assert.That(acknowledged.Except(elements), Is.Empty, $"acknowledged elements missing from list of writer {writer.Number} on {node.Address}");
        }
    }

    /// <summary>One client's numbers.</summary>
    internal sealed class Writer(int number)
    {
        private readonly List<int> _keys = [];
        private readonly List<int> _elements = [];

        public int Number => number;

        public string List => $"load:{number}";

        /// <summary>The first number not yet tried.</summary>
        public int Next { get; set; }

        public string KeyOf(int n) => $"load:{number}:{n}";

        public void Acknowledge(int n, bool isKey)
        {
            lock (_keys)
                (isKey ? _keys : _elements).Add(n);
        }

        public (Writer Writer, int[] Keys, int[] Elements) Snapshot()
        {
            lock (_keys)
                return (this, [.. _keys], [.. _elements]);
        }
    }
}
