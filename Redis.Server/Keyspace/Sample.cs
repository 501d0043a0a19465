namespace Redis.Server.Keyspace;

/// <summary>Picks elements at random.</summary>
internal static class Sample
{
    /// <summary>
    /// <paramref name="count"/> different numbers below <paramref name="size"/>, every set of them equally likely (Floyd), in O(count).
    /// </summary>
    public static IReadOnlySet<int> Distinct(DeterministicRandom random, int count, int size)
    {
        HashSet<int> picked = new(count);
        for (int limit = size - count; limit < size; limit++)
        {
            if (!picked.Add(random.Next(limit + 1)))
                picked.Add(limit);
        }
        return picked;
    }
}
