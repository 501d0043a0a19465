namespace Raft.Core;

/// <summary>
/// What the parts of one server share: term and vote, role, cursors, configuration, time. Its methods keep the rules
/// that tie these together; everything else is the business of the parts.
/// </summary>
internal sealed class RaftState
{
    private RaftChange _announced;
    private string _reason = "started";

    public RaftState(
        int nodeId, RaftOptions options, IRaftLog log, IRaftCallbacks callbacks, Random random, RaftRestart restart)
    {
        NodeId = nodeId;
        Options = options;
        Log = log;
        Callbacks = callbacks;
        Random = random;
        StoreId = restart.StoreId;
        Term = restart.Term;
        VotedFor = restart.VotedFor;
        Snapshot = restart.Snapshot;
        RestoreLog(restart.Snapshot);
        _announced = new RaftChange(Role, Term, Leader, "");
        Check.That(log.Last.Term <= Term, "the persisted term is at least the log's");
    }

    public int NodeId { get; }

    public long StoreId { get; }

    public IRaftLog Log { get; }

    public IRaftCallbacks Callbacks { get; }

    public Random Random { get; }

    public RaftOptions Options { get; set; }

    public long Term { get; private set; }

    public int VotedFor { get; private set; }

    public RaftRole Role { get; private set; } = RaftRole.Follower;

    /// <summary>The leader of <see cref="Term"/>, or 0 while it is not known.</summary>
    public int Leader { get; private set; }

    /// <summary>What only a leader knows; null on every other server.</summary>
    public Leadership? Leadership { get; private set; }

    /// <summary>Last entry known to be on this server's disk.</summary>
    public long Synced { get; private set; }

    public long Committed { get; private set; }

    /// <summary>Last entry handed to the state machine.</summary>
    public long Handed { get; set; }

    /// <summary>Last entry that the state machine reported done.</summary>
    public long Applied { get; set; }

    public LogCursors Cursors => new(Log.Last.Index, Synced, Committed, Applied);

    /// <summary>The newest durable snapshot.</summary>
    public RaftSnapshot? Snapshot { get; set; }

    /// <summary>A received snapshot that the host is installing: nothing is handed to the state machine meanwhile.</summary>
    public RaftSnapshot? Installing { get; set; }

    public ConfigurationHistory Configurations { get; private set; } = null!;

    public ClusterConfiguration Configuration => Configurations.Latest;

    /// <summary>Whether this server, with this disk, is a voter of the configuration in effect.</summary>
    public bool IsVoter { get; private set; }

    /// <summary>The host's clock, milliseconds since the epoch: only ever copied into entries.</summary>
    public long Time { get; set; }

    /// <summary>No entry is ever stamped with less.</summary>
    public long LastEntryTime { get; private set; }

    /// <summary>Time that passed since the start, by <see cref="RaftServer.Periodic"/>.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>When a server that hears no leader campaigns.</summary>
    public TimeSpan ElectionDeadline { get; set; }

    /// <summary>When the leader was last heard; counts from the end of the tick in which it was.</summary>
    public TimeSpan LeaderContact { get; private set; }

    /// <summary>The leader was heard since the last tick.</summary>
    public bool HeardLeader { get; private set; }

    /// <summary>The connection to the leader closed: its silence need not be awaited.</summary>
    public bool LeaderSuspected { get; set; }

    /// <summary>Until then this server does not campaign: its disk does not keep up.</summary>
    public TimeSpan StalledUntil { get; set; }

    /// <summary>
    /// A server whose removal is not yet committed campaigns too, without its own vote: it may be the only one whose log
    /// can win, or that has the entry which removes it (thesis, section 4.2.2).
    /// </summary>
    public bool MayCampaign =>
        (IsVoter || (Configurations.LatestIndex > Committed && IsVoterIn(Configurations.Previous)))
        && Now >= StalledUntil
        && Installing is null;

    /// <summary>Whether the leader spoke within the least election timeout (thesis, section 4.2.3).</summary>
    public bool HearsLeader => Role == RaftRole.Leader
        || (Leader != 0 && !LeaderSuspected && (HeardLeader || Now - LeaderContact < Options.ElectionTimeout));

