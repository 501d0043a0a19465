using System.Net.Sockets;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos;

/// <summary>
/// A client that goes on whatever happens: it turns to any node, follows MOVED, gives up what takes too long, and moves on now
/// and then. Some of its connections are for reads from followers.
/// </summary>
internal sealed class ChaosClient(ChaosCluster cluster, Random random, string name) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private TestClient? _connection;
    private int _requestsLeft;
    private int _nextPort;

    public string Name => name;

    public Random Random => random;

    /// <summary>Whether followers answer this connection's reads.</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>Sends requests at once and waits for all replies; the fate is that of the last.</summary>
    public async Task<Answer> AskAsync(params Request[] requests)
    {
        if (--_requestsLeft < 0)
            Disconnect();
        if (_connection is null && !await TryConnectAsync())
            return Answer.NotSent;
        try
        {
            Answer answer = Answer.Of(await _connection!.PipelineAsync(requests).WaitAsync(Patience));
            if (answer.Fate != Fate.Done)
                TurnElsewhere(answer.Last.AsString); // which also ends a WATCH whose transaction will not come
            return answer;
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            Disconnect();
            return Answer.Lost;
        }
    }

    public Task<Answer> AskAsync(params string[] words) => AskAsync(new Request(words));

    /// <summary>The next request goes over the same connection as the last one, which was answered.</summary>
    public void Stay() => _requestsLeft = Math.Max(_requestsLeft, 1);

    /// <summary>The next request goes over another connection.</summary>
    public void Leave() => Disconnect();

    public void Dispose() => Disconnect();

    private async Task<bool> TryConnectAsync()
    {
        IReadOnlyList<ChaosNode> members = cluster.Members;
        int port = _nextPort != 0 ? _nextPort : members[random.Next(members.Count)].Proxy.Port;
        _nextPort = 0;
        try
        {
            _connection = await TestClient.ConnectAsync(port).WaitAsync(Patience);
            _requestsLeft = random.Next(10, 200);
            IsReadOnly = random.Next(4) == 0;
            if (!IsReadOnly || await _connection.AskAsync("READONLY").WaitAsync(Patience) == "+OK")
                return true;
            Disconnect();
            return false;
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or OperationCanceledException)
        {
            Disconnect();
            return false;
        }
    }

    private void TurnElsewhere(string refusal)
    {
        string[] words = refusal.Split(' ', ':');
        Disconnect();
        if (words[0] == "MOVED" && random.Next(4) > 0)
            _nextPort = int.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
