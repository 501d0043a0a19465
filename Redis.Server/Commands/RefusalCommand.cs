using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What takes the place of a command that was queued by MULTI and is no longer allowed at EXEC: it answers an error. No client can call it.</summary>
internal static class RefusalCommand
{
    private static readonly byte[] Name = "raft.refusal"u8.ToArray();

    public static IReadOnlyList<Command> Rows { get; } =
        [new("raft.refusal", 2, CommandFlags.NoScript | CommandFlags.Fast, AclCategories.None, (context, args) => context.Reply.Error(args[1]))];

    /// <summary>The frame that answers this error.</summary>
    public static byte[] Frame(string error) => FrameRewriting.Build([Name, Encoding.Latin1.GetBytes(error)], default, 0);
}
