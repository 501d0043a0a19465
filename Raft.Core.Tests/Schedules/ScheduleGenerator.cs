using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Schedules;

/// <summary>
/// Makes a schedule from a number. Every schedule has its own mixture: each kind of fault is either left out or given a
/// strength of its own, because a run in which everything goes wrong at once reaches fewer corners than many that differ.
/// </summary>
internal sealed class ScheduleGenerator
{
    /// <summary>Permille by which clocks may differ from true time under leases with a margin of a quarter.</summary>
    private const int LeaseDrift = 140;

    /// <summary>Permille of the schedules that end with a member which does not know the others any more.</summary>
    private const int MissedChanges = 200;

    /// <summary>Permille of the schedules in which a follower that went with an old leader is asked at last.</summary>
    private const int StaleSides = 300;

    /// <summary>Permille of the schedules with leases that end with answers which come when they count no more.</summary>
    private const int LateAnswers = 800;

    private readonly SimulationRandom _random;

    /// <summary>What ends a schedule draws from a stream of its own: so it leaves the rest as it was.</summary>
    private readonly SimulationRandom _end;
    private readonly SimulationSettings _settings;
    private readonly List<ScheduleStep> _steps = [];
    private readonly List<Action> _actions = [];
    private bool _wiped;

    private ScheduleGenerator(int seed, int voters)
    {
        _random = new SimulationRandom(seed, 'G');
        _end = new SimulationRandom(seed, 'E');
        _settings = Settings(seed, voters == 0 ? _random.Pick(1, 2, 2, 3, 3, 3, 3, 4, 5, 5, 6, 7) : voters);
        ChooseActions();
    }

    /// <param name="seed">Decides everything.</param>
    /// <param name="voters">How many voters, or 0 to let the seed decide.</param>
    public static Schedule Generate(int seed, int voters = 0)
    {
        ScheduleGenerator generator = new(seed, voters);
        generator.Fill();
        return new Schedule(generator._settings, generator._steps);
    }

    private SimulationSettings Settings(int seed, int voters)
    {
        SimulationSettings settings = Mixture(seed, voters);

        // Lease reads are only promised while clocks keep step: a margin of a quarter allows a seventh either way.
        return settings.LeaseReads == 0 ? settings : settings with { ClockDrift = Math.Min(settings.ClockDrift, LeaseDrift) };
    }

    private SimulationSettings Mixture(int seed, int voters) => new()
    {
        Seed = seed,
        Voters = voters,
        Spares = _random.Pick(0, 1, 1, 2, 3),
        Tick = _random.Pick(5, 10, 20),
        MaxDelay = _random.Pick(1, 3, 10, 30),
        SlowChance = _random.Pick(0, 0, 20, 100),
        SlowDelay = _random.Pick(100, 300, 600),
        Drop = _random.Pick(0, 0, 20, 100, 250),
        Duplicate = _random.Pick(0, 50, 200),
        MaxSync = _random.Pick(0, 1, 5, 20),
        SlowSyncChance = _random.Pick(0, 20, 100),
        SlowSync = _random.Pick(50, 150, 400),
        ApplyLag = _random.Pick(0, 0, 5, 30),
        SnapshotEvery = _random.Pick(0, 0, 3, 10, 30),
        SnapshotTime = _random.Pick(0, 5, 50),
        SnapshotsDiffer = _random.Pick(0, 1),
        ChunkBytes = _random.Pick(32, 64, 200, 1000),
        ChunksInFlight = _random.Pick(0, 1, 2),
        Writes = _random.Pick(0, 20, 100, 300),
        Reads = _random.Pick(0, 20, 100),
        EagerReads = _random.Pick(0, 1),
        MaxAppendEntries = _random.Pick(0, 0, 1, 3),
        MaxAppendsInFlight = _random.Pick(0, 1, 3),
        MaxAppendBytes = _random.Pick(0, 0, 16, 100),
        MaxUnappliedBytes = _random.Pick(0, 1, 64, 200),
        MaxUncommittedBytes = _random.Pick(0, 0, 64, 200),
        ClockDrift = _random.Pick(0, 0, 50, 300),
        KeptEntries = _random.Pick(0, 2, 10, 10_000),
        StayDown = _random.Pick(0, 0, 1, 3),
        LeaseReads = _random.Pick(0, 0, 1),
        PriorityStep = _random.Pick(0, 0, 10, 50),
    };

