namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>
/// Decides whether transactions that append to lists and read them are strictly serializable. Lists tell more than registers: an
/// answer shows who wrote before it and in which order, so dependencies need not be guessed, and long histories are checked in
/// a time that grows with their length (Elle: Kingsbury and Alvaro, 2020).
/// </summary>
internal static class ListAppendChecker
{
    /// <summary>Everything that is wrong; nothing in a history that is strictly serializable.</summary>
    public static IReadOnlyList<Anomaly> Check(IReadOnlyList<ListTransaction> history)
    {
        Dictionary<string, ListVersions> versions = ListVersions.Of(history);
        ListWriters writers = new(history);
        List<Anomaly> found = ListAnswers.Check(history, versions, writers);
        found.AddRange(new CycleSearch(DependencyGraph.Of(history, versions, writers)).Run());
        return found;
    }
}
