namespace Redis.Server.Commands;

/// <summary>What a command does and where it may run: Redis's command flags, and two of ours.</summary>
[Flags]
internal enum CommandFlags
{
    None = 0,

    /// <summary>write: changes data, goes through the log.</summary>
    Write = 1 << 0,

    /// <summary>readonly: reads data, on the leader after it has made sure it still leads.</summary>
    ReadOnly = 1 << 1,

    /// <summary>denyoom: refused when memory is over maxmemory.</summary>
    DenyOom = 1 << 2,

    /// <summary>admin</summary>
    Admin = 1 << 3,

    /// <summary>pubsub</summary>
    PubSub = 1 << 4,

    /// <summary>noscript: not from scripts.</summary>
    NoScript = 1 << 5,

    /// <summary>blocking: may wait.</summary>
    Blocking = 1 << 6,

    /// <summary>loading: allowed while a snapshot is loaded.</summary>
    Loading = 1 << 7,

    /// <summary>stale: allowed on a node without a leader.</summary>
    Stale = 1 << 8,

    /// <summary>skip_monitor</summary>
    SkipMonitor = 1 << 9,

    /// <summary>skip_slowlog</summary>
    SkipSlowlog = 1 << 10,

    /// <summary>asking</summary>
    Asking = 1 << 11,

    /// <summary>fast: constant or logarithmic time.</summary>
    Fast = 1 << 12,

    /// <summary>no_auth: allowed before AUTH.</summary>
    NoAuth = 1 << 13,

    /// <summary>
    /// CMD_MAY_REPLICATE, which COMMAND INFO does not show: no write, but CLIENT PAUSE WRITE holds it back as if it were one.
    /// </summary>
    MayReplicate = 1 << 14,

    /// <summary>no_mandatory_keys: may be called without keys.</summary>
    NoMandatoryKeys = 1 << 15,

    /// <summary>no_async_loading</summary>
    NoAsyncLoading = 1 << 16,

    /// <summary>no_multi: refused inside MULTI.</summary>
    NoMulti = 1 << 17,

    /// <summary>movablekeys: the keys' places depend on other arguments.</summary>
    MovableKeys = 1 << 18,

    /// <summary>allow_busy: allowed while a script runs too long.</summary>
    AllowBusy = 1 << 19,

    /// <summary>Not a flag of Redis: goes through the log although it changes no key (SCRIPT LOAD).</summary>
    Logged = 1 << 29,

    /// <summary>Not a flag of Redis: answered by the node that got it, never enters the log.</summary>
    Local = 1 << 30,
}
