namespace Raft.Core.Tests.Simulation;

/// <summary>
/// A stream of random numbers (SplitMix64). Each link, disk and node draws from a stream of its own, so that taking one
/// event out of a schedule disturbs the rest of the run as little as possible: that is what makes shrinking work.
/// </summary>
internal sealed class SimulationRandom
{
    private ulong _state;

    public SimulationRandom(long seed, int purpose, long which = 0) =>
        _state = Mix((ulong)seed + Mix((ulong)purpose + Mix((ulong)which)));

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>A number from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public int Between(int from, int to) =>
        to <= from ? from : from + (int)(NextBits() % (ulong)(to - from + 1));

    /// <summary>True in <paramref name="permille"/> of a thousand draws; draws nothing when that is never.</summary>
    public bool Chance(int permille) => permille > 0 && Between(0, 999) < permille;

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Between(0, choices.Length - 1)];

    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
