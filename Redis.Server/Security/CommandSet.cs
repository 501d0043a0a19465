using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>The commands that a selector allows.</summary>
internal sealed class CommandSet
{
    private ulong[] _bits = [];
    private Dictionary<Command, List<byte[]>> _firstArguments = [];

    /// <summary>Everything was allowed and nothing taken away since.</summary>
    public bool IsAll { get; private set; }

    /// <summary>Began with everything: commands that a later version adds are allowed too.</summary>
    public bool IncludesFuture { get; private set; }

    /// <summary>allcommands, +@all</summary>
    public void AllowAll() => Reset(all: true);

    /// <summary>nocommands, -@all</summary>
    public void DenyAll() => Reset(all: false);

    /// <summary>+command, -command: with it go its subcommands.</summary>
    public void Change(Command command, bool allow)
    {
        Set(command, allow);
        _firstArguments.Remove(command);
        foreach (Command subcommand in command.Subcommands)
        {
            Set(subcommand, allow);
        }
    }

    /// <summary>+@category, -@category</summary>
    public void Change(IEnumerable<Command> commands, AclCategories category, bool allow)
    {
        foreach (Command command in commands)
        {
            if ((command.Categories & category) != 0)
            {
                Change(command, allow);
            }

            Change(command.Subcommands, category, allow);
        }
    }

    /// <summary>+select|0: one first argument of a command that is not allowed otherwise.</summary>
    public void AllowFirstArgument(Command command, string argument)
    {
        if (!_firstArguments.TryGetValue(command, out List<byte[]>? allowed))
        {
            _firstArguments.Add(command, allowed = []);
        }

        byte[] bytes = AclText.Bytes(argument);
        if (!allowed.Exists(known => System.Text.Ascii.EqualsIgnoreCase(known, bytes)))
        {
            allowed.Add(bytes);
        }
    }

    public bool Has(Command command)
    {
        int word = command.Ordinal >> 6;
        return word < _bits.Length ? (_bits[word] & (1UL << command.Ordinal)) != 0 : IncludesFuture;
    }

    public bool Allows(Command command, CommandArgs args)
    {
        if (IsAll || Has(command) || command.Has(CommandFlags.NoAuth))
        {
            return true;
        }

        if (_firstArguments.Count == 0 || args.Count < 2 || !_firstArguments.TryGetValue(command, out List<byte[]>? allowed))
        {
            return false;
        }

        foreach (byte[] argument in allowed)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(argument, args[1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first arguments allowed of a command that is not allowed as such.</summary>
    public IEnumerable<string> FirstArguments(Command command) =>
        _firstArguments.TryGetValue(command, out List<byte[]>? allowed) ? allowed.Select(argument => AclText.Of(argument)) : [];

    public CommandSet Copy() => new()
    {
        _bits = [.. _bits],
        _firstArguments = _firstArguments.ToDictionary(pair => pair.Key, pair => new List<byte[]>(pair.Value)),
        IsAll = IsAll,
        IncludesFuture = IncludesFuture,
    };

    private void Reset(bool all)
    {
        _bits = [];
        _firstArguments.Clear();
        IsAll = IncludesFuture = all;
    }

    private void Set(Command command, bool allow)
    {
        int word = command.Ordinal >> 6;
        if (word >= _bits.Length)
        {
            int before = _bits.Length;
            Array.Resize(ref _bits, word + 1);
            _bits.AsSpan(before).Fill(IncludesFuture ? ulong.MaxValue : 0);
        }

        ulong bit = 1UL << command.Ordinal;
        _bits[word] = allow ? _bits[word] | bit : _bits[word] & ~bit;
        IsAll &= allow;
    }
}
