using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;

namespace Redis.Server.Peers;

/// <summary>Opens a stream to host:port, in the clear or by TLS.</summary>
internal delegate Task<Transport> TransportDialer(string address, CancellationToken cancellation);

/// <summary>
/// The way out to one other node: dials until it holds a connection, and dials again when that ends. Messages are
/// dropped while there is none: Raft repeats what matters.
/// </summary>
internal sealed class PeerLink : IDisposable
{
    // More than the largest window of appends: beyond it the peer does not read, and Raft's own limits have failed.
    private const int MaxWaiting = 256 * 1024 * 1024;

    private readonly TransportDialer _dial;
    private readonly Func<PeerIdentity> _identity;
    private readonly Func<TimeSpan> _reconnectInterval;
    private readonly Action _removed;
    private readonly RaftTracing _tracing;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private volatile SendQueue? _queue;
    private long _connectedSince;
    private string _lastFailure = "";

    public PeerLink(int nodeId, string address, TransportDialer dial, Func<PeerIdentity> identity, Func<TimeSpan> reconnectInterval, Action removed, RaftTracing tracing, ILogger logger)
    {
        NodeId = nodeId;
        Address = address;
        _dial = dial;
        _identity = identity;
        _reconnectInterval = reconnectInterval;
        _removed = removed;
        _tracing = tracing;
        _logger = logger;
    }

    public int NodeId { get; }

    public string Address { get; }

    public bool IsConnected => _queue is not null;

    public long ConnectionsMade { get; private set; }

    public long ConnectionsFailed { get; private set; }

    /// <summary>Seconds since the link was last made or lost; -1 before the first attempt ended.</summary>
    public long SecondsInState => _connectedSince == 0 ? -1 : (Environment.TickCount64 - _connectedSince) / 1000;

    /// <summary>Bytes that wait to be sent.</summary>
    public long Waiting => _queue?.Waiting ?? 0;

    /// <summary>Where messages go now; null drops them.</summary>
    public SendQueue? Queue => _queue is { Waiting: < MaxWaiting } queue ? queue : null;

    public void Start() => _ = RunAsync();

    public void Flush() => _queue?.Flush();

    public void Dispose() => _stop.Cancel();

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            Transport? transport = null;
            try
            {
                _tracing.Write(RaftTrace.Connection, $"connecting to node {NodeId} at {Address}");
                transport = await _dial(Address, _stop.Token).ConfigureAwait(false);
                await HoldAsync(transport).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                NoteFailure(exception);
                if (exception is RemovedException)
                {
                    _removed();
                    return;
                }
            }
            finally
            {
                _queue?.Close();
                _queue = null;
                _connectedSince = Environment.TickCount64;
                transport?.Close();
            }

            try
            {
                await Task.Delay(_reconnectInterval(), _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task HoldAsync(Transport transport)
    {
        using CancellationTokenRegistration closing = _stop.Token.Register(transport.Close);
        await PeerHandshake.DialAsync(transport, _identity(), NodeId, PeerPurpose.Raft).ConfigureAwait(false);
        ConnectionsMade++;
        _tracing.Write(RaftTrace.Connection, $"connected to node {NodeId} at {Address}, for the {ConnectionsMade}. time");
        _connectedSince = Environment.TickCount64;
        _lastFailure = "";
        _logger.LogInformation("Connected to node {NodeId} at {Address}", NodeId, Address);
        _queue = new SendQueue(transport, _ => transport.Close());

        // The other side never sends on this connection: the next thing to receive is its end.
        byte[] nothing = new byte[1];
        if (await transport.ReceiveAsync(nothing).ConfigureAwait(false) == 0)
        {
            throw new IOException("closed by the other side");
        }

        throw new IOException("sent what a peer never sends");
    }

    private void NoteFailure(Exception exception)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        ConnectionsFailed++;
        _tracing.Write(RaftTrace.Connection, $"no connection to node {NodeId} at {Address}: {exception.Message}");
        if (_lastFailure != exception.Message)
        {
            _lastFailure = exception.Message; // one line a reason, not one an attempt
            _logger.LogWarning("No connection to node {NodeId} at {Address}: {Reason}", NodeId, Address, exception.Message);
        }
    }
}
