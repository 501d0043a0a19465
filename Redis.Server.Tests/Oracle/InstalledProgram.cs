using System.Diagnostics;

namespace Redis.Server.Tests.Oracle;

/// <summary>Programs that tests use where they are installed.</summary>
internal static class InstalledProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Its path, or null.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs it to its end; both its outputs, one after the other.</summary>
    public static Task<(int Code, string Output)> RunAsync(string program, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments));

    /// <summary>The same with an environment or a directory of its own.</summary>
    public static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        return await EndAsync(process, Limit);
    }

    /// <summary>Waits for a program whose outputs are redirected to end; both of them, one after the other. Ends it when it takes too long.</summary>
    public static async Task<(int Code, string Output)> EndAsync(Process process, TimeSpan within)
    {
        using CancellationTokenSource limit = new(within);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
