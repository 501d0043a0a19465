namespace Raft.Core;

/// <summary>
/// The local participant of a Raft cluster: a deterministic object that is driven by inputs and answers through
/// <see cref="IRaftCallbacks"/>. It knows no clock, thread, file or socket.
/// </summary>
/// <remarks>
/// Not thread-safe: the host gives it one input at a time. An exception out of an input means that a rule was broken, or
/// that a callback failed: the server then refuses every further input with <see cref="InvalidOperationException"/>, and
/// only a restart from what is on disk is safe. Inputs of one batch are best given in this order: <see cref="Time"/>,
/// <see cref="Periodic"/>, messages and reports, proposals and reads, and last <see cref="Replicate"/>.
/// </remarks>
public sealed class RaftServer
{
    private readonly RaftState _state;
    private readonly Election _election;
    private readonly LeaderReplication _replication;
    private readonly FollowerAppend _append;
    private readonly SnapshotReceiver _snapshots;
    private readonly LeaderReads _leaderReads;
    private readonly FollowerReads _followerReads;
    private readonly StateMachineFeed _feed;
    private readonly Membership _membership;
    private readonly Transfer _transfer;
    private readonly Admission _admission;
    private readonly Compaction _compaction;
    private readonly Settlement _settlement;

    private bool _isBusy;

