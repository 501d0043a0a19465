using System.Globalization;
using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>One command with its arguments; prints as a line that redis-cli takes.</summary>
internal sealed record Request(byte[][] Args)
{
    public Request(params string[] words)
        : this(words.Select(Encoding.Latin1.GetBytes).ToArray())
    {
    }

    /// <summary>A line as redis-cli takes it: quotes and escapes are those of an inline command.</summary>
    public static Request Parse(string line)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line + "\r\n");
        RequestParser parser = new();
        if (parser.Parse(bytes, out int length) != ParseStatus.Complete)
            throw new FormatException(line);
        ReadOnlySpan<byte> frame = parser.Frame(bytes, length);
        CommandArgs args = parser.Args(frame);
        byte[][] words = new byte[args.Count][];
        for (int i = 0; i < words.Length; i++)
            words[i] = args[i].ToArray();
        return new Request(words);
    }

    /// <summary>The command's name in lower case.</summary>
    public string Name => Encoding.Latin1.GetString(Args[0]).ToLowerInvariant();

    /// <summary>Appends the RESP array.</summary>
    public void WriteTo(RespWriter writer)
    {
        writer.ArrayHeader(Args.Length);
        foreach (byte[] arg in Args)
            writer.BulkString(arg);
    }

    public override string ToString() => string.Join(' ', Args.Select(Quote));

    /// <summary>Bytes as redis-cli prints and reads them.</summary>
    public static string Quote(byte[] bytes)
    {
        if (bytes.Length > 0 && bytes.All(b => b > ' ' && b < 127 && b is not ((byte)'"' or (byte)'\'' or (byte)'\\')))
            return Encoding.ASCII.GetString(bytes);
        StringBuilder text = new("\"");
        foreach (byte b in bytes)
        {
            text.Append(b switch
            {
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                >= 32 and < 127 => ((char)b).ToString(),
                _ => "\\x" + b.ToString("x2", CultureInfo.InvariantCulture),
            });
        }

        return text.Append('"').ToString();
    }
}
