using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// One process with its disk. Plays the host: hands inputs to the server one at a time, syncs what was written, runs the
/// state machine behind, and dies, sleeps and comes back as it is told.
/// </summary>
internal sealed class SimulatedNode
{
    private readonly SimulatedCluster _cluster;
    private readonly SimulationRandom _random;
    private readonly Queue<Envelope> _inbox = new();
    private long _lastTick;
    private bool _syncing;
    private bool _machineScheduled;
    private int _callsUntilCrash;
    private int _stall;
    private bool _syncFails;
    private bool _damaged;

    public SimulatedNode(SimulatedCluster cluster, int id)
    {
        _cluster = cluster;
        Id = id;
        _random = new SimulationRandom(cluster.Settings.Seed, 'P', id);
        ClockRate = 1000 + _random.Between(-cluster.Settings.ClockDrift, cluster.Settings.ClockDrift);
        Disk = NewDisk();
        Log = new SimulatedLog(this, Disk.DurableLog);
        Machine = new SimulatedStateMachine(this, cluster);
    }

    public int Id { get; }

    public SimulatedDisk Disk { get; private set; }

    /// <summary>The disks this node had before it was wiped.</summary>
    public List<SimulatedDisk> FormerDisks { get; } = [];

    public SafetyChecks Checks => _cluster.Checks;

    /// <summary>Counts the starts; what belongs to an earlier life is ignored.</summary>
    public int Incarnation { get; private set; }

    /// <summary>The server, or null while the process is down.</summary>
    public RaftServer? Server { get; private set; }

    public SimulatedLog Log { get; private set; }

    public SimulatedStateMachine Machine { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>Milliseconds that this node's clock counts in a second.</summary>
    public int ClockRate { get; set; }

    /// <summary>How far the node's calendar is off.</summary>
    public long ClockOffset { get; set; }

    /// <summary>What the checkers remember of this incarnation.</summary>
    public NodeHistory History { get; private set; } = new();

    /// <summary>The server's own invariants, which know its insides.</summary>
    public RaftInvariants Invariants { get; private set; } = null!;

    /// <summary>An operator just told the server to campaign, whoever leads.</summary>
    public bool IsToldToCampaign { get; private set; }

    /// <summary>The message that the server is handling.</summary>
    public Envelope? Delivering { get; private set; }

    /// <summary>Whether it was the only voter when it started, and never had company.</summary>
    public bool StartedAlone { get; private set; }

    /// <summary>What came while it slept.</summary>
    public IEnumerable<Envelope> Inbox => _inbox;

    public bool IsUp => Server is not null;

    public bool Answers => IsUp && !IsPaused;

    public long WallClock => 1_000_000 + _cluster.Now + ClockOffset;

    public void Start()
    {
        if (IsUp)
        {
            return;
        }

        Incarnation++;
        History = new NodeHistory();
        Log = new SimulatedLog(this, Disk.DurableLog.Copy());
        Machine = new SimulatedStateMachine(this, _cluster);
        _inbox.Clear();
        (_syncing, _machineScheduled, _callsUntilCrash, _lastTick, IsPaused) = (false, false, 0, _cluster.Now, false);
        Machine.Load(Disk.Snapshot);
        Random random = new((int)(SimulationRandom.Mix((ulong)((_cluster.Settings.Seed * 1000L) + (Id * 100) + Incarnation)) >> 33));
        RaftRestart restart = new(
            Disk.StoreId, Disk.Term, Disk.VotedFor, Disk.Snapshot == SnapshotFile.None ? null : Disk.Snapshot.About);
        _cluster.Trace?.Note(Id, "starts");
        RaftOptions options = _cluster.Options with
        {
            Priority = Math.Max(0, RaftOptions.HighestPriority - ((Id - 1) * _cluster.Settings.PriorityStep)),
        };
        Server = new RaftServer(Id, options, Log, new NodeCallbacks(this, _cluster), random, restart);
        Invariants = new RaftInvariants(Server);
        Checks.Started(this);
        StartedAlone = Server.Configuration.Members is [{ IsVoter: true } only] && only.Id == Id && Server.Configuration.UsedIds.Count == 1;
        Settle();
        _cluster.After(_random.Between(0, _cluster.Settings.Tick), new Tick(this));
    }

    /// <summary>The process ends; of its unsynced writes the first <paramref name="surviving"/> reached the disk.</summary>
    public void Crash(int surviving)
    {
        if (!IsUp)
        {
            return;
        }

        _cluster.Trace?.Note(Id, $"crashes, {Math.Min(surviving, Disk.Unsynced)} of {Disk.Unsynced} unsynced writes survive");
        Server = null;
        Disk.Crash(surviving);
        _cluster.Clients.NodeDied(this);
    }

    /// <summary>Dies at the given call to disk or network from now on, in the middle of an input.</summary>
    public void CrashAtCall(int call) => _callsUntilCrash = call;

    public void Wipe()
    {
        Crash(0);
        FormerDisks.Add(Disk);
        Disk = NewDisk();
    }

    public void Pause() => IsPaused = IsUp;

    /// <summary>Goes on after a pause: what came meanwhile is handled before or after the clock is seen to have moved.</summary>
    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        IsPaused = false;
        if (_random.Chance(500))
        {
            PassTime();
        }

        if (_cluster.Settings.EagerReads != 0)
        {
            // A client's request may be first in line, before the answers of peers that came during the pause.
            _cluster.Clients.Read(this);
        }

        while (IsUp && _inbox.TryDequeue(out Envelope? envelope))
        {
            Receive(envelope);
        }

        Work();
        BeginSync();
    }

