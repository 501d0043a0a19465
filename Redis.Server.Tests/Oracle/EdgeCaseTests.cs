using System.Text;
using NUnit.Framework;
using Redis.Server.Protocol;
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
                block.Add(Parse(line));
            }
            else if (block.Count > 0)
            {
                yield return [.. block];
                block.Clear();
            }
        }
    }

    /// <summary>Quotes and escapes are those of an inline command, which is what redis-cli reads.</summary>
    private static Request Parse(string line)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line + "\r\n");
        RequestParser parser = new();
        Assert.That(parser.Parse(bytes, out int length), Is.EqualTo(ParseStatus.Complete), line);
        ReadOnlySpan<byte> frame = parser.Frame(bytes, length);
        CommandArgs args = parser.Args(frame);
        byte[][] words = new byte[args.Count][];
        for (int i = 0; i < words.Length; i++)
            words[i] = args[i].ToArray();
        return new Request(words);
    }
}
