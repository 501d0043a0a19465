using System.Diagnostics;

namespace Redis.Server.Tests.Cluster;

/// <summary>Waits for what other processes do in their own time, and gives up when that takes too long.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>Generous: the machine may be busy with other things. Only a failing test waits that long.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Asks until the answer is not null.</summary>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T?>> ask)
        where T : class
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {what}.");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static Task TrueAsync(string what, Func<Task<bool>> condition) =>
        GetAsync(what, async () => await condition() ? "yes" : null);
}
