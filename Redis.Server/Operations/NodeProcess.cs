using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;

namespace Redis.Server.Operations;

/// <summary>The life of the process around one node: log, pid file, signals, and the exit code.</summary>
internal sealed class NodeProcess(ServerOptions options, Func<ServerOptions, ILoggerFactory, LogSink, INode> create)
{
    /// <summary>Set in the environment of a node that is to stop when its standard input ends (local-cluster's children).</summary>
    public const string StopWithParent = "REDIS_RAFT_STOP_WITH_PARENT";

    private readonly TaskCompletionSource<string> _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs the node until it is told to stop or ends by itself. Answers the exit code.</summary>
    public async Task<int> RunAsync()
    {
        LogSink sink;
        try
        {
            sink = new LogSink(options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Can't open the log file: {e.Message}").ConfigureAwait(false);
            return ExitCode.BadOptions;
        }
        using (sink)
        using (ILoggerFactory loggers = RedisLogProvider.CreateFactory(options, sink))
        {
            return await RunAsync(sink, loggers).ConfigureAwait(false);
        }
    }

    private async Task<int> RunAsync(LogSink sink, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<NodeProcess>();
        AnnounceStart(logger);
        using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM);
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        if (Environment.GetEnvironmentVariable(StopWithParent) is not null) WatchStandardInput();
        try
        {
            WritePidFile();
            await using INode node = create(options, loggers, sink);
            await node.StartAsync().ConfigureAwait(false);
            using IdleCompaction compaction = new(new RuntimeHeap(), () => options.Raft.ElectionTimeout / 4);
            compaction.Start();
            Task end = Task.WhenAny(node.Ended, _stopRequested.Task);
            if (await Task.WhenAny(node.Loaded, end).ConfigureAwait(false) == node.Loaded) ServiceNotification.Ready();
            await end.ConfigureAwait(false);
            ServiceNotification.Stopping();
            if (node.Ended.IsCompleted) await node.Ended.ConfigureAwait(false);
            else logger.LogWarning("Received {Reason}, shutting down...", await _stopRequested.Task.ConfigureAwait(false));
            await node.StopAsync().ConfigureAwait(false);
            logger.LogWarning("Redis on Raft is now ready to exit, bye bye...");
            return ExitCode.Success;
        }
        catch (Exception e) when (CodeOf(e) is { } code)
        {
            logger.LogError("{Reason}", e.Message);
            return code;
        }
        catch (Exception e)
        {
            logger.LogCritical(e, "The server stops because of a defect; please report what follows");
            return ExitCode.Unexpected;
        }
        finally
        {
            if (options.PidFile.Length > 0) File.Delete(options.PathOf(options.PidFile));
        }
    }

    private static int? CodeOf(Exception e) => e switch
    {
        DataDirectoryLockedException => ExitCode.DirectoryLocked,
        LogDamagedException or SnapshotDamagedException or ForeignFileException => ExitCode.DataDamaged,
        StorageException or IOException or UnauthorizedAccessException => ExitCode.DirectoryUnusable,
        SocketException => ExitCode.CannotListen,
        ConfigurationException => ExitCode.BadOptions,
        _ => null,
    };

    private PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // the process ends by itself once the node has stopped
        if (!_stopRequested.TrySetResult(signal.ToString())) Environment.Exit(ExitCode.Unexpected); // asked twice: at once
    });

    private void WatchStandardInput() => new Thread(() =>
    {
        using Stream input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }
        _stopRequested.TrySetResult("the end of the parent process");
    })
    { IsBackground = true, Name = "parent watch" }.Start();

    private void WritePidFile()
    {
        if (options.PidFile.Length > 0) File.WriteAllText(options.PathOf(options.PidFile), $"{Environment.ProcessId}\n");
    }

    private void AnnounceStart(ILogger logger)
    {
        logger.LogInformation(
            "Redis on Raft {Version} is starting, pid={Pid}, port={Port}, data directory {Directory}",
            ServerVersion.Text, Environment.ProcessId, options.Port, options.Directory);
        foreach (string module in options.LoadedModules)
            logger.LogInformation("loadmodule {Module}: not loaded, because consensus is built in", module);
        if (!options.Raft.LogFsync)
            logger.LogWarning("raft.log-fsync is no: a power failure may lose writes that were acknowledged");
        if (options.Raft.Sharding || options.Raft.ExternalSharding)
            logger.LogWarning("raft.sharding is accepted and without effect: this cluster serves all slots");
        if (options.Raft.QuorumReads == QuorumReads.No)
            logger.LogWarning("raft.quorum-reads is no: reads may be stale");
    }
}
