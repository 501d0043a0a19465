using System.Diagnostics;
using System.Runtime.InteropServices;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>A running server executable. It ends by itself when this process does, however that goes.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int LinesKept = 400;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly string Executable = Published ?? Find();

    private readonly Process _process;
    private readonly Queue<string> _lines = new();

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A server published as a single file, which these tests are to try instead of the built one (the target PublishCheck).</summary>
    public static string? Published => Environment.GetEnvironmentVariable("REDIS_RAFT_SERVER") is { Length: > 0 } path ? path : null;

    public static string Program => Executable;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The end of what it printed.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    public static ServerProcess Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables of its own in the environment.</summary>
    public static ServerProcess Start(IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Executable, arguments)
        {
            RedirectStandardInput = true, // held open: its end tells the server that its parent is gone
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[NodeProcess.StopWithParent] = "1";
        if (Published is not null)
            start.Environment.Remove("DOTNET_ROOT"); // it has to bring its own runtime
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Terminate() => Signal(SigTerm);

    /// <summary>SIGSTOP. When this returns no thread of the process runs any more: the signal alone leaves them a moment.</summary>
    public void Stop()
    {
        Signal(SigStop);
        string threads = $"/proc/{Id}/task";
        SpinWait.SpinUntil(() => !Directory.Exists(threads) || Directory.GetDirectories(threads).All(IsStopped), Eventually.Limit);
    }

    public void Continue() => Signal(SigCont);

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw new TimeoutException($"The process did not end within {Eventually.Limit.TotalSeconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    /// <summary>proc_pid_stat(5): the state of a thread stands behind its name, which is in parentheses.</summary>
    private static bool IsStopped(string task)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            return false; // it ended just now; the next look does not find it
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
            throw new InvalidOperationException($"kill -{signal} {_process.Id} failed: error {Marshal.GetLastPInvokeError()}");
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept)
                _lines.Dequeue();
        }
    }

    /// <summary>The build copies the server next to the tests that refer to it.</summary>
    private static string Find()
    {
        string path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Redis.Server.exe" : "Redis.Server");
        return File.Exists(path) ? path : throw new FileNotFoundException("The server was not built next to the tests.", path);
    }
}
