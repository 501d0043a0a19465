using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// raft.follower-proxy: passes the requests of this node's clients on to the leader, and its replies back, as if the
/// clients were connected there. Under the consensus lock, where nothing else is said.
/// </summary>
internal sealed class FollowerProxy(TransportDialer dial, Func<PeerIdentity> identity, ServerOptions options, Application application, RaftTracing tracing, ILogger logger) : IDisposable
{
    // Beyond this the leader does not keep up with what is passed on, and clients are not read from.
    private const int MaxWaitingRequests = 32 * 1024 * 1024;

    private readonly List<ProxyCandidate> _candidates = [];
    private volatile ProxyLink? _link;
    private volatile ProxyLink? _retired;
    private string _lastFailure = "";

    /// <summary>Any thread.</summary>
    public ProxyCounters Counters { get; } = new();

    /// <summary>Completes when more requests may be passed on. Any thread.</summary>
    public Task RoomAsync() => _link is { Waiting: > MaxWaitingRequests } link ? link.EmptiedAsync() : Task.CompletedTask;

    /// <summary>The leader that a client's requests are to be passed on to; null when they stay here.</summary>
    /// <param name="stream">Whose.</param>
    /// <param name="server">This node's.</param>
    /// <param name="answersHere">Whether this node could answer them (READONLY). It does, unless they follow what was passed on.</param>
    public Member? Wants(RequestStream stream, RaftServer? server, bool answersHere)
    {
        bool staysHere = answersHere && stream.InFlight == 0 && stream.Watches is null;
        return !options.Raft.FollowerProxy || stream.IsProxied || staysHere || server is null || server.Leader == server.NodeId
            ? null
            : server.Configuration.Find(server.Leader);
    }

    /// <summary>Notes a request that was added to its stream as <paramref name="inStream"/>, for the next <see cref="Send"/>.</summary>
    public void Add(RequestStream stream, in StagedRequest request, long inStream)
    {
        ProxyTraits traits = request.Kind == RequestKind.Write ? ProxyTraits.Writes : ProxyTraits.None;
        _candidates.Add(new ProxyCandidate(
            request.Watches is null ? traits : traits | ProxyTraits.EndsWatch,
            request.Bytes,
            inStream,
            request.Command is { } command && command.Has(CommandFlags.Blocking),
            request.Command?.Name == "watch" ? stream.Watches : null,
            request.Watches));
    }

    /// <summary>Passes on what was added, all of it requests of one client; it leaves with <see cref="Flush"/>.</summary>
    public void Send(RequestStream stream, Member leader)
    {
        if (_candidates.Count > 0)
        {
            tracing.Write(RaftTrace.Generic, $"{_candidates.Count} requests of {stream.Address} are passed on to node {leader.Id}");
            LinkTo(leader).Send(stream, CollectionsMarshal.AsSpan(_candidates));
            _candidates.Clear();
        }
    }

    /// <summary>Any thread.</summary>
    public void Flush() => _link?.Flush();

    /// <summary>Role or leader changed.</summary>
    public void LeaderIs(int leader, bool isSelf)
    {
        if (isSelf)
        {
            // From here on this node answers its clients itself, behind what they are owed.
            _link?.Close();
            _retired?.Close();
            _link = _retired = null;
        }
        else if (leader != 0 && _link is { } link && link.Leader.Id != leader)
        {
            _retired?.Close();
            link.Retire(options.Raft.ResponseTimeout);
            _retired = link;
            _link = null;
        }
    }

    /// <summary>Time passed. Any thread.</summary>
    public void Tick()
    {
        _link?.Tick(options.Raft.ProxyResponseTimeout);
        if (_retired is { } retired && !retired.Tick(options.Raft.ProxyResponseTimeout))
        {
            Interlocked.CompareExchange(ref _retired, null, retired);
        }
    }

    /// <summary>Tells the leader something about a client. Any thread.</summary>
    /// <returns>Whether the client waits for a command there that may wait for ever.</returns>
    public bool Tell(RequestStream stream, ProxyNote note)
    {
        bool isWaiting = _link?.Tell(stream, note) ?? false;
        return (_retired?.Tell(stream, note) ?? false) || isWaiting;
    }

    public void Dispose()
    {
        _link?.Close();
        _retired?.Close();
    }

    private ProxyLink LinkTo(Member leader)
    {
        if (_link is { IsBroken: false } link && link.Leader == leader)
        {
            return link;
        }

        tracing.Write(RaftTrace.Connection, $"connecting to the leader, node {leader.Id} at {leader.Address}, to pass requests on");
        _link?.Close();
        return _link = new ProxyLink(leader, DialAsync(leader), application, Counters, logger);
    }

    private async Task<Transport> DialAsync(Member leader)
    {
        await Task.Yield(); // not under the lock
        try
        {
            Transport transport = await dial(leader.Address, CancellationToken.None).ConfigureAwait(false);
            try
            {
                await PeerHandshake.DialAsync(transport, identity(), leader.Id, PeerPurpose.Proxy).ConfigureAwait(false);
            }
            catch
            {
                transport.Close();
                throw;
            }

            _lastFailure = "";
            return transport;
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            if (_lastFailure != exception.Message)
            {
                _lastFailure = exception.Message; // one line a reason, not one a request
                logger.LogWarning("Requests cannot be passed on to the leader, node {NodeId} at {Address}: {Reason}", leader.Id, leader.Address, exception.Message);
            }

            throw new IOException(exception.Message, exception);
        }
    }
}
