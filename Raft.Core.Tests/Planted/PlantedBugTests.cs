using NUnit.Framework;

namespace Raft.Core.Tests.Planted;

/// <summary>The list of planted bugs must keep fitting the source, or the hunt for them proves nothing.</summary>
public sealed class PlantedBugTests
{
    private static IEnumerable<TestCaseData> Bugs() => PlantedBug.ReadAll(PlantedBugRunner.ListFile)
        .Where(b => b.Excluded is null).Select(b => new TestCaseData(b).SetArgDisplayNames(b.Number));

    [TestCaseSource(nameof(Bugs))]
    public void PassageStandsExactlyOnce(object planted)
    {
        foreach (SourceChange change in ((PlantedBug)planted).Changes)
        {
            Assert.That(change.Fits(File.ReadAllText(Path.Combine(SourceTree.Root, change.File))), Is.True, change.Find);
        }
    }
}
