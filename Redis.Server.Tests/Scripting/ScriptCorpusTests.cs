using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>
/// Scripts of the kind that people use (corpus.txt): a title, a script, commands (!), and its calls (&gt;). Each case answers as a real
/// redis-server 7.0 and leaves the same dataset.
/// </summary>
[TestFixture]
internal sealed class ScriptCorpusTests
{
    private static IEnumerable<TestCaseData> Cases()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scripting", "corpus.txt"));
        foreach (string part in $"\n{text}".Split("\n== ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = part.TrimEnd('\n').Split('\n');
            string script = string.Join('\n', lines.Skip(1).TakeWhile(line => !line.StartsWith("> ", StringComparison.Ordinal) && !line.StartsWith("! ", StringComparison.Ordinal)));
            Request[] requests = [.. lines.Skip(1 + script.Split('\n').Length).Select(line => ToRequest(script, line))];
            yield return new TestCaseData((object)requests).SetArgDisplayNames(lines[0]);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Each_script_answers_as_Redis(Request[] requests)
    {
        using Comparison comparison = new([]);
        Assert.That(comparison.FindDifference(requests, 2), Is.Null);
        Assert.That(comparison.FindDifference(requests, 3), Is.Null);
    }

    private static Request ToRequest(string script, string line)
    {
        string[] words = line[2..].Split(' ');
        return line[0] == '!' ? new Request(words) : new Request(["EVAL", script, .. words]);
    }
}
