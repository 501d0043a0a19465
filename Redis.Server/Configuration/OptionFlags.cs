namespace Redis.Server.Configuration;

/// <summary>What may be done with an option, and when.</summary>
[Flags]
internal enum OptionFlags
{
    /// <summary>May be set at any time and takes effect at once.</summary>
    None = 0,

    /// <summary>Read at start; CONFIG SET refuses it.</summary>
    Immutable = 1,

    /// <summary>CONFIG SET refuses it unless enable-protected-configs allows it.</summary>
    Protected = 2,

    /// <summary>CONFIG GET shows it only when asked by its full name.</summary>
    Hidden = 4,

    /// <summary>May be changed until the node is a member of a cluster.</summary>
    FixedAfterInit = 8,

    /// <summary>A secret: never written to the log.</summary>
    Sensitive = 16,

    /// <summary>Takes several words, in a file and separated by spaces in CONFIG SET.</summary>
    MultiWord = 32,

    /// <summary>Known to Redis, kept and answered, and without meaning here.</summary>
    NoEffect = 64,

    /// <summary>
    /// Redis has no such option, so CONFIG SET to the value it has is no error, immutable or not: tools write back what they have
    /// read.
    /// </summary>
    Ours = 128,
}
