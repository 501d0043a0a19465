using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>Whether a call needs no log entry: it is known by now that the script writes nothing. Any thread.</summary>
internal delegate bool ScriptIsRead(Scripts scripts, CommandArgs args);

/// <summary>A row that runs a script: whether it goes through the log is decided call by call.</summary>
internal sealed class ScriptCommand(string name, CommandFlags flags, CommandHandler handler, ScriptIsRead isRead, KeyFlags keys)
    : Command(name, -3, Runs | flags, AclCategories.Scripting, handler, Commands.Keys.Counted(2, keys))
{
    private const CommandFlags Runs = CommandFlags.NoScript | CommandFlags.SkipMonitor | CommandFlags.NoMandatoryKeys | CommandFlags.Stale | CommandFlags.MovableKeys;

    /// <summary>Whether it is known, or the script's header says, that this call writes nothing.</summary>
    public bool WritesNothing(Scripts scripts, CommandArgs args) =>
        IsRead(scripts, args) || (Name == "eval" && ScriptHeader.TryRead(args[1], out ScriptHeader header, out _) && (header.Flags & ScriptFlags.NoWrites) != 0);

    /// <summary>Whether this call is a read.</summary>
    public bool IsRead(Scripts scripts, CommandArgs args) => isRead(scripts, args);
}
