using System.Text;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;
using Redis.Server.Security;

namespace Redis.Server.Clients.Local;

/// <summary>CONFIG: this node's options.</summary>
internal static class ConfigCommands
{
    private const CommandFlags Admin = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("config", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("get", -3, Admin, AclCategories.None, Get),
            new LocalCommand("set", -4, Admin, AclCategories.None, Set),
            new LocalCommand("rewrite", 2, Admin, AclCategories.None, Rewrite),
            new LocalCommand("resetstat", 2, Admin, AclCategories.None, ResetStatistics),
            HelpRow.Of("CONFIG"),
        ]),
    ];

    private static void Get(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        List<string> patterns = [];
        for (int i = 2; i < args.Count; i++)
        {
            patterns.Add(Encoding.Latin1.GetString(args[i]));
        }

        List<(string Name, string Value)> found = client.Services.Options.Table.Get(patterns);
        reply.MapHeader(found.Count);
        foreach ((string name, string value) in found)
        {
            reply.BulkString(name);
            reply.BulkString(value);
        }
    }

    private static void Set(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count % 2 != 0)
        {
            reply.Error(Errors.Syntax);
            return;
        }

        List<(string Name, string Value)> pairs = [];
        for (int i = 2; i < args.Count; i += 2)
        {
            pairs.Add((Encoding.Latin1.GetString(args[i]), Encoding.Latin1.GetString(args[i + 1])));
        }

        if (client.Services.Options.Table.Set(pairs) is { } refusal)
        {
            reply.Error(refusal);
        }
        else
        {
            reply.Ok();
        }
    }

    private static void Rewrite(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (ConfigRewrite.Write(client.Services.Options, ConfiguredUsers.Lines(client.Services.Users, client.Services.Options.Security)) is { } refusal)
        {
            reply.Error(refusal);
        }
        else
        {
            reply.Ok();
        }
    }

    private static void ResetStatistics(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        ClientServices services = client.Services;
        services.Meter.Statistics.Reset();
        services.Clients.ResetStatistics();
        services.Keyspace.ResetStatistics();
        reply.Ok();
    }
}
