using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Raft.Core.Tests.Unit;

public sealed class ClusterConfigurationTests
{
    private static readonly Gen<ClusterConfiguration> Configurations =
        from ids in Gen.Choose(1, 9).ListOf()
        from voters in Gen.Choose(0, 1).ListOf(ids.Count)
        from removed in Gen.Choose(1, 9).ListOf()
        select Build(ids, voters, removed);

    [Property]
    public Property DecodingGivesBackWhatWasEncoded() => Prop.ForAll(Configurations.ToArbitrary(), configuration =>
    {
        ClusterConfiguration decoded = ClusterConfiguration.Decode(configuration.Encode());
        return decoded.Members.SequenceEqual(configuration.Members) && decoded.UsedIds.SequenceEqual(configuration.UsedIds);
    });

    [Property]
    public Property AnyDamageIsAFormatExceptionOrAnotherConfiguration() => Prop.ForAll(
        Configurations.ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (configuration, place, value) =>
        {
            byte[] bytes = configuration.Encode();
            bytes[place % bytes.Length] = (byte)value;
            try
            {
                ClusterConfiguration.Decode(bytes.AsSpan(0, bytes.Length - (place % 2)));
            }
            catch (FormatException)
            {
                // Refused, as it should be.
            }
        });

    [Property]
    public Property IdsStayUsedAndMembersAreOrdered() => Prop.ForAll(Configurations.ToArbitrary(), configuration =>
        configuration.Members.Select(m => m.Id).SequenceEqual(configuration.Members.Select(m => m.Id).Order())
        && configuration.Members.All(m => configuration.UsedIds.Contains(m.Id))
        && configuration.Members.All(m => configuration.Without(m.Id).UsedIds.Contains(m.Id)));

    [Test]
    public void TheBytesOfAConfigurationNeverChange()
    {
        ClusterConfiguration configuration =
            ClusterConfiguration.Empty.With(new Member(7, true, "a:1", 9)).With(new Member(8, false, "b")).Without(8);

        Assert.That(
            Convert.ToHexString(configuration.Encode()),
            Is.EqualTo("01" + "02000000" + "07000000" + "08000000" + "01000000" + "07000000" + "01" + "0900000000000000" + "03000000" + "613A31"));
    }

    private static ClusterConfiguration Build(List<int> ids, List<int> voters, IEnumerable<int> removed)
    {
        ClusterConfiguration configuration = ClusterConfiguration.Empty;
        for (int i = 0; i < ids.Count; i++)
        {
            configuration = configuration.With(new Member(ids[i], voters[i] == 1, $"höst{ids[i]}:{i}", voters[i] * (i + 1L)));
        }

        return removed.Aggregate(configuration, (c, id) => c.Without(id));
    }
}
