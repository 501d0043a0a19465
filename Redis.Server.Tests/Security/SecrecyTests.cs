using System.Globalization;
using System.Text;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Security;

/// <summary>Passwords, typed in every way there is, stand in the file that holds the configuration and nowhere else.</summary>
[TestFixture]
internal sealed class SecrecyTests
{
    /// <summary>Each password contains it.</summary>
    private const string Secret = "hush-hush";

    private static readonly string Configuration = $"""
        requirepass {Secret}-0
        masterauth {Secret}-1
        user app on >{Secret}-2 ~* +@all
        raft.cluster-password {Secret}-0
        loglevel debug
        raft.loglevel debug
        raft.trace all
        slowlog-log-slower-than 0
        slowlog-max-len 1000
        latency-monitor-threshold 1
        enable-debug-command yes
        logfile server.log
        """;

    /// <summary>What is typed; several lines joined by | are one pipeline. The default user's password is the one behind requirepass, in the end as in the file.</summary>
    private static readonly string[] Lines =
    [
        $"AUTH {Secret}-no", $"AUTH default {Secret}-no", $"AUTH nobody {Secret}-no", $"AUTH a {Secret} b", $"AUTH app {Secret}-2", $"AUTH default {Secret}-0",
        $"HELLO 3 AUTH nobody {Secret}", $"HELLO 2 SETNAME me AUTH default {Secret}-0", $"HELLO 3 AUTH default {Secret}-0 NONSENSE", $"HELLO 9 AUTH default {Secret}-0", $"HELLO 2 AUTH {Secret}",
        $"CONFIG SET masterauth {Secret}-a", $"CONFIG SET masteruser {Secret}-b", $"CONFIG SET timeout 0 raft.cluster-password {Secret}-0", $"CONFIG SET tls-key-file-pass {Secret}", $"CONFIG SET tls-client-key-file-pass {Secret}",
        $"CONFIG SET requirepass {Secret}-c nonsense 1", $"CONFIG SET requirepass {Secret}-d timeout never", $"CONFIG SET requirepass {Secret}-e timeout", $"CONFIG SET REQUIREPASS {Secret}-f", $"AUTH {Secret}-f", $"CONFIG SET requirepass {Secret}-0",
        $"ACL SETUSER u on >{Secret}-g >{Secret}-h ~* +@all", $"ACL SETUSER u <{Secret}-g", $"ACL SETUSER u >{Secret}-i nonsense", $"ACL SETUSER u resetpass >{Secret}-g (~a:*", $"acl setuser u clearselectors >{Secret}-g",
        $"MULTI | ACL SETUSER m on >{Secret}-m | AUTH app {Secret}-2 | CONFIG SET masterauth {Secret}-n | HELLO 2 AUTH default {Secret}-0 | EXEC", $"AUTH default {Secret}-0", $"MULTI | ACL SETUSER m >{Secret}-o nonsense | EXEC", $"MULTI | AUTH app {Secret}-2 | DISCARD",
        $"MIGRATE 127.0.0.1 1 k 0 1 AUTH {Secret}", $"MIGRATE 127.0.0.1 1 k 0 1 COPY AUTH2 app {Secret} KEYS k",
        $"RAFT.DEBUG EXEC CONFIG SET masterauth {Secret}-p", $"RAFT.DEBUG EXEC ACL SETUSER d on >{Secret}-q", $"RAFT.DEBUG EXEC AUTH nobody {Secret}",
        $"RAFT CONFIG SET masterauth {Secret}-r", $"RAFT ACL SETUSER r on >{Secret}-s", $"RAFT AUTH nobody {Secret}", $"RAFT.CONFIG SET raft.cluster-password {Secret}-0", $"RAFT.CONFIG SET cluster-password {Secret}-0",
    ];

