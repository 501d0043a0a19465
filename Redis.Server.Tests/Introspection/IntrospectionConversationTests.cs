using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.PubSub;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Introspection;

/// <summary>
/// What people type to look into a server and to set it up, and into data whose options change meanwhile: Conversations/*.txt, blocks of
/// lines with the clients that say them. Nothing is expected but what redis-server 7.0 answers; a block leaves the options as it found them.
/// </summary>
[TestFixture]
internal sealed partial class IntrospectionConversationTests() : SingleNode("--enable-debug-command", "yes")
{
    private static IEnumerable<string> Files =>
        Directory.GetFiles(SourceTree.PathOf("Redis.Server.Tests", "Introspection", "Conversations"), "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public async Task Every_line_is_answered_as_by_Redis(string file)
    {
        string text = await File.ReadAllTextAsync(SourceTree.PathOf("Redis.Server.Tests", "Introspection", "Conversations", file));
        foreach (string block in text.Split("\n\n"))
            Assert.That(await HeardFromAsync(Node.Port, block), Is.EqualTo(await HeardFromAsync(OracleServer.Port, block)));
    }

    private static async Task<string> HeardFromAsync(int port, string block)
    {
        using TestClient clean = await TestClient.ConnectAsync(port);
        await clean.AskAsync("FLUSHALL");
        using Conversation conversation = new(port);
        await conversation.HoldAsync(block);
        return string.Join('\n', conversation.Heard.Select(Comparable));
    }

    /// <summary>Without what differs between any two servers: numbers of clients, ports, times, sizes of buffers. Ours adds 7.2's lib-name and lib-ver.</summary>
    private static string Comparable(string line) =>
        Sizes().Replace(Ids().Replace(Library().Replace(Addresses().Replace(Seconds().Replace(line, "$seconds"), "address"), ""), "$1=n"), "$1=n");

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"(?<=\$age-seconds, )\$[0-9.]+|\$[0-9]+\.[0-9]+")]
    private static partial Regex Seconds();

    [GeneratedRegex(@" lib-name=\S* lib-ver=[^\s\],]*")]
    private static partial Regex Library();

    [GeneratedRegex(@"\b(id|redir|\$id|\$redirect)(?:=|, :)[0-9]+")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\b(fd|age|idle|qbuf|qbuf-free|rbs|rbp|tot-mem|argv-mem|multi-mem|obl|events)=(-?[0-9]+|rw?)")]
    private static partial Regex Sizes();
}
