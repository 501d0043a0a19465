using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// The whole world on one thread: nodes, network, disks, clients and simulated time, all decided by one seed. One step is
/// one thing that happens to one node; the checkers look after each.
/// </summary>
internal sealed class SimulatedCluster
{
    private readonly PriorityQueue<Happening, long> _happenings = new();
    private readonly SortedDictionary<int, SimulatedNode> _nodes = [];
    private long _sequence;

    public SimulatedCluster(SimulationSettings settings, ITrace? trace = null)
    {
        Settings = settings;
        Options = settings.ToOptions();
        Trace = trace;
        trace?.Begin(this);
        Network = new SimulatedNetwork(this);
        Checks = new SafetyChecks(this);
        Clients = new SimulatedClients(this);
        for (int id = 1; id <= settings.Voters + settings.Spares; id++)
        {
            _nodes.Add(id, new SimulatedNode(this, id));
        }

        if (settings.Voters > 0)
        {
            Found(settings.Voters);
        }
    }

    public SimulationSettings Settings { get; private set; }

    public RaftOptions Options { get; }

    public ITrace? Trace { get; }

    public SimulatedNetwork Network { get; }

    public SafetyChecks Checks { get; }

    public SimulatedClients Clients { get; }

    public IEnumerable<SimulatedNode> Nodes => _nodes.Values;

    /// <summary>Simulated milliseconds since the start.</summary>
    public long Now { get; private set; }

    public long Steps { get; private set; }

    public SimulatedNode? Find(int id) => _nodes.GetValueOrDefault(id);

    /// <summary>The node that leads in the highest term, if one does.</summary>
    public SimulatedNode? Leader => _nodes.Values
        .Where(n => n.Server is { Role: RaftRole.Leader }).MaxBy(n => n.Server!.Term);

    /// <summary>Messages that were sent and are not handled yet; those that a sleeping node has received, too.</summary>
    public IEnumerable<Envelope> OnTheirWay => _happenings.UnorderedItems
        .Select(h => SimulatedNetwork.CarriedBy(h.Element)).OfType<Envelope>().Concat(Nodes.SelectMany(n => n.Inbox));

    public void StartAll()
    {
        foreach (SimulatedNode node in _nodes.Values)
        {
            node.Start();
        }

        Clients.Begin();
    }

    public void After(long delay, Happening happening) =>
        _happenings.Enqueue(happening, ((Now + delay) << 32) | _sequence++);

    /// <summary>Lets simulated time pass.</summary>
    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        while (_happenings.TryPeek(out _, out long when) && (when >> 32) <= end)
        {
            Now = when >> 32;
            Steps++;
            _happenings.Dequeue().Happen();
        }

        Now = end;
    }

    /// <summary>Ends every fault, except that some nodes may be dead: healthy network, disks and processes remain.</summary>
    public void Heal(IReadOnlyCollection<SimulatedNode> dead)
    {
        Settings = Settings with { MinSync = 0, MaxSync = 1, SlowSyncChance = 0, ApplyLag = 0, Writes = 0, Reads = 0 };
        Network.IsPerfect = true;
        Network.IsManual = false;
        Network.JoinAll();
        foreach (SimulatedNode node in _nodes.Values.Except(dead))
        {
            node.Heal();
        }
    }

    /// <summary>Lays down the first entry, the configuration, on the disk of every founding member.</summary>
    private void Found(int voters)
    {
        ClusterConfiguration configuration = ClusterConfiguration.Empty;
        for (int id = 1; id <= voters; id++)
        {
            configuration = configuration.With(new Member(id, true, $"n{id}", _nodes[id].Disk.StoreId));
        }

        LogEntry first = new(new EntryId(1, 1), EntryType.Configuration, 0, configuration.Encode());
        Checks.Found(first);
        for (int id = 1; id <= voters; id++)
        {
            _nodes[id].Disk.PersistTermAndVote(1, 0);
            _nodes[id].Disk.DurableLog.Append(first);
        }
    }
}
