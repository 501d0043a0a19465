using Redis.Server.Commands;

namespace Redis.Server.Clients.Local;

/// <summary>The HELP subcommand of a container.</summary>
internal static class HelpRow
{
    public static LocalCommand Of(string container, AclCategories categories = AclCategories.None) =>
        new("help", 2, CommandFlags.Loading | CommandFlags.Stale, categories, (_, _, reply) => HelpReply.Write(reply, container)) { IsTransparent = true };
}
