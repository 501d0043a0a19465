namespace Redis.Server.Replication;

/// <summary>What consensus has done since start. Written under its lock, read by anyone.</summary>
internal sealed class ConsensusCounters
{
    /// <summary>Entries that clients' requests made here.</summary>
    public long Proposals;

    /// <summary>Batches of reads that were to be confirmed.</summary>
    public long Reads;

    /// <summary>Rounds that confirmed reads.</summary>
    public long ReadRounds;

    /// <summary>Append messages with entries that were sent.</summary>
    public long Appends;

    /// <summary>Entries in them.</summary>
    public long AppendedEntries;

    /// <summary>Campaigns of this node.</summary>
    public long Elections;

    /// <summary>Changes of the known leader.</summary>
    public long LeaderChanges;
}