    public void StallDisk(int milliseconds) => _stall = milliseconds;

    public void Campaign()
    {
        IsToldToCampaign = true;
        Drive(static (server, _) => server.Campaign(), 0);
        IsToldToCampaign = false;
    }

    /// <summary>The host tells the server that its disk does not keep up, and after a while that it does again.</summary>
    public void ReportStall()
    {
        ReportStall("the disk is slow");
        _cluster.After(_cluster.Settings.SlowSync, new StallEnd(this));
    }

    private void ReportStall(string reason)
    {
        if (Answers)
        {
            History.Contacts.StalledUntil = History.Contacts.Now + (2000L * _cluster.Settings.ElectionTimeout);
            Drive(static (server, why) => server.DiskStalled(why), reason);
            Checks.Office.Stalled(this);
        }
    }

    private void ReportSynced(EntryId synced)
    {
        History.Contacts.StalledUntil = 0;
        Drive(static (server, last) => server.LogSynced(last), synced);
    }

    public void FailNextSync() => _syncFails = true;

    /// <summary>The next snapshot to be installed turns out to be damaged.</summary>
    public void DamageNextSnapshot() => _damaged = true;

    public bool TakeDamage() => _damaged && !(_damaged = false);

    public void Heal()
    {
        (ClockRate, _callsUntilCrash, _stall, _syncFails, _damaged) = (1000, 0, 0, false, false);
        Resume();
        Start();
    }

    public void Receive(Envelope envelope)
    {
        if (IsPaused)
        {
            _inbox.Enqueue(envelope);
        }
        else if (IsUp)
        {
            _cluster.Trace?.Delivered(envelope);
            Deliver(envelope);
        }
    }

    private void Deliver(Envelope envelope)
    {
        RaftServer server = Server!;
        NoteContact(envelope, server);
        Delivering = envelope;
        Drive(static (s, e) => e.DeliverTo(s), envelope);
        Delivering = null;
        (long term, long round) = envelope switch
        {
            AppendRequestEnvelope append => (append.Message.Term, append.Message.Round),
            SnapshotRequestEnvelope snapshot => (snapshot.Message.Term, snapshot.Message.Round),
            _ => default,
        };
        if (round > 0 && Server == server && term == server.Term)
        {
            Rule.Holds(
                History.Contacts.HasAnswered(term, round),
                $"n{Id} leaves round {round} of term {term} unanswered: a slow disk must not look like silence");
        }
    }

    private void NoteContact(Envelope envelope, RaftServer server)
    {
        switch (envelope)
        {
            case AppendRequestEnvelope { Message: AppendRequest request } when request.Term >= server.Term:
                History.Contacts.HearLeader(request.Term);
                break;
            case SnapshotRequestEnvelope { Message: SnapshotRequest request } when request.Term >= server.Term:
                History.Contacts.HearLeader(request.Term);
                break;
            case AppendReplyEnvelope { Message: AppendReply reply } when reply.Term == server.Term:
                History.Contacts.Hear(envelope.From, reply.StoreId);
                break;
            case SnapshotReplyEnvelope { Message: SnapshotReply reply } when reply.Term == server.Term:
                History.Contacts.Hear(envelope.From, reply.StoreId);
                break;
            default:
                break;
        }
    }

    /// <summary>The connection to another node closed.</summary>
    public void Disconnect(int other)
    {
        if (Answers && Server!.Leader == other && _cluster.Settings.LeaseReads == 0)
        {
            History.Contacts.SuspectLeader();
        }

        Drive(static (server, id) => server.PeerDisconnected(id), other);
    }

