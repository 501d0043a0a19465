using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>
/// ACL SETUSER and DELUSER as entries of the log. A user may so far stand only in the leader's configuration, and new users
/// depend on its acl-pubsub-default: the entry says what it found there, so that applying it is the same everywhere. Clients
/// cannot call these commands.
/// </summary>
internal sealed class UserEntries(UserDirectory users)
{
    private const CommandFlags Flags = CommandFlags.Write | CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Fast;

    private static readonly byte[] SetName = "raft.setuser"u8.ToArray();
    private static readonly byte[] DeleteName = "raft.deluser"u8.ToArray();
    private static readonly byte[] Yes = "1"u8.ToArray();
    private static readonly byte[] No = "0"u8.ToArray();

    // Behind the name: user, new users see all channels, stands in the configuration, its rules, then the rules to apply.
    private const int FirstRule = 5;

    public IReadOnlyList<Command> Rows => field ??=
    [
        new("raft.setuser", -FirstRule, Flags, AclCategories.None, Set) { Form = FormOf("setuser"u8, static args => Enumerable.Repeat(SecretArguments.Shown, args.Count - FirstRule + 1)) },
        new("raft.deluser", -3, Flags, AclCategories.None, Delete) { Form = FormOf("deluser"u8, NamesOf) },
    ];

    private static List<byte[]> NamesOf(CommandArgs args)
    {
        List<byte[]> names = [];
        for (int i = 1; i < args.Count; i += 2)
        {
            names.Add(args[i].ToArray());
        }

        return names;
    }

    private EntryForm FormOf(ReadOnlySpan<byte> subcommand, EntryArguments arguments) =>
        new(users.Table.FindSubcommand(users.Table.Find("acl"u8)!, subcommand)!, arguments);

    /// <summary>The row and the request that take the place of ACL SETUSER or ACL DELUSER.</summary>
    public (Command Row, byte[] Frame) Rewrite(CommandArgs args) =>
        args.Is(1, "setuser"u8) ? (Rows[0], RewriteSet(args)) : (Rows[1], RewriteDelete(args));

    /// <summary>
    /// What is wrong with a change after which nodes could not log in to each other any more, or null. Nobody could take it
    /// back: that would need a majority.
    /// </summary>
    /// <param name="args">ACL SETUSER or ACL DELUSER.</param>
    /// <param name="raft">Whom nodes log in as.</param>
    public string? CutsNodesOff(CommandArgs args, RaftSection raft)
    {
        AclRights? before = users.Find(raft.ClusterUser)?.Rights;
        bool deletes = args.Is(1, "deluser"u8);
        if (before is null || !LetsNodesIn(before, raft) || (deletes && raft.ClusterUser == UserDirectory.DefaultName))
        {
            return null; // nothing to lose, or refused anyway
        }

        AclRights? after = before;
        for (int i = 2; i < (deletes ? args.Count : 3); i++)
        {
            if (AclText.Of(args[i]) == raft.ClusterUser)
            {
                after = deletes ? null : Changed(before, args);
            }
        }

        return after is not null && LetsNodesIn(after, raft)
            ? null
            : $"ERR nodes of this cluster log in as '{raft.ClusterUser}' and could not any more: see raft.cluster-user and raft.cluster-password";
    }

    private bool LetsNodesIn(AclRights rights, RaftSection raft) =>
        rights.IsEnabled
        && (rights.NeedsNoPassword || AclPassword.Matches(rights, System.Text.Encoding.UTF8.GetBytes(raft.ClusterPassword)))
        && users.Table.Find("raft.peer"u8) is { } peer
        && rights.Selectors.Exists(selector => selector.Commands.Has(peer));

    /// <summary>The rights after ACL SETUSER; those before where it fails anyway.</summary>
    private AclRights Changed(AclRights before, CommandArgs args)
    {
        string[] changes = new string[args.Count - 3];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = AclText.Of(args[i + 3]);
        }

        return users.Rules.Apply(before, changes, out AclRights after) is null ? after : before;
    }

    private byte[] RewriteSet(CommandArgs args)
    {
        string name = AclText.Of(args[2]);
        AclRights? own = users.FindOwn(name);
        List<byte[]> words =
        [
            SetName, args[2].ToArray(), users.NewUsersSeeAllChannels ? Yes : No, own is null ? No : Yes,
            AclText.Bytes(own is null ? "" : AclText.Rules(own, users.Table)),
        ];
        HashSet<string> passwords = [.. users.Find(name)?.Rights.Passwords ?? []];
        for (int i = 3; i < args.Count; i++)
        {
            words.Add(WithoutPassword(args[i], passwords));
        }

        return FrameRewriting.Build(words, default, 0);
    }

    /// <summary>
    /// The log is no place for passwords: it gets the hash of what a rule adds or takes away. What is not a password of the user stays as it
    /// is, because the error names it.
    /// </summary>
    private static byte[] WithoutPassword(ReadOnlySpan<byte> rule, HashSet<string> passwords)
    {
        if (rule is not [(byte)'>' or (byte)'<', ..])
        {
            return rule.ToArray();
        }

        string hash = AclPassword.Hash(rule[1..]);
        if (rule[0] == '>')
        {
            passwords.Add(hash);
            return AclText.Bytes('#' + hash);
        }

        return passwords.Contains(hash) ? AclText.Bytes('!' + hash) : rule.ToArray();
    }

    private byte[] RewriteDelete(CommandArgs args)
    {
        List<byte[]> words = [DeleteName];
        for (int i = 2; i < args.Count; i++)
        {
            words.Add(args[i].ToArray());
            words.Add(users.FindOwn(AclText.Of(args[i])) is null ? No : Yes);
        }

        return FrameRewriting.Build(words, default, 0);
    }

    private void Set(CommandContext context, CommandArgs args)
    {
        string name = AclText.Of(args[1]);
        AclRules rules = new(users.Table, args.Is(2, Yes));
        bool isOwn = args.Is(3, Yes);
        if (!users.Shared.TryFind(name, out AclRights? before))
        {
            before = isOwn ? rules.Parse(AclText.Of(args[4])) : null;
        }

        string[] changes = new string[args.Count - FirstRule];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = AclText.Of(args[FirstRule + i]);
        }

        if (!AclRules.IsValidName(args[1]))
        {
            context.Reply.Error(AclRules.InvalidName);
        }
        else if (rules.Apply(before ?? rules.NewUser(), changes, out AclRights after) is { } error)
        {
            context.Reply.Error($"ERR {error}");
        }
        else
        {
            users.Shared.Set(name, after, isOwn);
            context.Reply.Ok();
        }
    }

    private void Delete(CommandContext context, CommandArgs args)
    {
        int deleted = 0;
        for (int i = 1; i < args.Count; i += 2)
        {
            if (AclText.Of(args[i]) == UserDirectory.DefaultName)
            {
                context.Reply.Error(AclRules.DefaultStays);
                return;
            }
        }

        for (int i = 1; i < args.Count; i += 2)
        {
            deleted += users.Shared.Delete(AclText.Of(args[i]), args.Is(i + 1, Yes)) ? 1 : 0;
        }

        context.Reply.Integer(deleted);
    }
}