    /// <summary>Enters a term with a vote, durably; every message that depends on it is sent after this.</summary>
    public void AdoptTerm(long term, int votedFor)
    {
        Check.That(term >= Term, "the term never falls");
        Check.That(term > Term || VotedFor == 0 || VotedFor == votedFor, "one vote a term");
        if (term == Term && votedFor == VotedFor)
        {
            return;
        }

        Callbacks.PersistTermAndVote(term, votedFor);
        Term = term;
        VotedFor = votedFor;
    }

    public void BecomeFollower(long term, int leader, string reason)
    {
        if (term > Term)
        {
            AdoptTerm(term, 0);
        }

        if (Role == RaftRole.Leader)
        {
            RestartElectionTimer();
        }

        Enter(RaftRole.Follower, leader, reason);
    }

    public void BecomePreCandidate(string reason) => Enter(RaftRole.PreCandidate, 0, reason);

    public void BecomeCandidate(string reason)
    {
        AdoptTerm(Term + 1, NodeId);
        Enter(RaftRole.Candidate, 0, reason);
    }

    public void BecomeLeader(string reason)
    {
        Check.That(Role == RaftRole.Candidate && VotedFor == NodeId, "only a candidate that voted for itself can win");
        Enter(RaftRole.Leader, NodeId, reason);
        Leadership = new Leadership(this);
    }

    /// <summary>
    /// A message of a leader came. False when its term is over. Otherwise this server follows it from here on.
    /// </summary>
    public bool Follow(long term, int leader)
    {
        if (term < Term)
        {
            return false;
        }

        if (term > Term || Role != RaftRole.Follower || Leader != leader)
        {
            Check.That(term > Term || (Role != RaftRole.Leader && (Leader == 0 || Leader == leader)), "one leader a term");
            BecomeFollower(term, leader, "a leader was heard");
        }

        HeardLeader = true;
        LeaderSuspected = false;
        return true;
    }

    /// <summary>
    /// Time passed. A contact made during the tick counts from its end: an unfair delay of the clock's owner must not
    /// look like silence, and a follower's promise to its leader must not end early.
    /// </summary>
    public void Tick(TimeSpan elapsed)
    {
        Now += elapsed;
        if (HeardLeader)
        {
            HeardLeader = false;
            LeaderContact = Now;
            if (!LeaderSuspected)
            {
                RestartElectionTimer();
            }
        }
    }

    public void RestartElectionTimer() => ElectionDeadline = Now + DrawElectionTimeout();

    /// <summary>Between one and two election timeouts; longer for a server of low priority.</summary>
    public TimeSpan DrawElectionTimeout()
    {
        TimeSpan timeout = Options.ElectionTimeout;
        return timeout + DrawUpTo(timeout) + PriorityDelay;
    }

    /// <summary>How much longer than a server of the highest priority this one waits before it campaigns.</summary>
    public TimeSpan PriorityDelay =>
        Options.ElectionTimeout * ((RaftOptions.HighestPriority - Options.Priority) / (double)RaftOptions.HighestPriority);

    public TimeSpan DrawUpTo(TimeSpan limit) => new(Random.NextInt64(limit.Ticks + 1));

    /// <summary>Appends an entry of this leader's term.</summary>
    public EntryId AppendOwn(EntryType type, ReadOnlyMemory<byte> payload)
    {
        LogEntry entry = new(new EntryId(Term, Log.Last.Index + 1), type, Math.Max(Time, LastEntryTime), payload);
        Append(entry);
        if (Leadership is not null)
        {
            Leadership.WaitingBytes += payload.Length;
        }

        return entry.Id;
    }

    public void Append(in LogEntry entry)
    {
        Log.Append(entry);
        LastEntryTime = Math.Max(LastEntryTime, entry.Time);
        if (entry.Type == EntryType.Configuration)
        {
            Configurations.Append(entry.Index, ClusterConfiguration.Decode(entry.Payload.Span));
            ConfigurationTookEffect();
        }
    }

    public void TruncateFrom(long index)
    {
        Check.That(index > Committed, "a committed entry is never truncated");
        Check.That(Leadership is null, "a leader never truncates its log (Leader Append-Only)");
        Log.TruncateFrom(index);
        Synced = Math.Min(Synced, index - 1);
        if (Configurations.TruncateFrom(index))
        {
            ConfigurationTookEffect();
        }
    }

