namespace Raft.Core;

/// <summary>
/// The leader's side of AppendEntries: brings every log in line with its own, commits what a majority has on disk, and
/// steps down when it has no majority (Raft paper, section 5.3 and 5.4.2; thesis, section 6.2).
/// </summary>
internal sealed class LeaderReplication(RaftState state, SnapshotSender snapshots)
{
    private Leadership Leadership => state.Leadership!;

    /// <summary>The term begins with an entry of its own: only that shows what is committed (Raft paper, section 8).</summary>
    public void Begin()
    {
        foreach (ReadOnlyMemory<LogEntry> entries in EntriesFrom(state.Handed + 1))
        {
            foreach (ref readonly LogEntry entry in entries.Span)
            {
                Leadership.WaitingBytes += entry.Payload.Length;
            }
        }

        Leadership.FirstIndex = state.AppendOwn(EntryType.Noop, default).Index;
        SendToAll();
    }

    /// <summary>Sends what waits to every peer whose window allows it.</summary>
    public void SendToAll()
    {
        foreach (Peer peer in Leadership.Peers)
        {
            SendTo(peer);
        }
    }

    /// <summary>Begins a confirmation round: every voter gets a message with its number.</summary>
    public void BeginRound()
    {
        Leadership.BeginRound(state.Now);
        foreach (Peer peer in Leadership.Peers)
        {
            if (!SendTo(peer) && peer.IsVoter)
            {
                SendHeartbeat(peer);
            }
        }
    }

    /// <summary>Time passed: heartbeats to peers that got nothing else, and out of office without a majority.</summary>
    public void Periodic()
    {
        foreach (Peer peer in Leadership.Peers)
        {
            peer.Tick(state.Now);
        }

        if (state.Now - Leadership.AgreedContact(state.Now) >= state.Options.ElectionTimeout)
        {
            state.BecomeFollower(state.Term, 0, "no majority was heard within the election timeout");
            return;
        }

        if (state.Options.LeaseReads && state.Now - Leadership.RoundBegan >= state.Options.HeartbeatInterval)
        {
            BeginRound();
        }

        foreach (Peer peer in Leadership.Peers)
        {
            if (peer.State == PeerState.Snapshot)
            {
                snapshots.Periodic(peer);
            }
            else if (state.Now - peer.Sent >= state.Options.HeartbeatInterval)
            {
                SendHeartbeat(peer);
            }
        }
    }

    public void Receive(int from, in AppendReply reply)
    {
        if (Leadership.Find(from) is not { } peer || !Accepts(peer, reply.Term, reply.Round, reply.StoreId))
        {
            return;
        }

        if (reply.Success)
        {
            Acknowledged(peer, reply.Match);
        }
        else
        {
            Refused(peer, reply.Match, reply.Hint);
        }

        SendTo(peer);
    }

    public void Receive(int from, in SnapshotReply reply)
    {
        if (Leadership.Find(from) is { } peer && Accepts(peer, reply.Term, reply.Round, reply.StoreId))
        {
            snapshots.Receive(peer, reply);
            SendTo(peer);
        }
    }

    /// <summary>
    /// Commits what a majority has on disk, if it is of this term: an earlier term's entry can still be overwritten
    /// although a majority holds it (Raft paper, section 5.4.2 and figure 8).
    /// </summary>
    public void AdvanceCommit()
    {
        long agreed = Leadership.AgreedMatch(state.Synced);
        if (agreed > state.Committed && state.Log.TermAt(agreed) == state.Term)
        {
            state.Commit(agreed);
        }
    }

    /// <summary>The connection to a peer was lost, and what was in flight with it.</summary>
    public void Disconnected(int id)
    {
        if (Leadership.Find(id) is { State: PeerState.Replicate } peer)
        {
            peer.BecomeProbe(peer.Match + 1);
            peer.IsProbeSent = true;
        }
    }

    /// <summary>Sends a member the latest snapshot, whether it needs it or not; false when there is none, or no such member.</summary>
    public bool SendSnapshot(int id)
    {
        if (state.Snapshot is null || Leadership.Find(id) is not { } peer)
        {
            return false;
        }

        snapshots.Begin(peer);
        return true;
    }

