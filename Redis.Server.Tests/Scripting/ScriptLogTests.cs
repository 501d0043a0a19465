using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Scripting;

/// <summary>What redis.log writes, at which loglevel, as in the file of a real redis-server 7.0.</summary>
[TestFixture]
internal sealed partial class ScriptLogTests : SingleNode
{
    private const string Script = """
        for _, level in ipairs({redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING}) do redis.log(level, 'log-levels', ARGV[1], level, 2.5, true, 'x') end
        redis.log(redis.LOG_WARNING, 'log-levels \0 nobody sees')
        redis.log(redis.LOG_WARNING, 'log-levels end ' .. ARGV[1])
        """;

    private static readonly string[] Levels = ["debug", "verbose", "notice", "warning"];

    [Test]
    public async Task RedisLog_WritesWhatLoglevelLets()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await TestClient.ConnectAsync(Node.Port);
        string directory = oracle.Run([new Request("CONFIG", "GET", "dir")])[0].Elements[1].AsString;
        string before = (await client.CallAsync("CONFIG", "GET", "loglevel")).Elements[1].AsString;
        foreach (string level in Levels)
        {
            Request[] requests = [new("CONFIG", "SET", "loglevel", level), new("EVAL", Script, "0", level)];
            oracle.Run(requests);
            await client.PipelineAsync(requests);
        }

        oracle.Run([new Request("CONFIG", "SET", "loglevel", "notice")]);
        await client.AskAsync("CONFIG", "SET", "loglevel", before);
        string[] theirs = LinesOf(await File.ReadAllTextAsync(Path.Combine(directory, "redis.log")));
        Assert.That(theirs, Has.Length.EqualTo(18), string.Join('\n', theirs)); // 4 + 3 + 2 + 1, and two at each level
        await Eventually.TrueAsync("the last line", () => Task.FromResult(LinesOf(Node.Output).LastOrDefault() == theirs[^1]));
        Assert.That(LinesOf(Node.Output), Is.EqualTo(theirs));
    }

    /// <summary>Without process and time.</summary>
    private static string[] LinesOf(string log) => [.. Line().Matches(log).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"\d\d\.\d{3} (. log-levels [^\n]*)")]
    private static partial Regex Line();
}
