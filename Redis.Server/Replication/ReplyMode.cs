namespace Redis.Server.Replication;

/// <summary>CLIENT REPLY: what a client wants to be answered.</summary>
internal enum ReplyMode : byte
{
    On,

    /// <summary>CLIENT REPLY SKIP is under way: the next reply is left out.</summary>
    SkipNext,

    /// <summary>This reply is left out.</summary>
    Skip,

    Off,
}
