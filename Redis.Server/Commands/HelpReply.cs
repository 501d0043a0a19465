using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What a container's HELP subcommand answers: Redis's texts, from Docs/help.txt, in Redis's frame of words.</summary>
internal static class HelpReply
{
    private static readonly Lazy<Dictionary<string, List<string>>> Texts = new(Load);

    /// <summary>Writes the help of <paramref name="container"/> (upper case).</summary>
    public static void Write(RespWriter reply, string container)
    {
        List<string> lines = Texts.Value[container];
        reply.ArrayHeader(lines.Count + 3);
        reply.SimpleString(Encoding.ASCII.GetBytes($"{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
        foreach (string line in lines)
            reply.SimpleString(Encoding.ASCII.GetBytes(line));
        reply.SimpleString("HELP"u8);
        reply.SimpleString("    Prints this help."u8);
    }

    private static Dictionary<string, List<string>> Load()
    {
        using StreamReader reader = new(typeof(HelpReply).Assembly.GetManifestResourceStream("help.txt")!);
        Dictionary<string, List<string>> texts = [];
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                texts.Add(line[2..], lines = []);
            else
                lines.Add(line);
        }

        return texts;
    }
}
