namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>
/// The few keys that clients meet on at the moment. Each is used so often and then replaced: one with many operations, or many of
/// unknown fate, would take the checker too long.
/// </summary>
internal sealed class KeyPool(string prefix, int size, int uses, int losses = int.MaxValue)
{
    private readonly Lock _lock = new();
    private readonly (string Key, int Uses, int Losses)[] _keys = new (string, int, int)[size];
    private readonly List<string> _all = [];

    /// <summary>All keys there ever were.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    public string Draw(Random random)
    {
        lock (_lock)
        {
            ref (string Key, int Uses, int Losses) entry = ref _keys[random.Next(size)];
            if (entry.Key is null || entry.Uses == 0 || entry.Losses == 0)
            {
                entry = ($"{prefix}{_all.Count}", uses, losses);
                _all.Add(entry.Key);
            }

            entry.Uses--;
            return entry.Key;
        }
    }

    /// <summary>An operation on a key was lost.</summary>
    public void Lose(string key)
    {
        lock (_lock)
        {
            int place = Array.FindIndex(_keys, entry => entry.Key == key);
            if (place >= 0 && _keys[place].Losses > 0)
                _keys[place].Losses--;
        }
    }
}
