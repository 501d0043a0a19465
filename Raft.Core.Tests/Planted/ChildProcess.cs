using System.Diagnostics;

namespace Raft.Core.Tests.Planted;

/// <summary>A program that is started, and ended when it does not end by itself.</summary>
internal static class ChildProcess
{
    /// <summary>Processor time after which a program counts as hung: a bug may loop, but a busy machine must not look like one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>What waits for ever needs no processor.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(20);

    /// <summary>Its exit code, -1 when it had to be ended, and what it said.</summary>
    public static (int Code, string Output) Run(string program, IEnumerable<string> arguments, string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Stopwatch watch = Stopwatch.StartNew();
        while (!process.WaitForExit(TimeSpan.FromSeconds(1)))
        {
            if (ProcessorTimeOf(process) > Patience || watch.Elapsed > LongestWait)
            {
                process.Kill(entireProcessTree: true);
                return (-1, "stopped: out of time");
            }
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result);
    }

    private static TimeSpan ProcessorTimeOf(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return TimeSpan.Zero; // it has just ended
        }
    }
}
