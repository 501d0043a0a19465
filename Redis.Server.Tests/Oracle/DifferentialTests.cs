using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// Every family alone and all of them mixed: generated sequences give the same replies and leave the same dataset as a real
/// redis-server 7.0, in RESP2 and RESP3. A failure prints the shrunk sequence as redis-cli lines and FsCheck's seed.
/// </summary>
[TestFixture]
internal sealed class DifferentialTests
{
    private const int Sequences = 400;
    private const int MaxLength = 100;
    private const int LeastCommands = 100_000;

    // The default run is the same every time; REDIS_ORACLE_SEED=<number> explores, and =<number>,<number> repeats a failure.
    private static readonly ulong[] Seed =
        [.. (Environment.GetEnvironmentVariable("REDIS_ORACLE_SEED") ?? "20260101").Split(',').Select(number => ulong.Parse(number, CultureInfo.InvariantCulture))];

    private static readonly Dictionary<string, int> Compared = [];

    private static IReadOnlyList<CommandFamily> Families => AllFamilies.List;

    /// <summary>How many commands were compared; when nothing was left out, as many as the documents promise (the seed is fixed).</summary>
    [OneTimeTearDown]
    public void Count()
    {
        int sum = Compared.Values.Sum();
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sum:N0} generated commands compared with redis-server."));
        if (Compared.Count == Families.Count + 1)
            Assert.That(sum, Is.GreaterThanOrEqualTo(LeastCommands));
    }

    [TestCaseSource(nameof(Families))]
    public void A_family_answers_as_Redis(CommandFamily family) => Check(family.Name, [family], family.Requests);

    [Test]
    public void All_families_together_answer_as_Redis() =>
        Check("all", Families, Gen.OneOf(Families.Select(family => family.Requests).ToArray()));

    private static void Check(string name, IReadOnlyList<CommandFamily> families, Gen<Request> requests)
    {
        using Comparison comparison = new(families);
        Gen<Request[]> sequences = Gen.Choose(1, MaxLength).SelectMany(length => Gen.ArrayOf(requests, length));
        Arbitrary<Request[]> arbitrary = Arb.From(sequences, Shrink);
        string? difference = null;
        Property property = Prop.ForAll(arbitrary, sequence =>
        {
            int version = sequence.Length % 2 + 2;
            string? found = comparison.FindDifference(sequence, version);
            difference = found ?? difference;
            return found == null;
        });
        try
        {
            property.Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithStartSize(100).WithEndSize(100).WithReplay(Seed[0], Seed.Length > 1 ? Seed[1] : 1));
        }
        catch (Exception failure) when (difference != null)
        {
            string seed = failure.Message.Split('\n')[0];
            Assert.Fail($"{difference}\n{seed}");
        }

        Compared[name] = comparison.Commands;
        TestContext.Out.WriteLine($"{comparison.Commands} generated commands compared.");
    }

    /// <summary>Leaves out large parts first, then single requests. The number of requests decides the protocol, so pairs go first.</summary>
    private static IEnumerable<Request[]> Shrink(Request[] sequence)
    {
        for (int part = sequence.Length / 2; part > 0; part /= 2)
        {
            for (int start = 0; start + part <= sequence.Length; start += part)
                yield return [.. sequence[..start], .. sequence[(start + part)..]];
        }
    }
}
