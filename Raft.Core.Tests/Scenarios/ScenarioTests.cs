using NUnit.Framework;

namespace Raft.Core.Tests.Scenarios;

/// <summary>
/// Plays every scenario file beside this one and compares the trace. REWRITE_SCENARIOS=1 writes the new traces into the
/// files instead; what a scenario expects must hold even then.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "Raft.Core.Tests", "Scenarios");

    private static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    public void ScenarioPlaysAsWritten(string name)
    {
        string file = Path.Combine(Folder, name + ".txt");
        string written = File.ReadAllText(file);
        string played = Scenario.Play(written);
        if (Environment.GetEnvironmentVariable("REWRITE_SCENARIOS") == "1")
        {
            File.WriteAllText(file, played);
            return;
        }

        Assert.That(played, Is.EqualTo(written));
    }
}
