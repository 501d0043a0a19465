using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>COMMAND: answered by any node from its own table (<see cref="CommandIntrospection"/>).</summary>
internal static class CommandCommands
{
    private const CommandFlags Flags = CommandFlags.Loading | CommandFlags.Stale;

    private delegate void Answer(CommandTable table, CommandArgs args, RespWriter reply);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("command", -1, Flags, AclCategories.Connection, From(CommandIntrospection.All))
        {
            IsTransparent = true,
            Subcommands =
            [
                Row("count", 2, CommandIntrospection.Count),
                Row("docs", -2, CommandIntrospection.Docs),
                Row("getkeys", -4, CommandIntrospection.GetKeys),
                Row("getkeysandflags", -4, CommandIntrospection.GetKeysAndFlags),
                Row("help", 2, CommandIntrospection.Help),
                Row("info", -2, CommandIntrospection.Info),
                Row("list", -2, CommandIntrospection.List),
            ],
        },
    ];

    private static LocalCommand Row(string name, int arity, Answer answer) =>
        new(name, arity, Flags, AclCategories.Connection, From(answer)) { IsTransparent = true };

    private static LocalReplyHandler From(Answer answer) => (client, args, reply) => answer(client.Services.Commands, args, reply);
}
