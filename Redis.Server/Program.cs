using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Operations;
using Redis.Server.Scripting.Lua;

namespace Redis.Server;

/// <summary>The door: looks at the first argument and hands over.</summary>
internal static class Program
{
    private const string InlineSockets = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string SocketThreads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";
    private const int ProcessorsASocketThread = 8;

    public static async Task<int> Main(string[] args)
    {
        // Socket continuations run on the thread that saw the socket become ready, instead of hopping to the thread pool. One such
        // thread: consensus takes one step at a time, and a second thread mostly waits for the first. Measured on two cores, one
        // serves a tenth more requests. The runtime reads both once, when the first socket is used.
        SetUnlessGiven(InlineSockets, "1");
        SetUnlessGiven(SocketThreads, Math.Max(1, Environment.ProcessorCount / ProcessorsASocketThread).ToString(CultureInfo.InvariantCulture));
        LuaLibrary.UseEmbedded();
        try
        {
            return await RunAsync(args).ConfigureAwait(false);
        }
        catch (ConfigurationException e)
        {
            await Console.Error.WriteLineAsync(e.Report).ConfigureAwait(false);
            return ExitCode.BadOptions;
        }
    }

    private static void SetUnlessGiven(string variable, string value)
    {
        if (Environment.GetEnvironmentVariable(variable) is null)
        {
            Environment.SetEnvironmentVariable(variable, value);
        }
    }

    private static async Task<int> RunAsync(string[] args)
    {
        switch (args)
        {
            case ["--version" or "-v"]:
                Console.WriteLine($"Redis on Raft server v={ServerVersion.Text} sha={ServerVersion.GitSha1} redis={ServerVersion.Redis} runtime={Environment.Version}");
                return ExitCode.Success;
            case ["--help" or "-h"]:
                OptionHelp.Write(Console.Out);
                return ExitCode.Success;
            case ["--check-config", .. string[] rest]:
                CommandLine.Parse(rest, Console.In);
                Console.WriteLine("The configuration is valid.");
                return ExitCode.Success;
            case ["local-cluster", .. string[] rest]:
                return LocalCluster.Run(rest, Console.Out);
            case ["status", .. string[] rest]:
                return ClusterStatus.Run(rest, Console.Out);
            case ["recover", .. string[] rest]:
                return await Recovery.RunAsync(rest, options => Node.CreateIsolated(options, NullLoggerFactory.Instance), Console.In, Console.Out).ConfigureAwait(false);
            case ["log", "show", .. [_, ..] and string[] files]:
                return files.All(file => LogTool.Show(file, Console.Out)) ? ExitCode.Success : ExitCode.DataDamaged;
            case ["log", "verify", string directory]:
                return LogTool.Verify(directory, Console.Out) ? ExitCode.Success : ExitCode.DataDamaged;
            case ["log", ..]:
                throw new ConfigurationException("the command line", 0, string.Join(' ', args), "use: log show FILE..., or log verify DIRECTORY");
            default:
                ServerOptions options = CommandLine.Parse(args, Console.In);
                return await new NodeProcess(options, CreateNode).RunAsync().ConfigureAwait(false);
        }
    }

    private static Node CreateNode(ServerOptions options, ILoggerFactory loggers, LogSink sink) => new(options, loggers, sink);
}
