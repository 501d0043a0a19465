using System.Net.Sockets;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Crashes;

namespace Redis.Server.Tests.Chaos;

/// <summary>A node behind a proxy. Whoever takes it down holds its <see cref="Life"/> until it is up again or gone for good.</summary>
internal sealed class ChaosNode : IDisposable
{
    private const int DiskMegabytes = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SmallDisk? _disk;
    private volatile bool _isPaused;

    public ChaosNode(int number, FaultyNetwork network, string root, bool isOnDiskOfItsOwn, params string[] options)
    {
        Number = number;
        _disk = isOnDiskOfItsOwn ? SmallDisk.TryMount(DiskMegabytes, out _) : null;
        int port = LoopbackPorts.Next();
        Proxy = new FaultProxy(network, number, port);
        Server = new TestNode(_disk?.Path ?? Path.Combine(root, $"node{number}"), options) { Advertised = Proxy.Address, Port = port };
    }

    /// <summary>On the network; not the id that the cluster gives it.</summary>
    public int Number { get; }

    public TestNode Server { get; }

    public FaultProxy Proxy { get; }

    public SemaphoreSlim Life { get; } = new(1);

    public string? DiskPath => _disk?.Path;

    /// <summary>Whether it was asked into the cluster, and not out again.</summary>
    public bool IsMember { get; set; }

    /// <summary>Whether it may be down now: a fault has ended it, or the cluster has removed it.</summary>
    public bool MayBeDown { get; set; }

    public bool IsUp => Server.IsRunning && !_isPaused;

    /// <summary>Ended without anybody's doing.</summary>
    public bool HasFailed => IsMember && !MayBeDown && !Server.IsRunning;

    public async Task StartAsync()
    {
        Server.Start();
        MayBeDown = false;
        await Server.ReadyAsync();
    }

    public void Kill()
    {
        MayBeDown = true;
        Server.Process.Kill();
        _isPaused = false;
    }

    public void Pause()
    {
        _isPaused = true;
        Server.Process.Stop();
    }

    public void Resume()
    {
        if (_isPaused)
            Server.Process.Continue();
        _isPaused = false;
    }

    /// <summary>INFO raft, past the network; null when it does not answer.</summary>
    public async Task<RaftInfo?> TryInfoAsync()
    {
        try
        {
            return IsUp ? await Server.InfoAsync().WaitAsync(Patience) : null;
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A command past the network; an error text when it is not answered.</summary>
    public async Task<string> TryAskAsync(TimeSpan patience, params string[] words)
    {
        try
        {
            return IsUp ? await Server.AskAsync(words).WaitAsync(patience) : "-down";
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or InvalidOperationException)
        {
            return $"-{exception.Message}";
        }
    }

    public void Dispose()
    {
        Resume();
        Server.Dispose();
        Proxy.Dispose();
        _disk?.Dispose();
    }
}
