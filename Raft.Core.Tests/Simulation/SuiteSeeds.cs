namespace Raft.Core.Tests.Simulation;

/// <summary>The seeds of the default suite. A planted bug has to be found with these, and no more.</summary>
internal static class SuiteSeeds
{
    /// <summary>How many parts of the suite run side by side.</summary>
    public const int Parts = 4;

    public const int PerPart = 1000;

    public const int Count = Parts * PerPart;
}
