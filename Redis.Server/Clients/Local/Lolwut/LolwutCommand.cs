using System.Globalization;
using System.Text;
using Redis.Server.Commands;
using Redis.Server.Operations;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local.Lolwut;

/// <summary>LOLWUT [VERSION n] [arguments]: the picture that the version has. https://redis.io/docs/latest/commands/lolwut/</summary>
internal static class LolwutCommand
{
    private const long MostColumns = 1000;
    private const long MostSquares = 200;

    public static void Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        long version = 0;
        int first = 1;
        if (args.Count > 2 && args.Is(1, "version"u8))
        {
            if (!Numbers.TryParseInteger(args[2], out version))
            {
                reply.Error(Errors.NotInteger);
                return;
            }

            first = 3;
        }

        if (version == 5)
        {
            DrawSchotter(args, first, reply);
        }
        else
        {
            reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes($"Redis ver. {ServerVersion.Redis}\n"));
        }
    }

    private static void DrawSchotter(CommandArgs args, int first, RespWriter reply)
    {
        long[] sizes = [66, 8, 12];
        for (int i = 0; i < sizes.Length && first + i < args.Count; i++)
        {
            if (!Numbers.TryParseInteger(args[first + i], out sizes[i]))
            {
                reply.Error(Errors.NotInteger);
                return;
            }
        }

        BrailleCanvas canvas = Schotter.Draw(
            (int)Math.Clamp(sizes[0], 1, MostColumns), (int)Math.Clamp(sizes[1], 1, MostSquares), (int)Math.Clamp(sizes[2], 1, MostSquares));
        reply.VerbatimString("txt"u8, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{canvas.Render()}\nGeorg Nees - schotter, plotter on paper, 1968. Redis ver. {ServerVersion.Redis}\n")));
    }
}