    public void SendHeartbeat(Peer peer)
    {
        if (peer.State == PeerState.Snapshot)
        {
            snapshots.SendHeartbeat(peer);
        }
        else
        {
            SendAppend(peer, withEntries: false);
        }
    }

    private bool SendTo(Peer peer)
    {
        if (peer.IsWiped)
        {
            return false;
        }

        bool sent = false;
        while (CanSendEntries(peer))
        {
            sent = true;
            SendAppend(peer, withEntries: true);
        }

        return peer.State == PeerState.Snapshot ? snapshots.SendChunks(peer) || sent : sent;
    }

    private bool CanSendEntries(Peer peer) => peer.State switch
    {
        PeerState.Probe => !peer.IsProbeSent,
        PeerState.Replicate => peer.Next <= state.Log.Last.Index && peer.InFlight < state.Options.MaxAppendsInFlight && IsWorthAMessage(peer),
        _ => false,
    };

    /// <summary>
    /// Behind a message under way only twice as many entries as it has, or more, get one of their own: every message costs the
    /// peer a sync, and a trickle of small ones would keep its disk busy with almost nothing (as Nagle's algorithm, RFC 896).
    /// </summary>
    private bool IsWorthAMessage(Peer peer) => state.Log.Last.Index + 1 - peer.Next >= 2 * (peer.Next - 1 - peer.Match);

    private void SendAppend(Peer peer, bool withEntries)
    {
        IRaftLog log = state.Log;
        long previous = peer.Next - 1;
        if (previous < log.Base.Index)
        {
            snapshots.Begin(peer);
            return;
        }

        ReadOnlyMemory<LogEntry> entries = withEntries && peer.Next <= log.Last.Index
            ? log.Slice(peer.Next, state.Options.MaxAppendEntries, state.Options.MaxAppendBytes)
            : default;
        long last = previous + entries.Length;
        AppendRequest request = new(
            state.Term,
            state.NodeId,
            new EntryId(log.TermAt(previous), previous),
            Math.Min(state.Committed, last),
            Leadership.Round,
            entries);
        peer.Sent = state.Now;
        if (peer.State == PeerState.Probe)
        {
            peer.IsProbeSent = true;
        }
        else if (entries.Length > 0)
        {
            peer.SentThrough(last);
        }

        state.Callbacks.Send(peer.Id, request);
    }

    /// <summary>Whether an answer counts: of this term, and from the disk that the configuration names.</summary>
    private bool Accepts(Peer peer, long term, long round, long storeId)
    {
        if (!peer.Recognises(storeId))
        {
            return false;
        }

        if (term > state.Term)
        {
            state.BecomeFollower(term, 0, "a member is in a later term");
            return false;
        }

        if (term < state.Term)
        {
            return false;
        }

        peer.Hear(round);
        return true;
    }

    private void Acknowledged(Peer peer, long match)
    {
        Check.That(match <= state.Log.Last.Index, "a follower acknowledges only what this leader has");
        peer.Acknowledge(match);
        if (peer.State == PeerState.Probe || (peer.State == PeerState.Snapshot && peer.Match >= state.Log.Base.Index))
        {
            peer.BecomeReplicate();
        }
    }

    private void Refused(Peer peer, long previous, EntryId hint)
    {
        bool isLate = previous <= peer.Match || (peer.State == PeerState.Probe && previous != peer.Next - 1);
        if (!isLate && peer.State != PeerState.Snapshot)
        {
            peer.BecomeProbe(Math.Min(ConflictHint.NextToSend(state.Log, hint), previous));
        }
    }

    private IEnumerable<ReadOnlyMemory<LogEntry>> EntriesFrom(long first)
    {
        while (first <= state.Log.Last.Index)
        {
            ReadOnlyMemory<LogEntry> entries = state.Log.Slice(first, int.MaxValue, long.MaxValue);
            yield return entries;
            first += entries.Length;
        }
    }
}
