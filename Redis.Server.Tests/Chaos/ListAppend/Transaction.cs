namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>One step of a transaction: appends a value to a list, or reads the whole list.</summary>
/// <param name="Key">The list.</param>
/// <param name="Append">The value, never appended twice to the same list; 0 for a read.</param>
/// <param name="Read">What a read answered; null for an append, and where no answer came.</param>
/// <param name="Length">What an append answered; 0 where no answer came.</param>
internal sealed record ListStep(string Key, int Append, int[]? Read = null, long Length = 0)
{
    public bool IsAppend => Append != 0;

    public override string ToString() => IsAppend ? $"{Key}+{Append}" : $"{Key}=[{(Read is null ? "?" : string.Join(' ', Read))}]";
}

/// <summary>Steps that took effect together or not at all: MULTI, a script, or one command.</summary>
/// <param name="Id">Names it in reports.</param>
/// <param name="Invoked">When it was sent, on a clock that all clients share.</param>
/// <param name="Returned">When its answer came; <see cref="long.MaxValue"/> where none did.</param>
/// <param name="Fate">Whether it took effect.</param>
/// <param name="Steps">In order.</param>
internal sealed record ListTransaction(int Id, long Invoked, long Returned, Fate Fate, IReadOnlyList<ListStep> Steps)
{
    public override string ToString() => $"T{Id} ({Fate}) {string.Join(", ", Steps)}";
}