    /// <summary>The disk reached an entry. False when the log no longer holds it: the report is about what was truncated.</summary>
    public bool Sync(EntryId id)
    {
        if (id.Index <= Synced || !Holds(id))
        {
            return false;
        }

        Synced = id.Index;
        return true;
    }

    public void Commit(long index)
    {
        Check.That(index <= Log.Last.Index, "only held entries are committed");
        Committed = Math.Max(Committed, index);
    }

    public bool Holds(EntryId id) =>
        id.Index >= Log.Base.Index && id.Index <= Log.Last.Index && Log.TermAt(id.Index) == id.Term;

    /// <summary>The host installed a snapshot: it takes the place of the log up to its last entry.</summary>
    public void Install(RaftSnapshot snapshot)
    {
        EntryId last = snapshot.Id.Last;
        Check.That(Handed < last.Index, "an installed snapshot is ahead of the state machine");
        bool isHeld = Holds(last);
        if (isHeld)
        {
            // What follows may be acknowledged already: it stays (Raft paper, figure 13, step 6).
            Log.CompactThrough(last);
        }
        else
        {
            Check.That(Leadership is null, "a leader holds every committed entry (Leader Completeness)");
            Log.ResetTo(last);
        }

        Configurations.RestartFrom(last.Index, snapshot.Configuration, keepLater: isHeld);
        ConfigurationTookEffect();
        Snapshot = snapshot;
        Synced = Math.Max(isHeld ? Synced : 0, last.Index);
        Committed = Math.Max(Committed, last.Index);
        Handed = last.Index;
        Applied = last.Index;
        LastEntryTime = Math.Max(LastEntryTime, snapshot.Time);
    }

    /// <summary>Tells the host of a change of role, term or leader since it was last told.</summary>
    public void Announce()
    {
        if (Role != _announced.Role || Term != _announced.Term || Leader != _announced.Leader)
        {
            _announced = new RaftChange(Role, Term, Leader, _reason);
            Callbacks.StateChanged(_announced);
        }
    }

    private void Enter(RaftRole role, int leader, string reason)
    {
        Role = role;
        Leader = leader;
        LeaderSuspected = false;
        HeardLeader = false;
        Leadership = null;
        _reason = reason;
    }

    private void ConfigurationTookEffect()
    {
        NoteOwnVote();
        Leadership?.Reconfigure(this);
        Callbacks.ConfigurationChanged(Configuration);
    }

    private void NoteOwnVote() => IsVoter = IsVoterIn(Configuration);

    private bool IsVoterIn(ClusterConfiguration configuration) =>
        configuration.Find(NodeId) is { IsVoter: true } self && self.StoreId == StoreId;

    /// <summary>
    /// Brings log and snapshot in line after a restart (a crash may have come between the two) and finds the
    /// configurations, committed or not.
    /// </summary>
    private void RestoreLog(RaftSnapshot? snapshot)
    {
        EntryId covered = snapshot?.Id.Last ?? EntryId.None;
        Check.That(Log.Base.Index <= covered.Index, "the log begins no later than the snapshot ends");
        if (!Holds(covered))
        {
            Log.ResetTo(covered);
        }

        Synced = Log.Last.Index;
        Committed = Handed = Applied = covered.Index;
        LastEntryTime = snapshot?.Time ?? 0;
        Configurations = new ConfigurationHistory(covered.Index, snapshot?.Configuration ?? ClusterConfiguration.Empty);
        for (long next = covered.Index + 1; next <= Log.Last.Index;)
        {
            ReadOnlySpan<LogEntry> entries = Log.Slice(next, int.MaxValue, long.MaxValue).Span;
            foreach (ref readonly LogEntry entry in entries)
            {
                LastEntryTime = Math.Max(LastEntryTime, entry.Time);
                if (entry.Type == EntryType.Configuration)
                {
                    Configurations.Append(entry.Index, ClusterConfiguration.Decode(entry.Payload.Span));
                }
            }

            next += entries.Length;
        }

        NoteOwnVote();
    }
}
