using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Benchmarks.Measuring;

namespace Redis.Server.Tests.Documents;

/// <summary>What docs/performance.md says of ClusterBenchmark, made from the figures that a run of it left: they are the one source.</summary>
internal static partial class ClusterFigures
{
    public const string Begin = "<!-- From cluster-benchmark.json, by the tests with REWRITE_DOCS=1. -->";
    public const string End = "<!-- So far from cluster-benchmark.json. -->";

    public static string Make(string json)
    {
        using JsonDocument report = JsonDocument.Parse(json);
        JsonElement circumstances = report.RootElement.GetProperty("circumstances");
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"""
            {Begin}
            Medians of {report.RootElement.GetProperty("rounds").GetInt32()} interleaved rounds, {circumstances.GetProperty("cores").GetInt32()} cores, {circumstances.GetProperty("os").GetString()}, {circumstances.GetProperty("runtime").GetString()}, {circumstances.GetProperty("time").GetString()![..10]}:

            | load | yardstick, requests/s | three nodes, requests/s | ratio | goal |
            |---|---|---|---|---|

            """);
        foreach (JsonElement load in report.RootElement.GetProperty("loads").EnumerateArray())
        {
            string goal = load.GetProperty("goal") is { ValueKind: JsonValueKind.Number } number ? number.GetDouble().ToString("0.0#", CultureInfo.InvariantCulture) : "";
            text.Append(CultureInfo.InvariantCulture,
                $"| {Words(load.GetProperty("name").GetString()!)} | {Median(load, "yardstick"):N0} | {Median(load, "cluster"):N0} | {load.GetProperty("ratio").GetDouble():F2} | {goal} |\n");
        }

        return text.Append(End).ToString();
    }

    /// <summary>What the chart says of each load.</summary>
    public static IEnumerable<string> OnTheChart(string json)
    {
        using JsonDocument report = JsonDocument.Parse(json);
        return [.. report.RootElement.GetProperty("loads").EnumerateArray()
            .Where(load => load.GetProperty("goal").ValueKind == JsonValueKind.Number).SelectMany(load => (string[])[
            load.GetProperty("name").GetString()!,
            string.Create(CultureInfo.InvariantCulture, $"{load.GetProperty("ratio").GetDouble():F2} (goal {load.GetProperty("goal").GetDouble():F2})")])];
    }

    private static double Median(JsonElement load, string target) =>
        Medians.Of(load.GetProperty(target).EnumerateArray().Select(round => round.GetProperty("PerSecond").GetDouble()));

    /// <summary>"SET c=50 P=16" as people say it.</summary>
    private static string Words(string name) => Name().Replace(name, match =>
        $"{match.Groups[1].Value}, {match.Groups[2].Value} client{(match.Groups[2].Value == "1" ? "" : "s")}{(match.Groups[3].Value == "1" ? "" : $", {match.Groups[3].Value} pipelined")}");

    [GeneratedRegex(@"^(\w+) c=(\d+) P=(\d+)")]
    private static partial Regex Name();
}
