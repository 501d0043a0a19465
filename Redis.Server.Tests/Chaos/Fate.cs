namespace Redis.Server.Tests.Chaos;

/// <summary>What became of a request, as far as its client knows.</summary>
internal enum Fate
{
    /// <summary>Answered: it took effect.</summary>
    Done,

    /// <summary>Answered: it took no effect, and never will.</summary>
    Failed,

    /// <summary>Not answered, or with an error that says so: it may have taken effect, now or later, or not.</summary>
    Unknown,
}
