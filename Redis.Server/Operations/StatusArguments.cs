using Redis.Server.Configuration;
using Redis.Server.Security;

namespace Redis.Server.Operations;

/// <summary>What status was asked for. The names are redis-cli's.</summary>
internal sealed record StatusArguments(string Host, int Port, NodeAccess Access, bool Watches, bool IsJson)
{
    private const string Usage = "use: status host:port [--watch] [--json] [--user USER] [--password PASSWORD] "
        + "[--tls [--cacert FILE | --cacertdir DIRECTORY] [--cert FILE --key FILE] [--insecure]]";

    private static readonly Dictionary<string, string> Files = new(StringComparer.Ordinal)
    {
        ["--cacert"] = "tls-ca-cert-file",
        ["--cacertdir"] = "tls-ca-cert-dir",
        ["--cert"] = "tls-cert-file",
        ["--key"] = "tls-key-file",
    };

    /// <exception cref="ConfigurationException">Something in it is unknown or wrong.</exception>
    public static StatusArguments Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !HostPort.TryParse(arguments[0], out string host, out int port)) throw Wrong(arguments, Usage);
        HashSet<string> flags = new(StringComparer.Ordinal);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        ServerOptions options = new();
        for (int i = 1; i < arguments.Count; i++)
        {
            string name = arguments[i];
            if (name is "--watch" or "--json" or "--tls" or "--insecure") flags.Add(name);
            else if (i + 1 == arguments.Count) throw Wrong(arguments, Usage);
            else if (name is "--password" or "--user") values[name] = arguments[++i];
            else if (Files.TryGetValue(name, out string? option)) options.Table.Find(option)!.Set([arguments[++i]]);
            else throw Wrong(arguments, Usage);
        }
        try
        {
            return new StatusArguments(
                host,
                port,
                new NodeAccess(
                    values.GetValueOrDefault("--user", ""),
                    values.GetValueOrDefault("--password", ""),
                    flags.Contains("--tls") ? TlsSettings.OfTool(options, flags.Contains("--insecure")) : null),
                flags.Contains("--watch"),
                flags.Contains("--json"));
        }
        catch (FormatException e)
        {
            throw Wrong(arguments, e.Message);
        }
    }

    private static ConfigurationException Wrong(IReadOnlyList<string> arguments, string reason) =>
        new("the command line", 0, $"status {string.Join(' ', arguments)}".TrimEnd(), reason);
}
