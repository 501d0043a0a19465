using Redis.Server.Commands;

namespace Redis.Server.Clients.Local;

/// <summary>RAFT.BOOTSTRAP: what nodes that form a cluster by themselves ask each other.</summary>
internal static class BootstrapCommand
{
    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("raft.bootstrap", 1, Flags, AclCategories.None, (client, _, reply) =>
        {
            IReadOnlyList<string> words = client.Services.Bootstrapping.State.Words;
            reply.ArrayHeader(words.Count);
            foreach (string word in words)
            {
                reply.BulkString(System.Text.Encoding.ASCII.GetBytes(word));
            }
        }),
    ];
}