    private void ChooseActions()
    {
        _actions.Add(Propose);
        _actions.Add(Read);
        List<Action> faults =
        [
            Crash, CrashInTheMiddle, PowerCut, Pause, Cut, Isolate, Split, Disk, Clock, Transfer, Campaign, Members, Members,
            Snapshot, StaleLeader, DeafTransfer, Wipe, Disconnect, Usurp, LostQuestion, Newcomer, LostChange, TakeVote, SendSnapshot,
        ];
        foreach (Action fault in faults)
        {
            if (_random.Chance(450))
            {
                _actions.Add(fault);
            }
        }
    }

    private void Fill()
    {
        Add("run", _random.Pick(0, 150, 300));
        int count = _random.Between(5, 40);
        for (int i = 0; i < count; i++)
        {
            Wait();
            _random.Pick<Action>(_actions.ToArray())();
        }

        if (_settings is { Spares: > 0, Voters: >= 3 } && _random.Chance(MissedChanges))
        {
            MissChanges();
        }
        else if (_settings is { Voters: >= 5, LeaseReads: 0 } && _end.Chance(StaleSides))
        {
            AskStaleSide();
        }
        else if (_settings is { Voters: 3, LeaseReads: not 0 } && _end.Chance(LateAnswers))
        {
            AnswerLate();
        }
    }

    private void Wait() => Add("run", _random.Pick(
        _random.Between(0, 3), _random.Between(1, 10), _random.Between(10, 40), _random.Between(40, 200), _random.Between(150, 400)));

    private string Node() => _random.Pick("leader", "leader", "follower", Any(), Any(), Any());

    private string Any() => $"{_random.Between(1, _settings.Voters + _settings.Spares)}";

    private void Propose() => Add("propose", _random.Pick("leader", "leader", "stale", "all", Any()), _random.Pick(1, 1, 2, 5));

    private void Read() => Add("read", _random.Pick("leader", "stale", "all", "all", Any()));

    private void Crash()
    {
        string node = Node();
        Add("crash", node, _random.Pick(0, 0, 1, 3, 100));
        Later(() => Add("restart", _random.Pick("all", node is "leader" or "follower" ? "all" : node)));
    }

    private void CrashInTheMiddle()
    {
        Add("crashat", Node(), _random.Between(1, 12));
        Later(() => Add("restart", "all"));
    }

    private void PowerCut()
    {
        Add("crash", "all", _random.Pick(0, 0, 1, 100));
        Later(() => Add("restart", "all"));
    }

    private void Pause()
    {
        Add("pause", Node());
        Later(() => Add("resume", "all"));
    }

    private void Cut()
    {
        Add("cut", Node(), Any());
        Later(Heal);
    }

    private void Isolate()
    {
        Add("isolate", Node());
        Later(Heal);
    }

    private void Split()
    {
        int total = _settings.Voters + _settings.Spares;
        List<int> side = [.. Enumerable.Range(1, total).Where(_ => _random.Chance(500))];
        if (side.Count > 0)
        {
            Add("split", string.Join(',', side));
            Later(Heal);
        }
    }

    private void Heal() => Add("heal");

    private void Disk()
    {
        switch (_random.Between(0, 4))
        {
            case 0:
                Add("stall", Node(), _random.Pick(50, 200, 500));
                break;
            case 1:
                Add("stalled", Node());
                break;
            case 2:
                Add("fail", Node());
                Later(() => Add("restart", "all"));
                break;
            case 3:
                Add("damage", Node());
                break;
            default:
                Add("crash", Node(), 1);
                Add("restart", "all");
                break;
        }
    }

    private void Clock()
    {
        if (_random.Chance(500))
        {
            Add("clock", Node(), _settings.LeaseReads == 0 ? _random.Pick(200, 700, 1000, 1500, 3000) : _random.Pick(1000 - LeaseDrift, 1000 + LeaseDrift));
        }
        else
        {
            Add("jump", Node(), _random.Pick(-100_000, -50, 50, 100_000));
        }
    }

