namespace Raft.Core;

/// <summary>What a server does at the moment (Raft paper, figure 4; pre-candidate: thesis, section 9.6).</summary>
public enum RaftRole
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>Asks whether it could win before it starts an election.</summary>
    PreCandidate,

    /// <summary>Asks for votes.</summary>
    Candidate,

    /// <summary>Takes proposals and replicates them.</summary>
    Leader,
}

/// <summary>A change of role, term or leader.</summary>
/// <param name="Role">The role now.</param>
/// <param name="Term">The term now.</param>
/// <param name="Leader">The leader known now, or 0.</param>
/// <param name="Reason">Why, in a few words, for the operator's log.</param>
public readonly record struct RaftChange(RaftRole Role, long Term, int Leader, string Reason);

/// <summary>What became of a call to propose an entry.</summary>
public enum ProposeResult
{
    /// <summary>The entry is in the leader's log; its fate is known when an entry with its index is applied.</summary>
    Accepted,

    /// <summary>This server does not lead; nothing was appended.</summary>
    NotLeader,

    /// <summary>Leadership is being handed over; nothing was appended.</summary>
    Transferring,

    /// <summary>Too many bytes wait to be committed (<see cref="RaftOptions.MaxUncommittedBytes"/>); nothing was appended.</summary>
    Overloaded,

    /// <summary>The entry is larger than <see cref="RaftOptions.MaxEntryBytes"/>; nothing was appended.</summary>
    TooLarge,

    /// <summary>A membership change is already under way, or none is allowed yet in this term; nothing was appended.</summary>
    ChangeInProgress,

    /// <summary>The change asks for something impossible: an id that was used before, a member that does not exist.</summary>
    InvalidChange,
}
