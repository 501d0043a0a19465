using System.Globalization;
using System.Net.Sockets;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Security;

namespace Redis.Server.Tests.Cluster;

/// <summary>One node: a port and a data directory that outlive the process that serves them at the moment.</summary>
internal sealed class TestNode(string directory, params string[] options) : IDisposable
{
    private readonly string[] _options = options;
    private ServerProcess? _process;

    public int Port { get; init; } = LoopbackPorts.Next();

    public string Directory { get; } = directory;

    /// <summary>How clients come in: over TLS the node has no other port.</summary>
    public TestDoor Door { get; init; } = TestDoor.Plain;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>What it tells others its address is, where that is not its own.</summary>
    public string? Advertised { get; init; }

    public ServerProcess Process => _process ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>What the present process printed.</summary>
    public string Output => _process?.Output ?? "";

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the process; <see cref="ReadyAsync"/> waits until it serves clients.</summary>
    /// <param name="more">Options for this run only.</param>
    public void Start(params string[] more)
    {
        System.IO.Directory.CreateDirectory(Directory);
        _process?.Dispose();
        _process = ServerProcess.Start([
            .. Door.Authority is null ? (string[])["--port"] : ["--port", "0", "--tls-port"],
            Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Directory,
            "--raft.addr", Advertised ?? Address, .. _options, .. more]);
    }

    public Task ReadyAsync() => Eventually.TrueAsync($"node {Address} to take clients", async () =>
    {
        if (Process.HasExited)
            throw new InvalidOperationException($"Node {Address} ended with exit code {Process.ExitCode}:\n{Process.Output}");
        try
        {
            using TestClient client = await ConnectAsync();
            return (await client.CallAsync("PING")).Kind is '+' or '-';
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    });

    /// <summary>SIGTERM; returns the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        Process.Terminate();
        return Process.ExitAsync();
    }

    public Task<TestClient> ConnectAsync() => ConnectAsync(Door);

    public Task<TestClient> ConnectAsync(TestDoor door) => door == TestDoor.Plain ? TestClient.ConnectAsync(Port) : TestClient.ConnectAsync(Port, door);

    /// <summary>One command on a connection of its own.</summary>
    public async Task<string> AskAsync(params string[] words)
    {
        using TestClient client = await ConnectAsync();
        return await client.AskAsync(words);
    }

    /// <summary>INFO raft.</summary>
    public async Task<RaftInfo> InfoAsync()
    {
        using TestClient client = await ConnectAsync();
        Reply reply = await client.CallAsync("INFO", "raft");
        return new RaftInfo(reply.AsString);
    }

    /// <summary>INFO raft, or null from a node that is down or goes down.</summary>
    public async Task<RaftInfo?> TryInfoAsync()
    {
        try
        {
            return IsRunning ? await InfoAsync() : null;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => _process?.Dispose();
}
