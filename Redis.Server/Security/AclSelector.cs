using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>Commands, keys and channels that are allowed together: a user's own, or one in parentheses. Not changed once a user has it.</summary>
internal sealed class AclSelector
{
    public CommandSet Commands { get; private init; } = new();

    /// <summary>allkeys, ~*</summary>
    public bool AllKeys { get; set; }

    public List<KeyPattern> Keys { get; private init; } = [];

    /// <summary>allchannels, &amp;*</summary>
    public bool AllChannels { get; set; }

    public List<byte[]> Channels { get; private init; } = [];

    public bool IsUnrestricted => AllKeys && AllChannels && Commands.IsAll;

    /// <summary>Whether no key is hidden from it.</summary>
    public bool ReadsAllKeys => AllKeys
        || Keys.Exists(pattern => (pattern.Permissions & KeyPermissions.Read) != 0 && pattern.Glob is [(byte)'*']);

    public AclSelector Copy() => new()
    {
        Commands = Commands.Copy(),
        AllKeys = AllKeys,
        Keys = [.. Keys],
        AllChannels = AllChannels,
        Channels = [.. Channels],
    };

    /// <param name="command">What is to run.</param>
    /// <param name="args">With these arguments.</param>
    /// <param name="keys">Its keys.</param>
    public AclDenial Check(Command command, CommandArgs args, List<KeyPosition> keys)
    {
        if (!Commands.Allows(command, args))
        {
            return new AclDenial(AclReason.Command, 0);
        }

        if (!AllKeys)
        {
            foreach (KeyPosition key in keys)
            {
                if ((key.Flags & KeyFlags.NotKey) == 0 && !AllowsKey(args[key.Position], key.Flags))
                {
                    return new AclDenial(AclReason.Key, key.Position);
                }
            }
        }

        return !AllChannels && command.Has(CommandFlags.PubSub) ? CheckChannels(command, args) : default;
    }

    public bool AllowsKey(ReadOnlySpan<byte> key, KeyFlags use)
    {
        KeyPermissions needed = (use & KeyFlags.Access) != 0 ? KeyPermissions.Read : KeyPermissions.None;
        needed |= (use & (KeyFlags.Insert | KeyFlags.Delete | KeyFlags.Update)) != 0 ? KeyPermissions.Write : KeyPermissions.None;
        if (AllKeys)
        {
            return true;
        }

        foreach (KeyPattern pattern in Keys)
        {
            if ((pattern.Permissions & needed) == needed && Glob.Matches(pattern.Glob, key))
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="channel">A channel, or a pattern of PSUBSCRIBE.</param>
    /// <param name="isPattern">A pattern is allowed only by the very same pattern.</param>
    public bool AllowsChannel(ReadOnlySpan<byte> channel, bool isPattern)
    {
        if (AllChannels)
        {
            return true;
        }

        foreach (byte[] pattern in Channels)
        {
            if (isPattern ? channel.SequenceEqual(pattern) : Glob.Matches(pattern, channel))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Publishing and subscribing need the channel; unsubscribing is always allowed.</summary>
    private AclDenial CheckChannels(Command command, CommandArgs args)
    {
        int last = command.Name switch
        {
            "publish" or "spublish" => 1,
            "subscribe" or "psubscribe" or "ssubscribe" => args.Count - 1,
            _ => 0,
        };
        for (int i = 1; i <= last; i++)
        {
            if (!AllowsChannel(args[i], isPattern: command.Name == "psubscribe"))
            {
                return new AclDenial(AclReason.Channel, i);
            }
        }

        return default;
    }
}
