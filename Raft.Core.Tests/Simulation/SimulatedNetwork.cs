using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// Carries messages between the nodes: some are lost, late, doubled, and therefore out of order. A cut works in one
/// direction and also swallows what is already on its way; a clogged link keeps it until it is free again.
/// </summary>
internal sealed class SimulatedNetwork
{
    private readonly SimulatedCluster _cluster;
    private readonly Dictionary<(int From, int To), SimulationRandom> _links = [];
    private readonly HashSet<(int From, int To)> _cuts = [];
    private readonly HashSet<(int From, int To)> _clogs = [];
    private readonly List<Envelope> _stuck = [];
    private readonly List<Envelope> _held = [];

    public SimulatedNetwork(SimulatedCluster cluster) => _cluster = cluster;

    /// <summary>Healed: messages take one millisecond and none is lost or doubled.</summary>
    public bool IsPerfect { get; set; }

    /// <summary>Messages are held until a scenario delivers them.</summary>
    public bool IsManual { get; set; }

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public void Join(int from, int to) => _cuts.Remove((from, to));

    public void Clog(int from, int to) => _clogs.Add((from, to));

    /// <summary>Nothing is cut any more, and what was stuck arrives now.</summary>
    public void JoinAll()
    {
        _cuts.Clear();
        _clogs.Clear();
        foreach (Envelope envelope in _stuck)
        {
            _cluster.After(1, new Delivery(this, envelope));
        }

        _stuck.Clear();
    }

    /// <summary>Delivers the oldest message held on a link; false when there is none.</summary>
    public bool DeliverHeld(int from, int to) => TakeHeld(from, to) is Envelope envelope && Delivered(envelope);

    /// <summary>Loses the oldest message held on a link; false when there is none.</summary>
    public bool LoseHeld(int from, int to) => TakeHeld(from, to) is not null;

    /// <summary>Lets go of what is held and holds nothing more.</summary>
    public void Flow()
    {
        IsManual = false;
        foreach (Envelope envelope in _held)
        {
            _cluster.After(1, new Delivery(this, envelope));
        }

        _held.Clear();
    }

    public void Send(Envelope envelope)
    {
        _cluster.Trace?.Sent(envelope);
        Rule.Holds(
            envelope.From != envelope.To && _cluster.Find(envelope.To) is not null,
            $"n{envelope.From} sends to n{envelope.To}: {envelope}");
        if (_cuts.Contains((envelope.From, envelope.To)))
        {
            return;
        }

        if (IsManual)
        {
            _held.Add(envelope);
            return;
        }

        if (IsPerfect)
        {
            _cluster.After(1, new Delivery(this, envelope));
            return;
        }

        SimulationSettings settings = _cluster.Settings;
        SimulationRandom random = Link(envelope.From, envelope.To);
        if (!random.Chance(settings.Drop))
        {
            _cluster.After(Delay(random, settings), new Delivery(this, envelope));
        }

        if (random.Chance(settings.Duplicate))
        {
            _cluster.After(Delay(random, settings), new Delivery(this, envelope));
        }
    }

    /// <summary>The message that is about to arrive when this happens, if it is an arrival.</summary>
    public static Envelope? CarriedBy(Happening happening) => (happening as Delivery)?.Envelope;

    public void Deliver(Envelope envelope)
    {
        if (_cuts.Contains((envelope.From, envelope.To)) || _cluster.Find(envelope.To) is not SimulatedNode node)
        {
            return;
        }

        if (_clogs.Contains((envelope.From, envelope.To)))
        {
            _stuck.Add(envelope);
            return;
        }

        node.Receive(envelope);
    }

    private Envelope? TakeHeld(int from, int to)
    {
        Envelope? envelope = _held.Find(e => e.From == from && e.To == to);
        if (envelope is not null)
        {
            _held.Remove(envelope);
        }

        return envelope;
    }

    private bool Delivered(Envelope envelope)
    {
        Deliver(envelope);
        return true;
    }

    private static int Delay(SimulationRandom random, SimulationSettings settings) => random.Chance(settings.SlowChance)
        ? random.Between(settings.MinDelay, settings.SlowDelay)
        : random.Between(settings.MinDelay, settings.MaxDelay);

    private SimulationRandom Link(int from, int to)
    {
        if (!_links.TryGetValue((from, to), out SimulationRandom? random))
        {
            random = new SimulationRandom(_cluster.Settings.Seed, 'N', ((long)from << 32) | (uint)to);
            _links.Add((from, to), random);
        }

        return random;
    }

    private sealed class Delivery(SimulatedNetwork network, Envelope envelope) : Happening
    {
        public Envelope Envelope => envelope;

        public override void Happen() => network.Deliver(envelope);
    }
}
