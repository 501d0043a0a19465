using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Redis.Server.Tests.Chaos;

/// <summary>What happened in one round, in order: every request with its answer, and every fault. Written to a file when a check fails.</summary>
internal sealed class Journal(long start)
{
    private readonly ConcurrentQueue<(long When, string Line)> _lines = [];

    /// <summary>A clock that all clients share.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public void Note(string text) => _lines.Enqueue((Now, $"{Text(Now)}             {text}"));

    public void Request(long invoked, string client, Fate fate, string text) =>
        _lines.Enqueue((invoked, $"{Text(invoked)} {Text(Now)} {client} {fate,-7} {text}"));

    /// <summary>Adds a failing round's history to the artifacts; answers the file's path.</summary>
    public string Save(string name, IEnumerable<string> heading)
    {
        string directory = Environment.GetEnvironmentVariable("CHAOS_OUTPUT") ?? Path.Combine(AppContext.BaseDirectory, "artifacts", "chaos");
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, $"{name}.txt");
        File.WriteAllLines(path, [.. heading, "", "began and answered in seconds, client, fate, request and answer; lines without a client are faults", "", .. _lines.OrderBy(line => line.When).Select(line => line.Line)]);
        return path;
    }

    private string Text(long moment) => Stopwatch.GetElapsedTime(start, moment).TotalSeconds.ToString("0000.0000", CultureInfo.InvariantCulture);
}