    private void Transfer() => Add("transfer", _random.Pick("leader", "stale"), _random.Pick("0", Any(), Any()));

    private void Campaign() => Add("campaign", Node());

    private void Members()
    {
        string at = _random.Pick("leader", "leader", "stale");
        if (_settings.Spares > 0 && _random.Chance(600))
        {
            Add("add", at, _settings.Voters + _random.Between(1, _settings.Spares));
        }
        else
        {
            Add("remove", at, _random.Pick("leader", Any(), Any()));
        }
    }

    private void Snapshot() => Add("snapshot", _random.Pick("leader", "all", Any()));

    /// <summary>A leader that is cut off keeps being asked, while the others may go on without it.</summary>
    private void StaleLeader()
    {
        bool paused = _random.Chance(400);
        Add(paused ? "pause" : "isolate", "leader");
        if (_random.Chance(500))
        {
            Add("propose", "leader", _random.Between(1, 3));
        }

        Add("run", _random.Between(80, 350));
        Add("propose", "leader", 1);
        Add("run", _random.Between(5, 30));
        if (paused)
        {
            Add("resume", "all");
        }

        Add("read", "stale");
        Later(Heal);
    }

    /// <summary>A leader hands over, does not hear that it is replaced, and is asked on.</summary>
    private void DeafTransfer()
    {
        Add("run", _random.Between(20, 200));
        Add("deafen", "leader");
        Add("transfer", "leader", "0");
        Add("run", _random.Between(3, 30));
        Add("propose", "leader", 1);
        Add("run", _random.Between(3, 30));
        Add("read", "stale");
        Later(Heal);
    }

    private void Wipe()
    {
        if (_wiped || _settings.Voters < 3)
        {
            return;
        }

        _wiped = true;
        Add("wipe", Node());
        Later(() => Add("restart", "all"));
    }

    private void Disconnect() => Add("disconnect", "all", "leader");

    /// <summary>
    /// A leader that hears nobody, or sleeps, while the others, perhaps restarted, are made to elect another one as soon as
    /// they may; then it is asked.
    /// </summary>
    private void Usurp()
    {
        bool sleeps = _random.Chance(300);
        if (_settings.LeaseReads != 0 && _random.Chance(500))
        {
            Add("clock", "leader", 1000 - LeaseDrift);
            Add("clock", "followers", 1000 + LeaseDrift);
            Add("run", _random.Between(20, 200));
        }

        Add(sleeps ? "pause" : "isolate", "leader");
        if (_random.Chance(500))
        {
            Add("crash", "followers", 100);
            Add("restart", "all");
        }

        Add("run", _random.Pick(_random.Between(0, 20), _random.Between(60, 120)));
        for (int i = _random.Between(1, 4); i > 0; i--)
        {
            Add("campaign", _random.Pick("followers", "follower", Any()));
            Add("run", _random.Between(2, 8));
        }

        Add("propose", "leader", 1);
        Add("run", _random.Between(2, 8));
        if (sleeps)
        {
            Add("resume", "all");
        }

        Add("read", "stale");
        Later(Heal);
    }

    /// <summary>A follower's question is lost, or answered only after the follower has restarted.</summary>
    private void LostQuestion()
    {
        string node = Any();
        if (_random.Chance(500))
        {
            Add("cut", node, "leader");
        }

        Add("read", node);
        Add("run", _random.Between(0, 12));
        if (_random.Chance(600))
        {
            Add("crash", node, 100);
            Add("propose", "leader", 1);
            Add("restart", node);
            Add("run", _random.Between(5, 60));
        }

        Add("heal");
        Add("propose", "leader", 1);
        Add("run", _random.Between(2, 30));
        Add("read", node);
    }

    /// <summary>A non-voter comes in and is wiped, or lost, before it is a voter.</summary>
    private void Newcomer()
    {
        if (_settings.Spares == 0)
        {
            return;
        }

        string spare = $"{_settings.Voters + _random.Between(1, _settings.Spares)}";
        Add("add", "leader", spare);
        Add("run", _random.Between(0, 15));
        if (_random.Chance(500))
        {
            bool isWiped = !_wiped && _settings.Voters >= 3 && _random.Chance(500);
            _wiped |= isWiped;
            if (isWiped)
            {
                Add("wipe", spare);
            }
            else
            {
                Add("crash", spare, 100);
            }

            Add("run", _random.Between(0, 60));
            Add("restart", spare);
        }
        else
        {
            Add("cut", spare, "leader");
            Add("run", _random.Between(20, 120));
            Add("heal");
        }

        Add("run", _random.Between(0, 30));
        Add("propose", "leader", 1);
    }

