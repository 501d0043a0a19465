using System.Text;
using NUnit.Framework;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// The cases that generators seldom find, written down by command in Cases/*.txt: error texts, the order of checks, limits. Blocks of
/// lines as redis-cli takes them, each from an empty dataset, in RESP2 and RESP3; nothing is expected but what redis-server 7.0 says.
/// </summary>
[TestFixture]
internal sealed class EdgeCaseTests
{
    private static IEnumerable<string> Files =>
        Directory.GetFiles(SourceTree.PathOf("Redis.Server.Tests", "Oracle", "Cases"), "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Test]
    public void Every_case_is_answered_as_by_Redis([ValueSource(nameof(Files))] string file, [Values(2, 3)] int version)
    {
        ReplyTable rules = new(AllFamilies.List);
        StringBuilder differences = new();
        foreach (Request[] block in Blocks(File.ReadAllLines(SourceTree.PathOf("Redis.Server.Tests", "Oracle", "Cases", file))))
        {
            using OracleConnection oracle = OracleServer.Connect(version);
            using LocalExecutor local = new() { Writer = { Version = version } };
            IReadOnlyList<Reply> theirs = oracle.Run([new Request("FLUSHALL"), .. block]);
            for (int i = 0; i < block.Length; i++)
            {
                Reply ours = local.Run(block[i]);
                if (!rules.AreAlike(block[i], ours, theirs[i + 1]))
                    differences.Append($"{block[i]}\n   ours: {ours}\n  redis: {theirs[i + 1]}\n");
            }
        }

        Assert.That(differences.ToString(), Is.Empty);
    }

    private static IEnumerable<Request[]> Blocks(string[] lines)
    {
        List<Request> block = [];
        foreach (string line in lines.Append(""))
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Length > 0)
            {
                block.Add(Request.Parse(line));
            }
            else if (block.Count > 0)
            {
                yield return [.. block];
                block.Clear();
            }
        }
    }
}
