using System.Numerics;
using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>All commands of this server, found by name in any case without allocating.</summary>
internal sealed class CommandTable
{
    private readonly Slot[] _slots;
    private readonly Dictionary<Command, CommandTable> _subcommands = [];

    private readonly record struct Slot(byte[] Name, Command Command);

    public CommandTable(IEnumerable<Command> rows)
        : this([.. rows.Select(command => (command.Name, command))])
    {
    }

    private CommandTable(IReadOnlyList<(string Name, Command Command)> rows)
    {
        Commands = [.. rows.Select(row => row.Command)];
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Commands.Count * 2 + 1)];
        foreach ((string name, Command command) in rows)
        {
            int slot = SlotOf(Encoding.Latin1.GetBytes(name), out bool taken);
            if (taken)
                throw new ArgumentException($"Command '{name}' has two rows.");
            HasRenamed |= name != command.Name;
            _slots[slot] = new Slot(Encoding.Latin1.GetBytes(name), command);
            if (command.Subcommands.Count > 0)
                _subcommands.Add(command, new CommandTable(command.Subcommands));
        }
    }

    /// <summary>Whether a command is called by another name than its own.</summary>
    public bool HasRenamed { get; }

    /// <summary>This table as rename-command directives leave it for clients; an empty new name takes a command away.</summary>
    /// <exception cref="ArgumentException">A command is unknown, or a name is taken.</exception>
    public CommandTable Renamed(IReadOnlyList<(string Command, string NewName)> renames)
    {
        Dictionary<string, Command> byName = new(StringComparer.OrdinalIgnoreCase);
        foreach (Command command in Commands)
            byName.Add(command.Name, command);
        foreach ((string name, string newName) in renames)
        {
            if (!byName.Remove(name, out Command? command))
                throw new ArgumentException("No such command in rename-command");
            if (newName.Length > 0 && !byName.TryAdd(newName, command))
                throw new ArgumentException("Target command name already exists");
        }

        return new CommandTable([.. byName.Select(pair => (pair.Key, pair.Value))]);
    }

    /// <summary>All rows, in the order given; subcommands within their containers.</summary>
    public IReadOnlyList<Command> Commands { get; }

    /// <summary>The command of this name, or null.</summary>
    public Command? Find(ReadOnlySpan<byte> name) => _slots[SlotOf(name, out _)].Command;

    /// <summary>The subcommand of this name, or null.</summary>
    public Command? FindSubcommand(Command container, ReadOnlySpan<byte> name) => _subcommands[container].Find(name);

    /// <summary>The command or subcommand that <paramref name="args"/> name, whatever else they say; or null.</summary>
    public Command? Named(CommandArgs args)
    {
        Command? command = Find(args[0]);
        return command is { Subcommands.Count: > 0 } && args.Count > 1 ? FindSubcommand(command, args[1]) : command;
    }

    /// <summary>
    /// The command that <paramref name="args"/> call: a subcommand when the command has them. Null after an error reply: unknown
    /// command or subcommand, or wrong number of arguments.
    /// </summary>
    public Command? Resolve(CommandArgs args, RespWriter reply)
    {
        Command? command = Find(args[0]);
        if (command == null)
        {
            ReplyUnknown(args, reply);
            return null;
        }

        if (args.Count > 1 && command.Subcommands.Count > 0)
        {
            Command? subcommand = FindSubcommand(command, args[1]);
            if (subcommand == null)
            {
                ReadOnlySpan<byte> name = args[1];
                reply.Error("ERR unknown subcommand '"u8, name[..Math.Min(name.Length, 128)],
                    Encoding.ASCII.GetBytes($"'. Try {command.Name.ToUpperInvariant()} HELP."));
                return null;
            }

            command = subcommand;
        }

        if (command.Accepts(args.Count))
            return command;
        reply.Error($"ERR wrong number of arguments for '{command.FullName}' command");
        return null;
    }

    private static void ReplyUnknown(CommandArgs args, RespWriter reply)
    {
        // As Redis: at most 128 bytes of the name and about as many of the arguments are quoted.
        StringBuilder text = new("ERR unknown command '");
        text.Append(Encoding.Latin1.GetString(Clip(args[0], 128))).Append("', with args beginning with: ");
        int quoted = 0;
        for (int i = 1; i < args.Count && quoted < 128; i++)
        {
            string argument = $"'{Encoding.Latin1.GetString(Clip(args[i], 128 - quoted))}' ";
            text.Append(argument);
            quoted += argument.Length;
        }

        reply.Error(text.ToString());
    }

    /// <summary>C's %.*s: at most so many bytes, and none after a NUL.</summary>
    private static ReadOnlySpan<byte> Clip(ReadOnlySpan<byte> text, int length)
    {
        text = text[..Math.Min(text.Length, length)];
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private int SlotOf(ReadOnlySpan<byte> name, out bool taken)
    {
        uint hash = 2166136261;
        foreach (byte b in name)
            hash = (hash ^ (b | 0x20u)) * 16777619;
        int mask = _slots.Length - 1;
        int slot = (int)(hash ^ hash >> 15) & mask;
        while (_slots[slot].Name is { } found && !Ascii.EqualsIgnoreCase(found, name))
            slot = (slot + 1) & mask;
        taken = _slots[slot].Name != null;
        return slot;
    }
}
