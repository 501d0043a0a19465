using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>Why the ACL refused. Where several selectors refuse, the greatest counts: that one came closest.</summary>
internal enum AclReason
{
    None = 0,
    Command = 1,
    Key = 2,
    Auth = 3,
    Channel = 4,
}

/// <summary>What the ACL says of a request: nothing against it (the default value), or what and which argument.</summary>
internal readonly record struct AclDenial(AclReason Reason, int Position)
{
    public bool IsDenied => Reason != AclReason.None;

    /// <summary>The reply to the request itself, without its dash.</summary>
    public string Reply(Command command) => Reason switch
    {
        AclReason.Key => "NOPERM this user has no permissions to access one of the keys used as arguments",
        AclReason.Channel => "NOPERM this user has no permissions to access one of the channels used as arguments",
        _ => $"NOPERM this user has no permissions to run the '{command.FullName}' command",
    };

    /// <summary>The reply in EXEC's array when the rules changed since the command was queued.</summary>
    public string ReplyInExec() =>
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. " +
        "This command is no longer allowed for the following reason: " + Reason switch
        {
            AclReason.Key => "no permission to touch the specified keys",
            AclReason.Channel => "no permission to access one of the channels used as arguments to the command",
            _ => "no permission to execute the command or subcommand",
        };

    /// <summary>What a script is told that calls a command, without the error's code.</summary>
    public string ReplyInScript() => "The user executing the script " + Reason switch
    {
        AclReason.Key => "can't access at least one of the keys mentioned in the command arguments",
        AclReason.Channel => "can't publish to the channel mentioned in the command",
        _ => "can't run this command or subcommand",
    };

    /// <summary>ACL DRYRUN's answer.</summary>
    public string DryRun(Command command, CommandArgs args) => Reason switch
    {
        AclReason.Key => $"This user has no permissions to access the '{AclText.Of(args[Position])}' key",
        AclReason.Channel => $"This user has no permissions to access the '{AclText.Of(args[Position])}' channel",
        _ => $"This user has no permissions to run the '{command.FullName}' command",
    };

    /// <summary>What ACL LOG shows as the object.</summary>
    public string Object(Command command, CommandArgs args) =>
        Reason == AclReason.Command ? command.FullName : AclText.Of(args[Position]);
}
