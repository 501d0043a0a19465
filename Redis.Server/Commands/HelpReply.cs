using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What a container's HELP subcommand answers, in Redis's frame of words.</summary>
internal static class HelpReply
{
    /// <summary>Writes the help of <paramref name="container"/> (upper case).</summary>
    public static void Write(RespWriter reply, string container, IReadOnlyList<string> lines)
    {
        reply.ArrayHeader(lines.Count + 3);
        reply.SimpleString(Encoding.ASCII.GetBytes($"{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
        foreach (string line in lines)
            reply.SimpleString(Encoding.ASCII.GetBytes(line));
        reply.SimpleString("HELP"u8);
        reply.SimpleString("    Prints this help."u8);
    }
}
