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
