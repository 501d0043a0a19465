using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients;

/// <summary>Runs a command that concerns this node or connection. False: the reply comes later (<see cref="Replication.Application.Complete"/>).</summary>
internal delegate bool LocalHandler(ClientConnection client, CommandArgs args, RespWriter reply);

/// <summary>As <see cref="LocalHandler"/>, for handlers that always reply at once.</summary>
internal delegate void LocalReplyHandler(ClientConnection client, CommandArgs args, RespWriter reply);

/// <summary>A row of the command table that never enters the log: answered by the node that got it.</summary>
internal sealed class LocalCommand : Command
{
    public LocalCommand(
        string name, int arity, CommandFlags flags, AclCategories categories, LocalReplyHandler run, params IReadOnlyList<KeySpec> keys)
        : base(name, arity, flags | CommandFlags.Local, categories, handler: null, keys)
    {
        Run = (client, args, reply) =>
        {
            run(client, args, reply);
            return true;
        };
    }

    public LocalCommand(string name, int arity, CommandFlags flags, AclCategories categories, LocalHandler run)
        : base(name, arity, flags | CommandFlags.Local, categories, handler: null) => Run = run;

    public LocalHandler Run { get; }

    /// <summary>What runs it as a part of EXEC, where nothing can be answered later.</summary>
    public LocalHandler InTransaction
    {
        get => field ?? Run;
        init;
    }

    /// <summary>
    /// It leaves alone what the gate looks at (user, protocol, options), so that requests behind it in a pipeline need not
    /// wait for it.
    /// </summary>
    public bool IsTransparent { get; init; }

    /// <summary>Only the leader may run it, and only when a majority has confirmed that it leads.</summary>
    public bool IsForLeader { get; init; }

    /// <summary>It may not be queued by MULTI (a rule of RedisRaft's, which COMMAND INFO does not show).</summary>
    public bool IsBarredFromMulti { get; init; }

    /// <summary>A RESP2 client with subscriptions may call it: where its reply is a message, or takes it out of that state.</summary>
    public bool IsAllowedToSubscribers { get; init; }
}
