using System.Globalization;
using System.Text;
using Redis.Server.Tests.Chaos.Workloads;

namespace Redis.Server.Tests.Chaos;

/// <summary>What a run did and found, for a person.</summary>
internal static class ChaosSummary
{
    public static string Text(int seed, TimeSpan time, int rounds, Tally tally, Nemesis nemesis, ChaosCluster cluster, IReadOnlyCollection<Anomaly> found)
    {
        StringBuilder text = new();
        Line($"seed                     {seed}");
        Line($"time                     {time:hh\\:mm\\:ss}, {rounds} rounds");
        Line($"operations               {tally.Operations:N0}: {tally.Of(Fate.Done):N0} done, {tally.Of(Fate.Failed):N0} refused, {tally.Of(Fate.Unknown):N0} of unknown fate");
        foreach ((string workload, long count) in tally.ByWorkload)
            Line($"  {workload,-22} {count:N0}");
        Line($"faults                   {nemesis.Counts.Values.Sum():N0}");
        foreach ((string fault, int count) in nemesis.Counts)
            Line($"  {fault,-30} {count,5}");
        Line($"nodes removed for good   {cluster.Removed}");
        Line($"bytes through the proxy  {cluster.Network.BytesPassed:N0}");
        Line($"longest unavailability   {tally.LongestSilence.TotalMilliseconds:N0} ms, during: {tally.LongestSilenceDuring}");
        Line($"anomalies                {found.Count}");
        foreach (Anomaly anomaly in found)
            Line($"  {anomaly}");
        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