    /// <summary>Members are changed by a leader that only some still hear, and that then is lost for a while.</summary>
    private void LostChange()
    {
        Add("cut", "leader", Any());
        Add("cut", "leader", Any());
        Members();
        Add("run", _random.Between(0, 10));
        Add("crash", "leader", _random.Pick(0, 1, 100));
        Later(() =>
        {
            Heal();
            Add("restart", "all");
        });
    }

    /// <summary>
    /// A follower is cut off together with its leader, the others elect another one and write, and then the follower is
    /// asked, whose leader does not know better (thesis, section 6.4).
    /// </summary>
    private void AskStaleSide()
    {
        Heal();
        Add("resume", "all");
        Add("restart", "all");
        Add("run", _end.Between(150, 400));
        Add("split", "leader,follower");
        for (int i = _end.Between(1, 3); i > 0; i--)
        {
            Add("campaign", _end.Between(1, _settings.Voters));
            Add("run", _end.Between(4, 30));
        }

        Add("propose", "leader", 1);
        Add("run", _end.Between(3, 40));
        Add("read", "all");
        Add("run", _end.Between(3, 30));
        Heal();
    }

    /// <summary>
    /// Two voters give up a leader that still leads, for its clock is slow and theirs are fast. One campaigns; the other hears the
    /// leader again, which so has a lease, before it hears from the one that campaigns.
    /// </summary>
    private void AnswerLate()
    {
        Heal();
        Add("resume", "all");
        Add("restart", "all");
        Add("clock", "leader", 1000 - LeaseDrift);
        Add("clock", "followers", 1000 + LeaseDrift);
        Add("run", _end.Between(150, 400));
        Add("isolate", "leader");
        Add("run", _end.Between(82, 96));
        Add("campaign", _settings.Voters - _end.Between(0, 1));
        Add("run", _end.Between(1, 4));
        Add("clog", "follower");
        Add("campaign", "follower");
        Add("run", _end.Between(1, 5));
        Add("join", "leader", "follower");
        Add("join", "follower", "leader");
        Add("run", _end.Between(5, 24));
        Heal();
        for (int i = 0; i < 3; i++)
        {
            Add("run", _end.Between(1, 4));
            Add("read", "stale");
        }
    }

    /// <summary>
    /// Last of all, a voter misses that a new one came and an old one left, and whoever told it may stay dead: those who are
    /// left have to agree although it does not know them (thesis, section 4.2.2).
    /// </summary>
    private void MissChanges()
    {
        Heal();
        Add("resume", "all");
        Add("restart", "all");
        Add("run", _random.Between(200, 500));
        Add("isolate", "follower");
        for (int i = _random.Between(1, 2); i > 0; i--)
        {
            Add("add", "leader", _settings.Voters + _random.Between(1, _settings.Spares));
            Add("run", _random.Between(60, 300));
            Add("remove", "leader", _random.Pick("leader", Any()));
            Add("run", _random.Between(30, 150));
        }
    }

    /// <summary>An operator takes a vote, and may give it back.</summary>
    private void TakeVote()
    {
        string voter = _random.Pick("leader", Any(), Any());
        Add("demote", _random.Pick("leader", "leader", "stale"), voter);
        Later(() => Add("promote", "leader", voter == "leader" ? Any() : voter));
    }

    private void SendSnapshot() => Add("send", _random.Pick("leader", "leader", "stale"), Any());

    private void Later(Action end)
    {
        Wait();
        if (_random.Chance(500))
        {
            _random.Pick<Action>(Propose, Read, Snapshot, Members, Wait)();
            Wait();
        }

        end();
    }

    private void Add(string verb, params object[] words) =>
        _steps.Add(new ScheduleStep(verb, [.. words.Select(w => w.ToString()!)]));
}
