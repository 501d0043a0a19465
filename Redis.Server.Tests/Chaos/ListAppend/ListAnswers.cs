namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>What single answers show to be wrong, whatever the order of transactions was.</summary>
internal sealed class ListAnswers
{
    private readonly IReadOnlyList<ListTransaction> _history;
    private readonly Dictionary<string, ListVersions> _versions;
    private readonly ListWriters _writers;
    private readonly List<Anomaly> _found = [];

    private ListAnswers(IReadOnlyList<ListTransaction> history, Dictionary<string, ListVersions> versions, ListWriters writers) =>
        (_history, _versions, _writers) = (history, versions, writers);

    public static List<Anomaly> Check(IReadOnlyList<ListTransaction> history, Dictionary<string, ListVersions> versions, ListWriters writers)
    {
        ListAnswers answers = new(history, versions, writers);
        answers.Run();
        return answers._found;
    }

    private void Run()
    {
        foreach (ListTransaction transaction in _history.Where(t => t.Fate == Fate.Done))
        {
            CheckWithin(transaction);
            foreach (ListStep step in transaction.Steps)
            {
                if (step.IsAppend)
                    CheckPlace(transaction, step);
                else
                    CheckRead(transaction, step.Key, step.Read!);
            }
        }

        foreach (ListVersions versions in _versions.Values)
            CheckTime(versions);
    }

    /// <summary>A transaction is alone while it runs: it sees its own appends, and between two of its reads nobody else's.</summary>
    private void CheckWithin(ListTransaction transaction)
    {
        foreach (IGrouping<string, ListStep> list in transaction.Steps.GroupBy(step => step.Key))
        {
            int[]? known = null;
            List<int> own = [];
            foreach (ListStep step in list)
            {
                if (step.IsAppend)
                {
                    own.Add(step.Append);
                    continue;
                }

                bool fits = known is null ? step.Read.AsSpan().EndsWith(own.ToArray()) : step.Read.AsSpan().SequenceEqual([.. known, .. own]);
                if (!fits)
                    Found("fractured read", $"within {transaction}, {step} does not follow from what stands before it");
                (known, own) = (step.Read, []);
            }
        }
    }

    private void CheckRead(ListTransaction reader, string key, int[] read)
    {
        int[] longest = _versions[key].Values;
        if (!longest.AsSpan().StartsWith(read))
            Found("incompatible orders", $"{reader} read another order of {key} than [{string.Join(' ', longest)}]: an update was lost, or came twice");
        if (read.Distinct().Count() != read.Length)
            Found("duplicate", $"{reader} read a value of {key} more than once");
        foreach (int value in read)
        {
            if (_writers.Find(key, value) is not { } writer)
                Found("garbage read", $"{reader} read {value} in {key}, which nobody appended");
            else if (writer.Fate == Fate.Failed)
                Found("aborted read (G1a)", $"{reader} read {value} in {key} of {writer}, whose client was told that it did not take effect");
        }

        if (read is [.., int last] && _writers.Find(key, last) is { } author && author != reader && ListWriters.LastOf(author, key) != last)
            Found("intermediate read (G1b)", $"{reader} read {key} as it was in the middle of {author}");
    }

    /// <summary>The length that an append answered says where its value stands.</summary>
    private void CheckPlace(ListTransaction writer, ListStep step)
    {
        ListVersions versions = _versions[step.Key];
        int place = versions.PlaceOf(step.Append);
        if (step.Length > 0 && (place >= 0 ? place != step.Length - 1 : step.Length <= versions.Values.Length))
            Found("lost update", $"{writer} was told that {step} made {step.Length} values, and the list became [{string.Join(' ', versions.Values)}]");
    }

    /// <summary>Whoever asks after an append was acknowledged sees it.</summary>
    private void CheckTime(ListVersions versions)
    {
        string key = versions.Key;
        long[] acknowledged = new long[versions.Values.Length + 1]; // the earliest answer to an append at this place or behind it
        acknowledged[^1] = _writers.Unseen(versions).Select(writer => writer.Returned).DefaultIfEmpty(long.MaxValue).Min();
        for (int i = versions.Values.Length - 1; i >= 0; i--)
            acknowledged[i] = Math.Min(acknowledged[i + 1], _writers.Find(key, versions.Values[i])?.Returned ?? long.MaxValue);

        foreach (ListTransaction reader in _history.Where(t => t.Fate == Fate.Done))
        {
            foreach (ListStep step in reader.Steps.Where(step => step.Read is not null && step.Key == key))
            {
                if (step.Read!.Length >= acknowledged.Length || acknowledged[step.Read.Length] >= reader.Invoked)
                    continue;
                string name = acknowledged[step.Read.Length] == acknowledged[^1] ? "lost update" : "stale read";
                Found(name, $"{reader} does not see an append to {key} that was acknowledged before it began");
            }
        }
    }

    private void Found(string name, string explanation) => _found.Add(new Anomaly(name, explanation));
}
