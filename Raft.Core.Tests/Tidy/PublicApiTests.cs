using System.Reflection;
using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Tidy;

/// <summary>
/// What the packages show to their users changes on purpose only: REWRITE_API=1 writes the files beside this test anew, and
/// the change of the file is part of the change of the code.
/// </summary>
public sealed class PublicApiTests
{
    private static IEnumerable<TestCaseData> Packages() =>
    [
        new TestCaseData(typeof(RaftServer).Assembly).SetArgDisplayNames("Raft.Core"),
        new TestCaseData(typeof(RaftLog).Assembly).SetArgDisplayNames("Raft.Storage"),
    ];

    [TestCaseSource(nameof(Packages))]
    public void PublicApiIsAsWritten(object package)
    {
        Assembly assembly = (Assembly)package;
        string file = Path.Combine(SourceTree.Root, "Raft.Core.Tests", "Tidy", $"{assembly.GetName().Name}.api.txt");
        string api = PublicApi.Of(assembly);
        if (Environment.GetEnvironmentVariable("REWRITE_API") == "1")
        {
            File.WriteAllText(file, api);
            return;
        }

        Assert.That(api, Is.EqualTo(File.ReadAllText(file)), "if the change is meant, run this test with REWRITE_API=1");
    }
}