    /// <summary>Starts from what the disk holds. No callback is called.</summary>
    /// <param name="nodeId">Own id, 1 or more.</param>
    /// <param name="options">Settings.</param>
    /// <param name="log">The log; all that it holds counts as synced.</param>
    /// <param name="callbacks">The host.</param>
    /// <param name="random">Source of the election timeouts; each server needs its own seed.</param>
    /// <param name="restart">What else was kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id or an option is out of its range.</exception>
    /// <exception cref="RaftInvariantException">Log, snapshot and term do not fit together.</exception>
    public RaftServer(
        int nodeId, RaftOptions options, IRaftLog log, IRaftCallbacks callbacks, Random random, RaftRestart restart)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nodeId);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(callbacks);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(restart);
        ArgumentOutOfRangeException.ThrowIfZero(restart.StoreId, nameof(restart));

        _state = new RaftState(nodeId, options, log, callbacks, random, restart);
        _election = new Election(_state);
        _replication = new LeaderReplication(_state, new SnapshotSender(_state));
        _append = new FollowerAppend(_state);
        _snapshots = new SnapshotReceiver(_state, _append);
        _leaderReads = new LeaderReads(_state);
        _followerReads = new FollowerReads(_state);
        _feed = new StateMachineFeed(_state, _leaderReads, _followerReads);
        _membership = new Membership(_state);
        _transfer = new Transfer(_state);
        _admission = new Admission(_state, _transfer);
        _compaction = new Compaction(_state);
        _settlement = new Settlement(
            _state, _replication, _membership, _transfer, _leaderReads, _followerReads, _feed);
    }

    /// <summary>Own id.</summary>
    public int NodeId => _state.NodeId;

    /// <summary>What this server does at the moment.</summary>
    public RaftRole Role => _state.Role;

    /// <summary>The current term.</summary>
    public long Term => _state.Term;

    /// <summary>The node voted for in this term, or 0.</summary>
    public int VotedFor => _state.VotedFor;

    /// <summary>The known leader of this term, or 0.</summary>
    public int Leader => _state.Leader;

    /// <summary>How far the log is.</summary>
    public LogCursors Cursors => _state.Cursors;

    /// <summary>
    /// The last entry whose sync can help anyone by now; entries behind it may share the next one. On a leader they still
    /// wait to be sent. A host may just as well sync all that is appended.
    /// </summary>
    public long SyncTarget => _state.Leadership is { IsSoleVoter: false } leadership ? leadership.SentToVoter(_state.Log.Last.Index) : _state.Log.Last.Index;

    /// <summary>
    /// Payload bytes that wait at this leader to be committed and handed to the state machine; 0 on others. A host that stops
    /// taking requests in time never sees <see cref="ProposeResult.Overloaded"/>.
    /// </summary>
    public long WaitingBytes => _state.Leadership?.WaitingBytes ?? 0;

    /// <summary>
    /// The last entry that this server will hardly be asked for again: on a leader what every member's disk holds, on others what
    /// is committed. A host need not keep such entries in memory.
    /// </summary>
    public long HeldByAll => _state.Leadership?.LeastMatch(_state.Synced) ?? _state.Committed;

    /// <summary>The members in effect: those of the last configuration in the log, committed or not.</summary>
    public ClusterConfiguration Configuration => _state.Configuration;

    /// <summary>Settings; may be replaced between inputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the settings stay as they were.</exception>
    public RaftOptions Options
    {
        get => _state.Options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            _state.Options = value;
        }
    }

    /// <summary>
    /// The host's clock in milliseconds since the Unix epoch; set before an input. Entries are stamped with it, but never
    /// with less than the last entry's time.
    /// </summary>
    public long Time
    {
        get => _state.Time;
        set => _state.Time = value;
    }

    /// <summary>The time that an entry proposed in this step is stamped with.</summary>
    public long NextEntryTime => Math.Max(_state.Time, _state.LastEntryTime);

    /// <summary>
    /// Time until <see cref="Periodic"/> lets this server ask for votes, unless it hears a leader; <see cref="TimeSpan.MaxValue"/>
    /// on a leader. A host that calls it then, and not only at its own interval, keeps rivals apart.
    /// </summary>
    public TimeSpan UntilCampaign => _state.Role == RaftRole.Leader ? TimeSpan.MaxValue
        : _state.ElectionDeadline > _state.Now ? _state.ElectionDeadline - _state.Now
        : TimeSpan.Zero;

    /// <summary>The parts' common state, for invariants and tests.</summary>
    internal RaftState State => _state;

    /// <summary>A copy of what an operator wants to know.</summary>
    public RaftStatus Status() => StatusReport.Of(_state, _transfer.IsUnderWay);

    /// <summary>The members as of an index from the latest snapshot's to the last: what a snapshot of that index keeps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is before the latest snapshot.</exception>
    public ClusterConfiguration ConfigurationAt(long index) => _state.Configurations.At(index);

    /// <summary>Time passed. Call at least a few times in each heartbeat interval.</summary>
    /// <param name="elapsed">By a clock that never goes back, since the last call; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0.</exception>
    public void Periodic(TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(elapsed, TimeSpan.Zero);
        Enter();
        _state.Tick(elapsed);
        if (_state.Role == RaftRole.Leader)
        {
            _replication.Periodic();
        }
        else
        {
            _followerReads.Periodic();
            _election.Periodic();
        }

        Settle();
    }

    /// <summary>A message came from a node.</summary>
    /// <param name="from">The sender, as the transport knows it.</param>
    /// <param name="message">The message; what it refers to need not outlive the call.</param>
    /// <exception cref="RaftInvariantException">It contradicts what is known, such as a second leader of one term.</exception>
    public void Receive(int from, in VoteRequest message)
    {
        Enter();
        _election.Receive(from, message);
        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in VoteReply message)
    {
        Enter();
        _election.Receive(from, message);
        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in AppendRequest message)
    {
        Enter();
        _append.Receive(from, message);
        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in AppendReply message)
    {
        Enter();
        if (_state.Role == RaftRole.Leader)
        {
            _replication.Receive(from, message);
        }

        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in SnapshotRequest message)
    {
        Enter();
        _snapshots.Receive(from, message);
        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in SnapshotReply message)
    {
        Enter();
        if (_state.Role == RaftRole.Leader)
        {
            _replication.Receive(from, message);
        }

        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in TimeoutNow message)
    {
        Enter();
        _election.Receive(from, message);
        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in ReadIndexRequest message)
    {
        Enter();
        _leaderReads.Receive(from, message);
        if (_leaderReads.NeedsRound)
        {
            _settlement.BeginRound();
        }

        Settle();
    }

    /// <inheritdoc cref="Receive(int, in VoteRequest)"/>
    public void Receive(int from, in ReadIndexReply message)
    {
        Enter();
        _followerReads.Receive(from, message);
        Settle();
    }

    /// <summary>Appends an entry of the state machine (Raft paper, section 5.3); nothing is sent before <see cref="Replicate"/>.</summary>
    /// <param name="payload">The bytes, <see cref="RaftOptions.MaxEntryBytes"/> at most; must not change any more.</param>
    /// <param name="id">The entry's id. It is committed if and only if an entry with this id is applied.</param>
    /// <returns>Whether it was appended, or why not.</returns>
    public ProposeResult Propose(ReadOnlyMemory<byte> payload, out EntryId id)
    {
        Enter();
        ProposeResult result = _admission.Judge(payload.Length);
        id = default;
        if (result == ProposeResult.Accepted)
        {
            id = _state.AppendOwn(EntryType.Application, payload);
        }

        _isBusy = false;
        return result;
    }

    /// <summary>
    /// Sends what was proposed and asks for what was requested to read since the last call, as far as windows allow.
    /// Call once a batch, after the last input.
    /// </summary>
    public void Replicate()
    {
        Enter();
        if (_leaderReads.NeedsRound)
        {
            _settlement.BeginRound();
        }
        else if (_state.Role == RaftRole.Leader)
        {
            _replication.SendToAll();
        }
        else
        {
            _followerReads.Ask();
        }

        Settle();
    }

    /// <summary>
    /// Registers reads (thesis, section 6.4). They are answered by <see cref="IRaftCallbacks.ReadReady"/> or
    /// <see cref="IRaftCallbacks.ReadsFailed"/>; the round that confirms them starts with <see cref="Replicate"/>.
    /// </summary>
    /// <param name="readId">The newest read's number, 1 or more; greater than in the calls before.</param>
    /// <returns>False when no leader is known: nothing was registered.</returns>
    public bool RequestRead(long readId)
    {
        Enter();
        bool isServed = _state.Leader != 0;
        if (_state.Role == RaftRole.Leader)
        {
            _leaderReads.Register(readId);
        }
        else if (isServed)
        {
            _followerReads.Register(readId);
        }

        Settle();
        return isServed;
    }

    /// <summary>
    /// The log is on disk up to this entry. Reports must not overtake or outlive a change of the log: once the log was
    /// truncated, what was written before at the removed places is never reported.
    /// </summary>
    /// <param name="synced">An entry; one that the log does not hold any more is ignored.</param>
    public void LogSynced(EntryId synced)
    {
        Enter();
        _state.StalledUntil = TimeSpan.Zero;
        if (_state.Sync(synced))
        {
            _append.Synced();
        }

        Settle();
    }

    /// <summary>The state machine has finished all entries up to this index.</summary>
    /// <exception cref="RaftInvariantException">More than was handed to <see cref="IRaftCallbacks.Apply"/>.</exception>
    public void EntriesApplied(long index)
    {
        Enter();
        _feed.Applied(index);
        Settle();
    }

    /// <summary>
    /// The disk does not keep up or failed. A leader hands over to another voter and steps down, if there is one that
    /// answers. This server does not campaign until the next <see cref="LogSynced"/>, but for two election timeouts at
    /// most: report again while it lasts.
    /// </summary>
    /// <param name="reason">For the operator's log.</param>
    public void DiskStalled(string reason)
    {
        Enter();
        _state.StalledUntil = _state.Now + (2 * _state.Options.ElectionTimeout);
        if (_state.Role == RaftRole.Leader && _transfer.MostUpToDate() is { } successor)
        {
            _settlement.HandOverTo(successor, reason);
        }
        else if (_state.Role is RaftRole.PreCandidate or RaftRole.Candidate)
        {
            _state.BecomeFollower(_state.Term, 0, reason);
        }

        Settle();
    }

    /// <summary>
    /// The connection to a node closed: a hint that it may be gone. If it led, this server pre-votes soon instead of
    /// waiting for the election timeout, and grants pre-votes to others; not with lease reads.
    /// </summary>
    public void PeerDisconnected(int nodeId)
    {
        Enter();
        if (_state.Role == RaftRole.Leader)
        {
            _replication.Disconnected(nodeId);
        }
        else if (nodeId == _state.Leader)
        {
            _election.SuspectLeader();
        }

        Settle();
    }

    /// <summary>Begins a new cluster of this one node.</summary>
    /// <param name="address">Where others will reach it.</param>
    /// <exception cref="InvalidOperationException">This server belongs, or belonged, to a cluster, or a leader has begun to take it in.</exception>
    public void Bootstrap(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Enter();
        try
        {
            _membership.Bootstrap(address);
        }
        catch (InvalidOperationException)
        {
            _isBusy = false;
            throw;
        }

        _election.Campaign(isTransfer: false, "began a cluster");
        Settle();
    }

    /// <summary>
    /// Makes this server the only member, by force: for an operator who knows that the other voters are lost for good. What
    /// only they held is lost, and what was never committed may be from now on. They must never meet this server again.
    /// </summary>
    /// <exception cref="InvalidOperationException">This server belongs to no cluster, or has not answered yet for a snapshot.</exception>
    public void RecoverAlone()
    {
        Enter();
        try
        {
            _membership.RecoverAlone();
        }
        catch (InvalidOperationException)
        {
            _isBusy = false;
            throw;
        }

        _election.Campaign(isTransfer: false, "goes on alone by an operator's order");
        Settle();
    }

    /// <summary>Adds a non-voting member, which is promoted when it has caught up (thesis, section 4.2.1).</summary>
    /// <param name="nodeId">An id that was never a member's, 1 or more.</param>
    /// <param name="address">Where to reach it.</param>
    /// <param name="id">The configuration entry's id.</param>
    /// <returns>Whether the change was appended, or why not.</returns>
    public ProposeResult AddMember(int nodeId, string address, out EntryId id)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Change((Membership membership, out EntryId entry) => membership.Add(nodeId, address, out entry), out id);
    }

    /// <summary>Removes a member. A leader that removes itself leads until that is committed (thesis, section 4.2.2).</summary>
    /// <param name="nodeId">A member's id; it is never used again.</param>
    /// <param name="id">The configuration entry's id.</param>
    /// <returns>Whether the change was appended, or why not.</returns>
    public ProposeResult RemoveMember(int nodeId, out EntryId id) =>
        Change((Membership membership, out EntryId entry) => membership.Remove(nodeId, out entry), out id);

    /// <summary>Takes a member's vote; it stays a member and gets it back by <see cref="AllowPromotion"/>, or when another server leads.</summary>
    /// <param name="nodeId">A voter's id, not that of the only one.</param>
    /// <param name="id">The configuration entry's id.</param>
    /// <returns>Whether the change was appended, or why not.</returns>
    public ProposeResult DemoteMember(int nodeId, out EntryId id) =>
        Change((Membership membership, out EntryId entry) => membership.Demote(nodeId, out entry), out id);

    /// <summary>Lets a member whose vote was taken be promoted again, as soon as it is caught up.</summary>
    /// <param name="nodeId">The member.</param>
    public void AllowPromotion(int nodeId)
    {
        Enter();
        _state.Leadership?.HeldBack.Remove(nodeId);
        Settle();
    }

    /// <summary>Sends a member the latest snapshot although it may not need it: for operators and tests.</summary>
    /// <param name="nodeId">Another member's id.</param>
    /// <returns>False when this server does not lead, has no snapshot, or there is no such member.</returns>
    public bool SendSnapshot(int nodeId)
    {
        Enter();
        bool begun = _state.Leadership is not null && _replication.SendSnapshot(nodeId);
        Settle();
        return begun;
    }

    /// <summary>
    /// Begins to hand leadership to another voter (thesis, section 3.10). It has succeeded when that voter leads; proposals are refused until
    /// then or until <see cref="RaftOptions.TransferTimeout"/> has passed.
    /// </summary>
    /// <param name="target">The voter, or 0 for the most up to date.</param>
    /// <returns>False when this server does not lead, or the target cannot.</returns>
    public bool TransferLeadership(int target)
    {
        Enter();
        bool begun = _state.Role == RaftRole.Leader && _transfer.Begin(target);
        Settle();
        return begun;
    }

    /// <summary>
    /// Campaigns at once, although a leader may be well. With lease reads it does so only when it hears none, since the
    /// leader counts on that, and asks by a pre-vote first. Does nothing on a leader or a server that is not a voter.
    /// </summary>
    public void Campaign()
    {
        Enter();
        if (_state.Role != RaftRole.Leader && _state.MayCampaign)
        {
            if (_state.Options.LeaseReads)
            {
                _election.PreVoteUnlessPromised("was told to campaign");
            }
            else
            {
                _election.Campaign(isTransfer: true, "was told to campaign");
            }
        }

        Settle();
    }

    /// <summary>
    /// A snapshot of the state as of <c>snapshot.Last</c>, an entry that was applied, is durable. The log behind it is
    /// compacted, except for <see cref="RaftOptions.KeptEntries"/> (Raft paper, section 7).
    /// </summary>
    /// <param name="snapshot">Its name; its size is 1 or more. One that is not newer than the latest changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has no bytes.</exception>
    /// <exception cref="RaftInvariantException">Its last entry was not handed to the state machine.</exception>
    public void SnapshotTaken(SnapshotId snapshot)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapshot.Size, nameof(snapshot));
        Enter();
        _compaction.SnapshotTaken(snapshot);
        if (_state.Sync(snapshot.Last))
        {
            // The disk was slower than the cluster: now the snapshot keeps what it had not yet written.
            _append.Synced();
        }

        Settle();
    }

    /// <summary>What <see cref="IRaftCallbacks.InstallSnapshot"/> asked for is durable and is the state machine's state.</summary>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public void SnapshotInstalled(SnapshotId snapshot)
    {
        Enter();
        _snapshots.Installed(snapshot);
        _feed.Applied(_state.Applied);
        Settle();
    }

    /// <summary>What <see cref="IRaftCallbacks.InstallSnapshot"/> was given is damaged: it must be sent again from the start.</summary>
    /// <exception cref="InvalidOperationException">It was not asked for.</exception>
    public void SnapshotRejected(SnapshotId snapshot)
    {
        Enter();
        _snapshots.Rejected(snapshot);
        Settle();
    }

    private ProposeResult Change(MembershipChange change, out EntryId id)
    {
        Enter();
        ProposeResult result = _admission.Judge(payloadLength: 0);
        id = default;
        if (result == ProposeResult.Accepted)
        {
            result = change(_membership, out id);
        }

        Settle();
        return result;
    }

    /// <summary>A callback must not call back; and after a failed input only a restart is safe.</summary>
    private void Enter()
    {
        if (_isBusy)
        {
            throw new InvalidOperationException(
                "An input from within a callback, or after an input that failed: Raft takes one input at a time.");
        }

        _isBusy = true;
    }

    private void Settle()
    {
        _settlement.Settle();
        _isBusy = false;
    }

    private delegate ProposeResult MembershipChange(Membership membership, out EntryId id);
}
