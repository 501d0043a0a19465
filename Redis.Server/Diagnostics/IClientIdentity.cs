namespace Redis.Server.Diagnostics;

/// <summary>Who asked for a command, as the slow log names clients.</summary>
internal interface IClientIdentity
{
    /// <summary>host:port, or the Unix socket's path with :0.</summary>
    string Address { get; }

    /// <summary>CLIENT SETNAME; empty without.</summary>
    string Name { get; }

    /// <summary>Whether its last MULTI or EXEC was in lower case: MONITOR shows those as they were written.</summary>
    bool WritesLowerCase { get; }
}