    /// <summary>Gives the server one input and does what a host does after it.</summary>
    public void Drive<T>(Action<RaftServer, T> input, T argument)
    {
        if (!Answers)
        {
            return;
        }

        try
        {
            Server!.Time = WallClock;
            input(Server, argument);
            Settle();
        }
        catch (SimulatedCrashException)
        {
            Crash(_random.Between(0, Disk.Unsynced));
        }
    }

    /// <summary>Called at every call of the server to its log or host: the process may die here.</summary>
    public void MayCrash()
    {
        if (_callsUntilCrash > 0 && --_callsUntilCrash == 0)
        {
            throw new SimulatedCrashException();
        }
    }

    private SimulatedDisk NewDisk() =>
        new((long)(SimulationRandom.Mix((ulong)((_cluster.Settings.Seed * 100L) + Id + (FormerDisks.Count * 1_000_003L))) >> 1) | 1);

    private void Settle()
    {
        Checks.AfterStep(this);
        if (_cluster.Settings.ApplyLag == 0)
        {
            while (IsUp && Machine.HasWork)
            {
                Machine.Work(int.MaxValue);
                Checks.AfterStep(this);
            }
        }
        else if (Machine.HasWork && !_machineScheduled)
        {
            _machineScheduled = true;
            _cluster.After(_random.Between(0, _cluster.Settings.ApplyLag), new MachineWork(this, Incarnation));
        }

        BeginSync();
    }

    private void BeginSync()
    {
        if (_syncing || !Disk.HasUnsynced || !Answers)
        {
            return;
        }

        _syncing = true;
        SimulationSettings settings = _cluster.Settings;
        int duration = _random.Chance(settings.SlowSyncChance)
            ? _random.Between(settings.MinSync, settings.SlowSync)
            : _random.Between(settings.MinSync, settings.MaxSync);
        _cluster.After(duration + _stall, new SyncEnd(this, Incarnation, Disk.Written));
        Log.SyncBegins();
        _stall = 0;
    }

    private void EndSync(long written)
    {
        if (IsPaused)
        {
            _cluster.After(_cluster.Settings.Tick, new SyncEnd(this, Incarnation, written));
            return;
        }

        _syncing = false;
        if (_syncFails)
        {
            _syncFails = false;
            _cluster.Trace?.Note(Id, "fails to sync");
            ReportStall("fsync failed");
            Crash(_random.Between(0, Disk.Unsynced));
            return;
        }

        Disk.MakeDurable(written);
        EntryId? durable = Log.Syncing;
        if (Log.TakeLateReport() is EntryId late && Answers)
        {
            ReportSynced(late);
        }

        if (durable is EntryId synced && Answers)
        {
            ReportSynced(synced);
        }

        BeginSync();
    }

    /// <summary>Looks at the clock.</summary>
    public void PassTime()
    {
        if (!Answers)
        {
            return;
        }

        long elapsed = (_cluster.Now - _lastTick) * ClockRate;
        _lastTick = _cluster.Now;
        History.Contacts.Pass(elapsed);
        Drive(static (server, microseconds) => server.Periodic(TimeSpan.FromMicroseconds(microseconds)), elapsed);
    }

    private void Work()
    {
        _machineScheduled = false;
        if (Answers && Machine.HasWork)
        {
            Drive(static (_, node) => node.Machine.Work(node._random.Between(1, 8)), this);
        }
    }

    private sealed class Tick(SimulatedNode node) : Happening
    {
        private readonly int _incarnation = node.Incarnation;

        public override void Happen()
        {
            if (_incarnation != node.Incarnation || !node.IsUp)
            {
                return;
            }

            if (!node.IsPaused)
            {
                node.PassTime();
            }

            node._cluster.After(node._cluster.Settings.Tick, this);
        }
    }

    private sealed class SyncEnd(SimulatedNode node, int incarnation, long written) : Happening
    {
        public override void Happen()
        {
            if (incarnation == node.Incarnation && node.IsUp)
            {
                node.EndSync(written);
            }
        }
    }

    private sealed class StallEnd(SimulatedNode node) : Happening
    {
        private readonly int _incarnation = node.Incarnation;

        public override void Happen()
        {
            if (_incarnation == node.Incarnation && node.Server is RaftServer server)
            {
                long index = Math.Max(server.Cursors.Synced, node.Log.Base.Index);
                EntryId synced = new(node.Log.TermAt(index), index);
                node.ReportSynced(synced);
            }
        }
    }

    private sealed class MachineWork(SimulatedNode node, int incarnation) : Happening
    {
        public override void Happen()
        {
            if (incarnation == node.Incarnation)
            {
                node.Work();
            }
        }
    }
}
