using System.Security.Cryptography;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Security;

namespace Redis.Server.Clients.Local;

/// <summary>ACL and its subcommands. In a cluster without an aclfile SETUSER and DELUSER enter the log instead (<see cref="UserEntries"/>).</summary>
internal static class AclCommands
{
    private const CommandFlags Anyone = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;
    private const CommandFlags Admin = Anyone | CommandFlags.Admin;
    private const int MaxPasswordBits = 4096;

    public static LocalCommand SetUser { get; } = new("setuser", -3, Admin, AclCategories.None, Set);

    public static LocalCommand DelUser { get; } = new("deluser", -3, Admin, AclCategories.None, Delete);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("acl", -2, CommandFlags.None, AclCategories.None,
        [
            SetUser,
            DelUser,
            new LocalCommand("getuser", 3, Admin, AclCategories.None, Get) { IsTransparent = true },
            new LocalCommand("list", 2, Admin, AclCategories.None, List) { IsTransparent = true },
            new LocalCommand("users", 2, Admin, AclCategories.None, Users) { IsTransparent = true },
            new LocalCommand("whoami", 2, Anyone, AclCategories.None, (client, _, reply) => reply.BulkString(AclText.Bytes(client.Session.User.Name))) { IsTransparent = true },
            new LocalCommand("cat", -2, Anyone, AclCategories.None, Categories) { IsTransparent = true },
            new LocalCommand("genpass", -2, Anyone, AclCategories.None, GeneratePassword) { IsTransparent = true },
            new LocalCommand("dryrun", -4, Admin, AclCategories.None, DryRun) { IsTransparent = true },
            new LocalCommand("log", -2, Admin, AclCategories.None, AclLogCommand.Run),
            new LocalCommand("load", 2, Admin, AclCategories.None, AclFileCommands.Load),
            new LocalCommand("save", 2, Admin, AclCategories.None, AclFileCommands.Save),
            HelpRow.Of("ACL"),
        ]),
    ];

    private static void Set(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        UserDirectory users = client.Services.Users;
        string name = AclText.Of(args[2]);
        AclRules rules = users.Rules;
        string[] changes = new string[args.Count - 3];
        for (int i = 0; i < changes.Length; i++)
        {
            changes[i] = AclText.Of(args[i + 3]);
        }

        if (!AclRules.IsValidName(args[2]))
        {
            reply.Error(AclRules.InvalidName);
        }
        else if (rules.Apply(users.FindOwn(name) ?? rules.NewUser(), changes, out AclRights rights) is { } error)
        {
            reply.Error($"ERR {error}");
        }
        else
        {
            users.SetOwn(name, rights);
            reply.Ok();
        }
    }

    private static void Delete(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        int deleted = 0;
        for (int i = 2; i < args.Count; i++)
        {
            if (AclText.Of(args[i]) == UserDirectory.DefaultName)
            {
                reply.Error(AclRules.DefaultStays);
                return;
            }
        }

        for (int i = 2; i < args.Count; i++)
        {
            deleted += client.Services.Users.DeleteOwn(AclText.Of(args[i])) ? 1 : 0;
        }

        reply.Integer(deleted);
    }

    private static void Get(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (client.Services.Users.Find(args[2]) is not { Rights: { } rights })
        {
            reply.Null();
            return;
        }

        reply.MapHeader(6);
        reply.BulkString("flags"u8);
        string[] flags = [.. AclText.Flags(rights)];
        reply.SetHeader(flags.Length);
        foreach (string flag in flags)
        {
            reply.BulkString(flag);
        }

        reply.BulkString("passwords"u8);
        reply.ArrayHeader(rights.Passwords.Count);
        foreach (string hash in rights.Passwords)
        {
            reply.BulkString(hash);
        }

        WriteSelector(client, rights.Selectors[0], reply);
        reply.BulkString("selectors"u8);
        reply.ArrayHeader(rights.Selectors.Count - 1);
        foreach (AclSelector selector in rights.Selectors.Skip(1))
        {
            reply.MapHeader(3);
            WriteSelector(client, selector, reply);
        }
    }

    private static void WriteSelector(ClientConnection client, AclSelector selector, RespWriter reply)
    {
        reply.BulkString("commands"u8);
        reply.BulkString(AclText.Bytes(CommandRules.Describe(selector.Commands, client.Services.Users.Table)));
        reply.BulkString("keys"u8);
        reply.BulkString(AclText.Bytes(AclText.Keys(selector)));
        reply.BulkString("channels"u8);
        reply.BulkString(AclText.Bytes(AclText.Channels(selector)));
    }

    private static void List(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        IReadOnlyList<AclUser> users = client.Services.Users.All;
        reply.ArrayHeader(users.Count);
        foreach (AclUser user in users)
        {
            reply.BulkString(AclText.Bytes($"user {user.Name} {AclText.Rules(user.Rights, client.Services.Users.Table)}"));
        }
    }

    private static void Users(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        IReadOnlyList<AclUser> users = client.Services.Users.All;
        reply.ArrayHeader(users.Count);
        foreach (AclUser user in users)
        {
            reply.BulkString(AclText.Bytes(user.Name));
        }
    }

    private static void Categories(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count > 3)
        {
            WrongCount(args, reply);
            return;
        }

        if (args.Count == 2)
        {
            reply.ArrayHeader(CommandInfo.Categories.Count);
            foreach ((_, string name) in CommandInfo.Categories)
            {
                reply.BulkString(name);
            }

            return;
        }

        string wanted = AclText.Of(args[2]);
        AclCategories category = CommandInfo.Categories.FirstOrDefault(one => one.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)).Category;
        if (category == AclCategories.None)
        {
            reply.Error("ERR Unknown category '"u8, args[2], "'"u8);
            return;
        }

        string[] names =
        [
            .. client.Services.Users.Table.Commands.SelectMany(command => command.Subcommands.Prepend(command))
                .Where(command => (command.Categories & category) != 0).Select(command => command.FullName),
        ];
        reply.ArrayHeader(names.Length);
        foreach (string name in names)
        {
            reply.BulkString(name);
        }
    }

    private static void GeneratePassword(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        long bits = 256;
        if (args.Count > 3)
        {
            WrongCount(args, reply);
        }
        else if (args.Count == 3 && !Numbers.TryParseInteger(args[2], out bits))
        {
            reply.Error(Errors.NotInteger);
        }
        else if (bits is <= 0 or > MaxPasswordBits)
        {
            reply.Error("ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096"u8);
        }
        else
        {
            reply.BulkString(RandomNumberGenerator.GetHexString((int)(bits + 3) / 4, lowercase: true));
        }
    }

    private static void DryRun(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (client.Services.Users.Find(args[2]) is not { } user)
        {
            reply.Error("ERR User '"u8, args[2], "' not found"u8);
            return;
        }

        CommandTable table = client.Services.Commands;
        CommandArgs called = args.From(3);
        Command? command = table.Find(called[0]);
        if (command is { Subcommands.Count: > 0 } && called.Count > 1)
        {
            command = table.FindSubcommand(command, called[1]);
        }

        if (command is null)
        {
            reply.Error("ERR Command '"u8, args[3], "' not found"u8);
        }
        else if (!command.Accepts(called.Count))
        {
            reply.Error($"ERR wrong number of arguments for '{command.FullName}' command");
        }
        else if (user.Rights.Check(command, called) is { IsDenied: true } denial)
        {
            reply.BulkString(AclText.Bytes(denial.DryRun(command, called)));
        }
        else
        {
            reply.Ok();
        }
    }

    /// <summary>What subcommands say that take one argument at most.</summary>
    public static void WrongCount(CommandArgs args, RespWriter reply) =>
        reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try ACL HELP."u8);
}
