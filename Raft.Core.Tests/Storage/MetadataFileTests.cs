using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>Term and vote without a log beside them, whose files would be made durable in the same directory.</summary>
[TestFixture]
internal sealed class MetadataFileTests
{
    [Test]
    public void A_vote_in_a_new_file_survives_a_power_cut()
    {
        FaultyDisk disk = new();
        Metadata voted;
        using (DataDirectory directory = DataDirectory.Open("/data", disk))
        {
            using MetadataFile file = MetadataFile.Open(directory);
            voted = file.Current with { Term = 3, VotedFor = 2 };
            file.Save(voted);
        }

        disk.Crash(CrashKind.Lost, new Random(1));
        using DataDirectory again = DataDirectory.Open("/data", disk);
        using MetadataFile found = MetadataFile.Open(again);
        Assert.That(found.Current, Is.EqualTo(voted));
    }
}
