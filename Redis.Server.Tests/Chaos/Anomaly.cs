namespace Redis.Server.Tests.Chaos;

/// <summary>Something that must never happen, and did.</summary>
/// <param name="Name">What it is called in the literature, or in words.</param>
/// <param name="Explanation">What shows it.</param>
internal sealed record Anomaly(string Name, string Explanation)
{
    public override string ToString() => $"{Name}: {Explanation}";
}
