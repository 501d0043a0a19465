using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Raft.Core.Tests.Unit;

public sealed class ConfigurationHistoryTests
{
    /// <summary>Against the slow version: a configuration for every index, looked up.</summary>
    [Property(MaxTest = 1000)]
    public Property KnowsTheConfigurationOfEveryIndexItHolds() => Prop.ForAll(Gen.Choose(0, 19).ListOf().ToArbitrary(), steps =>
    {
        ConfigurationHistory history = new(0, ClusterConfiguration.Empty);
        List<ClusterConfiguration> all = [ClusterConfiguration.Empty];
        int first = 0;
        foreach (int step in steps)
        {
            int room = all.Count - 1 - first;
            if (step < 6)
            {
                all.Add(all[^1]);
            }
            else if (step < 12)
            {
                all.Add(all[^1].With(new Member(all.Count, true, "")));
                history.Append(all.Count - 1, all[^1]);
            }
            else if (step < 16 && room > 0)
            {
                int index = first + 1 + (step % room);
                all.RemoveRange(index, all.Count - index);
                history.TruncateFrom(index);
            }
            else if (room > 0)
            {
                first += step % (room + 1);
                history.CompactThrough(first);
            }

            NUnit.Framework.Assert.That(history.Latest, Is.SameAs(all[^1]));
            for (int index = first; index < all.Count; index++)
            {
                NUnit.Framework.Assert.That(history.At(index), Is.SameAs(all[index]));
            }
        }
    });

    [Test]
    public void WhatASnapshotCoversIsNotAskedFor()
    {
        ConfigurationHistory history = new(5, ClusterConfiguration.Empty);

        Assert.That(() => history.At(4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => history.TruncateFrom(5), Throws.TypeOf<RaftInvariantException>());
    }

    [TestCase(true, 8)]
    [TestCase(false, 6)]
    public void AnInstalledSnapshotKeepsLaterConfigurationsWithTheLogOnly(bool keepLater, long latest)
    {
        ConfigurationHistory history = new(0, ClusterConfiguration.Empty);
        history.Append(3, ClusterConfiguration.Empty.With(new Member(1, true, "")));
        history.Append(8, ClusterConfiguration.Empty.With(new Member(2, true, "")));

        history.RestartFrom(6, ClusterConfiguration.Empty.With(new Member(3, true, "")), keepLater);

        Assert.That(history.LatestIndex, Is.EqualTo(latest));
        Assert.That(history.At(6).Members.Single().Id, Is.EqualTo(3));
    }
}
