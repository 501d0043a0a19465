using System.Globalization;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Schedules;

/// <summary>All verbs of schedules and scenarios, one row a verb.</summary>
internal static class StepVerbs
{
    private const int None = -1;

    private static readonly Dictionary<string, StepVerb> Verbs = new()
    {
        // Time.
        ["run"] = new(1, 0, (cluster, words) => cluster.Run(Number(words[0]))),

        // Clients and operators.
        ["propose"] = new(2, 1, (cluster, words) => On(cluster, words[0], n => cluster.Clients.Propose(n, Number(words[1])))),
        ["read"] = new(1, None, (cluster, words) => On(cluster, words[0], n => cluster.Clients.Read(n))),
        ["transfer"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, target) => Drive(n, s => s.TransferLeadership(target)))),
        ["add"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, id) => cluster.Clients.AddMember(n, id))),
        ["remove"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, id) => cluster.Clients.RemoveMember(n, id))),
        ["demote"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, id) => Drive(n, s => s.DemoteMember(id, out _)))),
        ["promote"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, id) => Drive(n, s => s.AllowPromotion(id)))),
        ["send"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, id) => Drive(n, s => s.SendSnapshot(id)))),
        ["bootstrap"] = new(1, None, (cluster, words) => On(cluster, words[0], n => Drive(n, s => s.Bootstrap($"n{n.Id}")))),
        ["campaign"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Campaign())),
        ["snapshot"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Machine.TakeSnapshot())),

        // Processes.
        ["crash"] = new(2, 1, (cluster, words) => On(cluster, words[0], n => n.Crash(Number(words[1])))),
        ["crashat"] = new(2, 1, (cluster, words) => On(cluster, words[0], n => n.CrashAtCall(Number(words[1])))),
        ["restart"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Start())),
        ["pause"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Pause())),
        ["resume"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Resume())),
        ["wipe"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.Wipe())),

        // Network.
        ["cut"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, to) => cluster.Network.Cut(n.Id, to))),
        ["join"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, to) => cluster.Network.Join(n.Id, to))),
        ["isolate"] = new(1, None, (cluster, words) => On(cluster, words[0], n => Part(cluster, [n.Id]))),
        ["deafen"] = new(1, None, (cluster, words) => On(cluster, words[0], n => Deafen(cluster, n))),
        ["split"] = new(1, None, (cluster, words) => Part(cluster, [.. words[0].Split(',').Select(name => Node(cluster, name)?.Id ?? 0)])),
        ["clog"] = new(1, None, (cluster, words) => On(cluster, words[0], n => Clog(cluster, n))),
        ["heal"] = new(0, None, (cluster, _) => cluster.Network.JoinAll()),
        ["disconnect"] = new(2, None, (cluster, words) => OnBoth(cluster, words, (n, to) => n.Disconnect(to))),

        // Disks.
        ["stall"] = new(2, 1, (cluster, words) => On(cluster, words[0], n => n.StallDisk(Number(words[1])))),
        ["stalled"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.ReportStall())),
        ["fail"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.FailNextSync())),
        ["damage"] = new(1, None, (cluster, words) => On(cluster, words[0], n => n.DamageNextSnapshot())),

        // Clocks.
        ["clock"] = new(2, None, (cluster, words) => On(cluster, words[0], n => n.ClockRate = Number(words[1]))),
        ["jump"] = new(2, None, (cluster, words) => On(cluster, words[0], n => n.ClockOffset += Number(words[1]))),
    };

    public static StepVerb? Find(string verb) => Verbs.GetValueOrDefault(verb);

    public static SimulatedNode? Node(SimulatedCluster cluster, string name) => name switch
    {
        "leader" => cluster.Leader,
        "stale" => cluster.Nodes.Where(n => n.Server is { Role: RaftRole.Leader }).MinBy(n => n.Server!.Term),
        "follower" => cluster.Nodes.FirstOrDefault(n => n.Server is { Role: not RaftRole.Leader }),
        _ => cluster.Find(Number(name)),
    };

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static void On(SimulatedCluster cluster, string name, Action<SimulatedNode> action)
    {
        if (name is "all" or "followers")
        {
            foreach (SimulatedNode each in cluster.Nodes.Where(n => name == "all" || n.Server is { Role: not RaftRole.Leader }).ToList())
            {
                action(each);
            }
        }
        else if (Node(cluster, name) is SimulatedNode node)
        {
            action(node);
        }
    }

    private static void OnBoth(SimulatedCluster cluster, string[] words, Action<SimulatedNode, int> action)
    {
        if (words[1] == "0" || Node(cluster, words[1]) is not null)
        {
            int other = words[1] == "0" ? 0 : Node(cluster, words[1])!.Id;
            On(cluster, words[0], n => action(n, other));
        }
    }

    private static void Drive(SimulatedNode node, Action<RaftServer> input) => node.Drive(static (server, i) => i(server), input);

    /// <summary>The node is heard, and hears nobody.</summary>
    private static void Deafen(SimulatedCluster cluster, SimulatedNode deaf)
    {
        foreach (SimulatedNode from in cluster.Nodes.Where(n => n != deaf))
        {
            cluster.Network.Cut(from.Id, deaf.Id);
        }
    }

    /// <summary>What servers that do not lead send to the node gets stuck on its way.</summary>
    private static void Clog(SimulatedCluster cluster, SimulatedNode receiver)
    {
        foreach (SimulatedNode from in cluster.Nodes.Where(n => n != receiver && n.Server is { Role: not RaftRole.Leader }))
        {
            cluster.Network.Clog(from.Id, receiver.Id);
        }
    }

    private static void Part(SimulatedCluster cluster, int[] side)
    {
        foreach (SimulatedNode from in cluster.Nodes)
        {
            foreach (SimulatedNode to in cluster.Nodes.Where(to => side.Contains(from.Id) != side.Contains(to.Id)))
            {
                cluster.Network.Cut(from.Id, to.Id);
            }
        }
    }
}
