using System.Text;

namespace Redis.Server.Tests.Oracle;

/// <summary>Reads everything that a server holds.</summary>
internal static class Dataset
{
    /// <summary>The commands whose replies are the whole dataset; <paramref name="ask"/> tells which keys there are.</summary>
    public static IEnumerable<Request> Read(Func<Request, Reply> ask)
    {
        Reply keys = ask(new Request("KEYS", "*"));
        yield return new Request("KEYS", "*");
        foreach (byte[] key in keys.Elements.Select(element => element.Text))
        {
            yield return Of("TYPE", key);
            yield return new Request(["OBJECT"u8.ToArray(), "ENCODING"u8.ToArray(), key]);
            yield return Of("PEXPIRETIME", key);
            if (ContentsOf(ask(Of("TYPE", key)).AsString, key) is { } contents)
                yield return contents;
        }
    }

    private static Request? ContentsOf(string type, byte[] key) => type switch
    {
        "string" => Of("GET", key),
        "list" => Of("LRANGE", key, "0", "-1"),
        "set" => Of("SMEMBERS", key),
        "hash" => Of("HGETALL", key),
        "zset" => Of("ZRANGE", key, "0", "-1", "WITHSCORES"),
        _ => null,
    };

    private static Request Of(string command, byte[] key, params string[] more) =>
        new([Encoding.ASCII.GetBytes(command), key, .. more.Select(Encoding.ASCII.GetBytes)]);
}
