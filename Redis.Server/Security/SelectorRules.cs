using System.Buffers;
using Redis.Server.Commands;

namespace Redis.Server.Security;

/// <summary>Applies the rules of one selector: keys, channels, commands.</summary>
internal sealed class SelectorRules(CommandTable table)
{
    private static readonly SearchValues<char> Spaces = SearchValues.Create(" \t\n\v\f\r\0");

    public AclRuleError Apply(AclSelector selector, string rule)
    {
        switch (rule.ToLowerInvariant())
        {
            case "allkeys" or "~*":
                selector.AllKeys = true;
                selector.Keys.Clear();
                return AclRuleError.None;
            case "resetkeys":
                selector.AllKeys = false;
                selector.Keys.Clear();
                return AclRuleError.None;
            case "allchannels" or "&*":
                selector.AllChannels = true;
                selector.Channels.Clear();
                return AclRuleError.None;
            case "resetchannels":
                selector.AllChannels = false;
                selector.Channels.Clear();
                return AclRuleError.None;
            case "allcommands" or "+@all":
                selector.Commands.AllowAll();
                return AclRuleError.None;
            case "nocommands" or "-@all":
                selector.Commands.DenyAll();
                return AclRuleError.None;
        }

        return rule switch
        {
            ['~', ..] => AddKeys(selector, KeyPermissions.All, rule[1..]),
            ['%', ..] => AddKeysWithPermissions(selector, rule),
            ['&', ..] => AddChannels(selector, rule[1..]),
            ['+' or '-', '@', ..] => ChangeCategory(selector, rule),
            ['+', ..] when rule.Contains('|') => AllowPart(selector, rule[1..]),
            ['+' or '-', ..] => ChangeCommand(selector, rule),
            _ => AclRuleError.Syntax,
        };
    }

    private static AclRuleError AddKeysWithPermissions(AclSelector selector, string rule)
    {
        KeyPermissions permissions = KeyPermissions.None;
        int i = 1;
        for (; i < rule.Length && rule[i] != '~'; i++)
        {
            KeyPermissions one = char.ToUpperInvariant(rule[i]) switch
            {
                'R' => KeyPermissions.Read,
                'W' => KeyPermissions.Write,
                _ => KeyPermissions.None,
            };
            if (one == KeyPermissions.None || (permissions & one) != 0)
            {
                return selector.AllKeys ? AclRuleError.KeysAfterAll : AclRuleError.Syntax;
            }

            permissions |= one;
        }

        // As in Redis, permissions without a tilde give the empty pattern.
        return permissions == KeyPermissions.None && !selector.AllKeys
            ? AclRuleError.Syntax
            : AddKeys(selector, permissions, i < rule.Length ? rule[(i + 1)..] : "");
    }

    private static AclRuleError AddKeys(AclSelector selector, KeyPermissions permissions, string pattern)
    {
        if (selector.AllKeys)
        {
            return AclRuleError.KeysAfterAll;
        }

        if (HasSpace(pattern))
        {
            return AclRuleError.Syntax;
        }

        byte[] glob = AclText.Bytes(pattern);
        int known = selector.Keys.FindIndex(one => one.Glob.AsSpan().SequenceEqual(glob));
        if (known >= 0)
        {
            selector.Keys[known] = selector.Keys[known] with { Permissions = selector.Keys[known].Permissions | permissions };
        }
        else
        {
            selector.Keys.Add(new KeyPattern(glob, permissions));
        }

        return AclRuleError.None;
    }

    private static AclRuleError AddChannels(AclSelector selector, string pattern)
    {
        if (selector.AllChannels)
        {
            return AclRuleError.ChannelsAfterAll;
        }

        if (HasSpace(pattern))
        {
            return AclRuleError.Syntax;
        }

        byte[] glob = AclText.Bytes(pattern);
        if (!selector.Channels.Exists(one => one.AsSpan().SequenceEqual(glob)))
        {
            selector.Channels.Add(glob);
        }

        return AclRuleError.None;
    }

    private AclRuleError ChangeCategory(AclSelector selector, string rule)
    {
        foreach ((AclCategories category, string name) in CommandInfo.Categories)
        {
            if (rule.AsSpan(2).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                selector.Commands.Change(table.Commands, category, rule[0] == '+');
                return AclRuleError.None;
            }
        }

        return AclRuleError.UnknownCommand;
    }

    private AclRuleError ChangeCommand(AclSelector selector, string rule)
    {
        if (Find(rule[1..]) is not { } command)
        {
            return AclRuleError.UnknownCommand;
        }

        selector.Commands.Change(command, rule[0] == '+');
        return AclRuleError.None;
    }

    /// <summary>+config|get, or +select|0: a first argument of a command that has no subcommands.</summary>
    private AclRuleError AllowPart(AclSelector selector, string name)
    {
        int bar = name.LastIndexOf('|');
        string part = name[(bar + 1)..];
        if (Find(name[..bar]) is not { } command)
        {
            return AclRuleError.UnknownCommand;
        }

        if (command.Container is not null)
        {
            return AclRuleError.FirstArgumentOfSubcommand;
        }

        if (part.Length == 0)
        {
            return AclRuleError.Syntax;
        }

        if (command.Subcommands.Count == 0)
        {
            selector.Commands.AllowFirstArgument(command, part);
            return AclRuleError.None;
        }

        if (Find(name) is not { } subcommand)
        {
            return AclRuleError.UnknownCommand;
        }

        selector.Commands.Change(subcommand, allow: true);
        return AclRuleError.None;
    }

    /// <summary>"get", "config|get"; of a command without subcommands nothing but its name.</summary>
    private Command? Find(string name) => name.Split('|') switch
    {
        [var one] => table.Find(AclText.Bytes(one)),
        [var one, var two] when table.Find(AclText.Bytes(one)) is { Subcommands.Count: > 0 } container => table.FindSubcommand(container, AclText.Bytes(two)),
        _ => null,
    };

    private static bool HasSpace(string text) => text.AsSpan().ContainsAny(Spaces);
}
