using System.Text;
using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>Hundreds of scripts of one line (lines.txt): libraries, conversions, errors. Each gives the same reply as on a real redis-server 7.0.</summary>
[TestFixture]
internal sealed class ScriptLineTests
{
    private static string[] Lines { get; } = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Scripting", "lines.txt"));

    [TestCase(2)]
    [TestCase(3)]
    public void Each_line_answers_as_Redis(int version)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        using LocalExecutor local = new();
        local.Writer.Version = version;
        oracle.Run([new Request("FLUSHALL")]);
        Request[] requests = [.. Lines.Select(line => new Request("EVAL", line, "0"))];
        IReadOnlyList<Reply> theirs = oracle.Run(requests);
        StringBuilder differences = new();
        int count = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            Reply ours = local.Run(requests[i]);
            if (ours.Raw.AsSpan().SequenceEqual(theirs[i].Raw))
                continue;
            count++;
            differences.Append($"{Lines[i]}\n   ours: {ours}\n  redis: {theirs[i]}\n");
        }

        Assert.That(count, Is.Zero, differences.ToString());
    }
}
