using System.Diagnostics;
using Redis.Server.Configuration;

namespace Redis.Server.Operations;

/// <summary>A node of local-cluster: a process of this executable that ends when this process does.</summary>
internal sealed class LocalNode : IDisposable
{
    private readonly Process _process;
    private readonly NodeAccess _access;
    private readonly Queue<string> _lastLines = new();

    private LocalNode(LocalClusterPlan plan, int number, Process process)
    {
        (Number, Port, Directory) = (number, plan.PortOf(number), plan.DirectoryOf(number));
        (_process, _access) = (process, plan.Access);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Number { get; }

    public int Port { get; }

    public string Directory { get; }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static LocalNode Start(LocalClusterPlan plan, int number)
    {
        ProcessStartInfo start = new(plan.Program[0], [.. plan.Program.Skip(1), .. plan.ArgumentsOf(number)])
        {
            RedirectStandardInput = true, // its end tells the node that this process is gone, however it went
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[NodeProcess.StopWithParent] = "1";
        return new LocalNode(plan, number, Process.Start(start)!);
    }

    /// <summary>The command that starts this node by hand, for a shell.</summary>
    public static string CommandLine(LocalClusterPlan plan, int number) =>
        string.Join(' ', plan.Program.Concat(plan.ArgumentsOf(number)).Select(Words.Quote));

    /// <summary>INFO raft, or null when it does not answer.</summary>
    public RaftInfo? Ask() => HasExited ? null : RaftInfo.Ask(LocalClusterPlan.Host, Port, TimeSpan.FromSeconds(1), _access);

    /// <summary>A connection for commands, authenticated.</summary>
    /// <exception cref="IOException">The node does not answer.</exception>
    public RespConnection Connect(TimeSpan timeout) => _access.Connect(LocalClusterPlan.Host, Port, timeout);

    /// <summary>Why it ended: what it printed, else the end of its log.</summary>
    public string LastWords()
    {
        _process.WaitForExit(); // so that its output is complete
        lock (_lastLines)
        {
            if (_lastLines.Count > 0) return string.Join(Environment.NewLine, _lastLines);
        }
        string log = Path.Combine(Directory, "node.log");
        return File.Exists(log) ? string.Join(Environment.NewLine, File.ReadLines(log).TakeLast(5)) : "";
    }

    public void AskToStop()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>False when it had to be killed.</summary>
    public bool WaitForExit(TimeSpan limit)
    {
        if (_process.WaitForExit(limit)) return true;
        _process.Kill();
        return false;
    }

    public void Dispose() => _process.Dispose();

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 10) _lastLines.Dequeue();
        }
    }
}
