using Raft.Core.Tests.Checkers;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Schedules;

/// <summary>
/// A whole run written down: the settings, then what is done to the cluster and when. Running it twice does the same
/// twice. After the last step all faults end and the cluster has to become useful again.
/// </summary>
internal sealed record Schedule(SimulationSettings Settings, IReadOnlyList<ScheduleStep> Steps)
{
    /// <summary>Reads a schedule; of a scenario, its settings and steps.</summary>
    public static Schedule Parse(string text)
    {
        List<string> lines = [.. text.Split('\n')
            .Where(l => l.Length > 0 && l[0] is not ('#' or ' ') && l.TrimEnd() is not ("start" or "settle")).Select(l => l.TrimEnd())];
        if (lines.Count == 0 || !lines[0].StartsWith("cluster", StringComparison.Ordinal))
        {
            throw new FormatException("A schedule begins with the line: cluster seed=… voters=…");
        }

        return new Schedule(
            SimulationSettings.Parse(lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)),
            [.. lines.Skip(1).Select(ScheduleStep.Parse)]);
    }

    /// <summary>Runs to the end or to the first thing that must not happen.</summary>
    public ScheduleOutcome Run(ITrace? trace = null)
    {
        SimulatedCluster cluster = new(Settings, trace);
        try
        {
            cluster.StartAll();
            foreach (ScheduleStep step in Steps)
            {
                trace?.Note(0, step.ToString());
                step.Execute(cluster);
            }

            trace?.Note(0, "all faults end");
            new Liveness(cluster).Check();
            return new ScheduleOutcome(cluster.Steps, cluster.Checks.Ledger.Last, cluster.Checks.Reads.Answered, null);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            trace?.Note(0, failure.Message);
            return new ScheduleOutcome(cluster.Steps, cluster.Checks.Ledger.Last, cluster.Checks.Reads.Answered, failure);
        }
    }

    /// <summary>Smaller schedules, the boldest cuts first: FsCheck keeps the first that still fails and asks again.</summary>
    public IEnumerable<Schedule> Shrink()
    {
        for (int size = Steps.Count / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= Steps.Count; start += size)
            {
                yield return this with { Steps = [.. Steps.Take(start), .. Steps.Skip(start + size)] };
            }
        }

        foreach (SimulationSettings simpler in Settings.Simpler())
        {
            yield return this with { Settings = simpler };
        }

        if (Settings.Voters > 1)
        {
            yield return this with { Settings = Settings with { Voters = Settings.Voters - 1 } };
        }

        for (int i = 0; i < Steps.Count; i++)
        {
            foreach (ScheduleStep simpler in Steps[i].Simpler())
            {
                yield return this with { Steps = [.. Steps.Take(i), simpler, .. Steps.Skip(i + 1)] };
            }
        }
    }

    /// <summary>The same as a file for the folder of scenarios.</summary>
    public string ToScenario() => string.Join(
        '\n', Steps.Select(s => s.ToString()).Prepend("start").Prepend($"cluster {Settings}").Append("settle"));

    public override string ToString() => string.Join('\n', Steps.Select(s => s.ToString()).Prepend($"cluster {Settings}"));
}

/// <summary>What a run did, and what it failed on.</summary>
internal sealed record ScheduleOutcome(long Steps, long Committed, long Reads, Exception? Failure);
