using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>Whether RESTORE checks payloads thoroughly for a user. Kept and shown: here every payload is checked.</summary>
internal enum PayloadCheck
{
    Unsaid,
    Sanitize,
    Skip,
}

/// <summary>How a user may come in, and what it may do then. Built by <see cref="AclRules"/>, never changed once a user has it.</summary>
internal sealed class AclRights
{
    [ThreadStatic]
    private static List<KeyPosition>? _threadKeys;

    private byte[]? _rules;

    /// <summary>on: it may authenticate.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>nopass: any password will do.</summary>
    public bool NeedsNoPassword { get; set; }

    public PayloadCheck PayloadCheck { get; set; }

    /// <summary>SHA-256 of each password, 64 hexadecimal digits.</summary>
    public List<string> Passwords { get; private init; } = [];

    /// <summary>The user's own first, then those in parentheses.</summary>
    public List<AclSelector> Selectors { get; private init; } = [new AclSelector()];

    /// <summary>Nothing is forbidden: whoever sees this need not look further.</summary>
    public bool IsUnrestricted { get; private set; }

    /// <summary>To be called when the last rule has been applied.</summary>
    public AclRights Complete()
    {
        IsUnrestricted = Selectors.Exists(selector => selector.IsUnrestricted);
        return this;
    }

    public AclRights Copy() => new()
    {
        IsEnabled = IsEnabled,
        NeedsNoPassword = NeedsNoPassword,
        PayloadCheck = PayloadCheck,
        Passwords = [.. Passwords],
        Selectors = [.. Selectors.Select(selector => selector.Copy())],
    };

    /// <summary>Whether the command may run with these arguments: one selector has to allow all of it.</summary>
    public AclDenial Check(Command command, CommandArgs args)
    {
        if (IsUnrestricted)
        {
            return default;
        }

        List<KeyPosition> keys = FindKeys(command, args);
        AclDenial closest = new(AclReason.Command, 0);
        foreach (AclSelector selector in Selectors)
        {
            AclDenial denial = selector.Check(command, args, keys);
            if (!denial.IsDenied)
            {
                return default;
            }

            if (denial.Reason > closest.Reason || (denial.Reason == closest.Reason && denial.Position > closest.Position))
            {
                closest = denial;
            }
        }

        return closest;
    }

    /// <summary>Whether the command may read any key, besides those that its arguments name (SORT's BY and GET).</summary>
    public bool AllowsReadingAnyKey(Command command, CommandArgs args)
    {
        if (IsUnrestricted)
        {
            return true;
        }

        List<KeyPosition> keys = FindKeys(command, args);
        foreach (AclSelector selector in Selectors)
        {
            if (selector.ReadsAllKeys && !selector.Check(command, args, keys).IsDenied)
            {
                return true;
            }
        }

        return false;
    }

    public bool AllowsChannel(ReadOnlySpan<byte> channel, bool isPattern = false)
    {
        foreach (AclSelector selector in Selectors)
        {
            if (selector.AllowsChannel(channel, isPattern))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rules as bytes, for entries that say on whose behalf they run.</summary>
    public byte[] RulesBytes(CommandTable table) => _rules ??= AclText.Bytes(AclText.Rules(this, table));

    private static List<KeyPosition> FindKeys(Command command, CommandArgs args)
    {
        List<KeyPosition> keys = _threadKeys ??= [];
        keys.Clear();
        if (command.Keys.Count > 0)
        {
            // False: the arguments are not what the command takes, and it will say so. What was found is judged all the same.
            _ = KeyFinder.TryFind(command, args, keys);
        }

        return keys;
    }
}