    [Test]
    public async Task A_password_stands_where_the_configuration_is_and_nowhere_else()
    {
        string directory = Directory.CreateTempSubdirectory("secrecy").FullName;
        try
        {
            StringBuilder seen = new();
            string file = Path.Combine(directory, "redis.conf");
            await File.WriteAllTextAsync(file, Configuration);
            int port = LoopbackPorts.Next();
            using (ServerProcess process = ServerProcess.Start(file, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory, "--raft.addr", $"127.0.0.1:{port}"))
            {
                await TypeAsync(port, seen);
                process.Terminate();
                Assert.That(await process.ExitAsync(), Is.Zero, process.Output);
                seen.Append(process.Output);
            }

            Assert.That(Mentions(seen.ToString()), Is.Empty);
            string[] files = [.. Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Where(path => path != file)];
            Assert.That(files.Select(Path.GetFileName), Has.Member("server.log").And.Some.EndsWith(".rdb"));
            foreach (string path in files)
                Assert.That(Mentions(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path))), Is.Empty, path);
            Assert.That(await File.ReadAllTextAsync(file), Does.Contain($"requirepass \"{Secret}-0\"").Or.Contain($"requirepass {Secret}-0"), "as in Redis, CONFIG REWRITE puts it there");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Types all lines and collects what others can see of them.</summary>
    private static async Task TypeAsync(int port, StringBuilder seen)
    {
        TestClient types = await Eventually.GetAsync("the server", async () =>
        {
            try
            {
                return await TestClient.ConnectAsync(port);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return null;
            }
        });
        using TestClient looks = await TestClient.ConnectAsync(port), monitors = await TestClient.ConnectAsync(port);
        foreach (TestClient client in new[] { types, looks, monitors })
            Assert.That(await client.AskAsync("AUTH", $"{Secret}-0"), Is.EqualTo("+OK"));
        Assert.That(await types.AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK"));
        await Eventually.TrueAsync("a leader", async () => await types.AskAsync("SET", "k", "v") == "+OK");
        Assert.That(await monitors.AskAsync("MONITOR"), Is.EqualTo("+OK"));

        foreach (string line in Lines)
        {
            Request[] requests = [.. line.Split(" | ").Select(Request.Parse)];
            foreach (Reply reply in await types.PipelineAsync(requests))
                seen.Append(ReplyText.Of(reply)).Append('\n');
            seen.Append(await looks.AskAsync("CLIENT", "LIST"));
        }

        await types.SendAsync($"AUTH default {Secret}-0\r\nAUTH nobody {Secret}\r\n"); // inline
        await types.ReadAsync(2);
        string[][] questions =
        [
            ["SLOWLOG", "GET", "-1"], ["INFO", "everything"], ["ACL", "LIST"], ["ACL", "LOG"], ["ACL", "GETUSER", "u"], ["ACL", "GETUSER", "default"], ["LATENCY", "LATEST"], ["LATENCY", "DOCTOR"],
            ["LATENCY", "HISTOGRAM"], ["MEMORY", "DOCTOR"], ["CONFIG", "REWRITE"], ["BGSAVE"],
        ];
        foreach (string[] question in questions)
            seen.Append(await looks.AskAsync(question)).Append('\n');
        Assert.That(seen.ToString(), Does.Contain("$(redacted)").And.Contain("user u on #"), "the looks that were taken see something");

        await Eventually.TrueAsync("the snapshot", async () => (await looks.AskAsync("INFO", "persistence")).Contains("rdb_bgsave_in_progress:0", StringComparison.Ordinal));
        await looks.AskAsync("ECHO", "the end");
        string line2 = "";
        while (!line2.Contains("the end", StringComparison.Ordinal))
            seen.Append(line2 = ReplyText.Of(await monitors.ReadAsync())).Append('\n');
        types.Dispose();
    }

    /// <summary>The lines with a password, or the neighbourhood of one.</summary>
    private static List<string> Mentions(string text)
    {
        List<string> found = [];
        for (int at = text.IndexOf(Secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Secret, at + 1, StringComparison.Ordinal))
            found.Add(text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 20)]);
        return found;
    }
}
