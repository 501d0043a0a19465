using System.Globalization;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Schedules;

/// <summary>
/// One line of a schedule or scenario: a verb and its words. Nodes are named by number, or as <c>leader</c> (of the
/// highest term), <c>stale</c> (of the lowest term that has one) or <c>follower</c>; a step whose node does not exist does nothing.
/// </summary>
internal sealed record ScheduleStep(string Verb, params string[] Words)
{
    public static ScheduleStep Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return StepVerbs.Find(words[0]) is StepVerb verb && verb.Words == words.Length - 1
            ? new ScheduleStep(words[0], words[1..])
            : throw new FormatException($"Not a step: {line}");
    }

    public void Execute(SimulatedCluster cluster) => StepVerbs.Find(Verb)!.Execute(cluster, Words);

    /// <summary>The same step with smaller numbers.</summary>
    public IEnumerable<ScheduleStep> Simpler()
    {
        for (int i = 0; i < Words.Length; i++)
        {
            if (StepVerbs.Find(Verb)!.IsAmount(i) && int.TryParse(Words[i], out int value) && value > 1)
            {
                string[] words = [.. Words];
                words[i] = (value / 2).ToString(CultureInfo.InvariantCulture);
                yield return new ScheduleStep(Verb, words);
            }
        }
    }

    public bool Equals(ScheduleStep? other) => other is not null && Verb == other.Verb && Words.SequenceEqual(other.Words);

    public override int GetHashCode() => HashCode.Combine(Verb, Words.Length);

    public override string ToString() => Words.Length == 0 ? Verb : $"{Verb} {string.Join(' ', Words)}";
}
