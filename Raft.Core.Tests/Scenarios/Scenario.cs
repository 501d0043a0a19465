using System.Globalization;
using Raft.Core.Tests.Checkers;
using Raft.Core.Tests.Schedules;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Scenarios;

/// <summary>
/// A scenario file: comments (#), commands, and under each command, indented, what happened because of it. The commands
/// are the steps of schedules and a few that only make sense for a written story:
/// <c>log NODE TERMS</c> and <c>vote NODE TERM FOR</c> say what a disk holds before <c>start</c>;
/// <c>expect NODE WHAT VALUE</c> (role, term, commit, log, members, leader) must hold whatever the trace says;
/// <c>show</c> prints every node; <c>messages on|off</c> adds every delivery to the trace;
/// <c>hold</c>, <c>deliver FROM TO</c>, <c>lose FROM TO</c>, <c>flow</c> take the network in hand; <c>settle</c> ends all faults and checks liveness.
/// </summary>
internal sealed class Scenario
{
    private readonly ScenarioTrace _trace = new();
    private SimulatedCluster? _cluster;

    /// <summary>Plays the file and gives it back with the trace that it should have.</summary>
    public static string Play(string text)
    {
        Scenario scenario = new();
        List<string> result = [];
        foreach (string line in text.Split('\n').Select(l => l.TrimEnd()))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                continue;
            }

            result.Add(line);
            if (line.Length > 0 && line[0] != '#')
            {
                scenario.Command(line);
                result.AddRange(scenario._trace.Take());
            }
        }

        return string.Join('\n', result).TrimEnd('\n') + "\n";
    }

    private void Command(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "cluster")
        {
            _cluster = new SimulatedCluster(SimulationSettings.Parse(words[1..]), _trace);
            return;
        }

        SimulatedCluster cluster = _cluster ?? throw new FormatException("A scenario begins with the command cluster");
        switch (words)
        {
            case ["start"]:
                cluster.StartAll();
                break;
            case ["log", string node, string terms]:
                WriteLog(cluster, Node(node), [.. terms.Split(',').Select(Number)]);
                break;
            case ["vote", string node, string term, string votedFor]:
                cluster.Checks.Votes.Persisting(Node(node), Number(term), Number(votedFor));
                Node(node).Disk.PersistTermAndVote(Number(term), Number(votedFor));
                break;
            case ["messages", string on]:
                _trace.ShowsMessages = on == "on";
                break;
            case ["hold"]:
                cluster.Network.IsManual = true;
                break;
            case ["flow"]:
                cluster.Network.Flow();
                break;
            case ["deliver", string from, string to]:
                Rule.Holds(cluster.Network.DeliverHeld(Number(from), Number(to)), $"nothing is held from n{from} to n{to}");
                break;
            case ["lose", string from, string to]:
                Rule.Holds(cluster.Network.LoseHeld(Number(from), Number(to)), $"nothing is held from n{from} to n{to}");
                break;
            case ["show"]:
                foreach (SimulatedNode node in cluster.Nodes)
                {
                    _trace.Note(node.Id, Describe(node));
                }

                break;
            case ["expect", string node, string what, string value]:
                Rule.Holds(Observe(Node(node), what) == value, $"{line}: it is {Observe(Node(node), what)}");
                break;
            case ["settle"]:
                new Liveness(cluster).Check();
                break;
            default:
                ScheduleStep.Parse(line).Execute(cluster);
                break;
        }
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private SimulatedNode Node(string name) =>
        StepVerbs.Node(_cluster!, name) ?? throw new FormatException($"There is no node {name}");

    /// <summary>Puts entries of the given terms on a disk, after the first, and the last one's term beside them.</summary>
    private static void WriteLog(SimulatedCluster cluster, SimulatedNode node, int[] terms)
    {
        LogContents log = node.Disk.DurableLog;
        foreach (int term in terms[1..])
        {
            EntryId previous = log.Last;
            LogEntry entry = new(new EntryId(term, previous.Index + 1), EntryType.Application, 0, new byte[] { (byte)term });
            cluster.Checks.Log.Preset(previous, entry);
            log.Append(entry);
        }

        node.Disk.PersistTermAndVote(Math.Max(node.Disk.Term, log.Last.Term), 0);
    }

    private static string Observe(SimulatedNode node, string what) => what switch
    {
        "role" => node.Server is null ? "down" : node.Server.Role.ToString().ToLowerInvariant(),
        "term" => $"{node.Server!.Term}",
        "vote" => $"{node.Server!.VotedFor}",
        "leader" => $"{node.Server!.Leader}",
        "commit" => $"{node.Server!.Cursors.Committed}",
        "applied" => $"{node.Machine.Applied.Index}",
        "last" => node.Log.Last.ToString(),
        "log" => string.Join(',', Enumerable.Range((int)node.Log.Base.Index + 1, (int)(node.Log.Last.Index - node.Log.Base.Index)).Select(i => node.Log.TermAt(i))),
        "snapshot" => node.Disk.Snapshot.Last.ToString(),
        "members" => string.Join(',', node.Server!.Configuration.Members.Select(m => m.IsVoter ? $"{m.Id}" : $"({m.Id})")),
        _ => throw new FormatException($"Nothing to expect: {what}"),
    };

    private static string Describe(SimulatedNode node) => node.Server is null
        ? "is down"
        : $"{Observe(node, "role")} term={node.Server.Term} vote={node.Server.VotedFor} commit={node.Server.Cursors.Committed} "
            + $"log={(node.Log.Base.Index > 0 ? $"[{node.Log.Base}]" : "")}{Observe(node, "log")}";

    private sealed class ScenarioTrace : ITrace
    {
        private readonly List<string> _lines = [];
        private SimulatedCluster? _cluster;

        public bool ShowsMessages { get; set; }

        public string[] Take()
        {
            string[] lines = [.. _lines];
            _lines.Clear();
            return lines;
        }

        public void Begin(SimulatedCluster cluster) => _cluster = cluster;

        public void Sent(Envelope envelope)
        {
        }

        public void Delivered(Envelope envelope)
        {
            if (ShowsMessages)
            {
                _lines.Add($"  {_cluster!.Now,5} n{envelope.From} -> n{envelope.To} {envelope}");
            }
        }

        public void Note(int node, string what) => _lines.Add($"  {_cluster!.Now,5} n{node} {what}");
    }
}
