namespace Redis.Server.Keyspace;

/// <summary>Neighbouring ranks of a sorted set.</summary>
internal readonly record struct RankRange(int First, int Count)
{
    public static RankRange Empty => default;

    public int Last => First + Count - 1;

    /// <summary>From <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    public static RankRange Between(int first, int end) => end > first ? new RankRange(first, end - first) : Empty;
}
