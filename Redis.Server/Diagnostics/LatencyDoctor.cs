using System.Globalization;
using System.Text;

namespace Redis.Server.Diagnostics;

/// <summary>LATENCY DOCTOR: the events in numbers, and advice, in Redis's words.</summary>
internal static class LatencyDoctor
{
    public static string Report(LatencyEvents events, bool isMonitored)
    {
        KeyValuePair<string, LatencySeries>[] all = [.. events.All];
        if (all.Length == 0)
        {
            return isMonitored
                ? "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. " +
                  "I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n"
                : "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. " +
                  "You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. " +
                  "If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n";
        }

        StringBuilder text = new("Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n");
        for (int i = 0; i < all.Length; i++)
        {
            Describe(text, i + 1, all[i].Key, all[i].Value);
        }

        text.Append("\nI have a few advices for you:\n\n");
        if (all.Any(one => one.Key == "command"))
        {
            text.Append("- Check your Slow Log to understand what are the commands you are running which are too slow to execute. " +
                "Please check https://redis.io/commands/slowlog for more information.\n" +
                "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have very large objects " +
                "that are often deleted, expired, or evicted, try to fragment those objects into multiple smaller objects.\n");
        }

        if (all.Any(one => one.Key == "fast-command"))
        {
            text.Append("- The system is slow to execute Redis code paths not containing system calls. This usually means the system does not provide " +
                "Redis CPU time to run for long periods. Look for other processes on this machine and for limits of its container.\n");
        }

        return text.ToString();
    }

    private static void Describe(StringBuilder text, int number, string name, LatencySeries series)
    {
        (long Time, long Milliseconds)[] samples = [.. series.Samples];
        long average = samples.Sum(sample => sample.Milliseconds) / samples.Length;
        long deviation = samples.Sum(sample => Math.Abs(sample.Milliseconds - average)) / samples.Length;
        double period = Math.Max(1, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - samples[0].Time) / (double)samples.Length;
        text.Append(CultureInfo.InvariantCulture,
            $"{number}. {name}: {samples.Length} latency spikes (average {average}ms, mean deviation {deviation}ms, period {period:0.00} sec). Worst all time event {series.Worst}ms.\n");
    }
}
