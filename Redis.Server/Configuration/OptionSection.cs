namespace Redis.Server.Configuration;

/// <summary>The chapters of --help and of the configuration reference, in their order.</summary>
internal enum OptionSection
{
    Raft,
    Network,
    General,
    Clients,
    Data,
    Security,
    Tls,
    Diagnostics,

    /// <summary>Hidden options that make failures for tests.</summary>
    Failures,

    /// <summary>Options that exist in Redis and change nothing here.</summary>
    Accepted,
}
