using System.Text;
using Redis.Server.Commands;

namespace Redis.Server.Security;

/// <summary>Users as text: the form of ACL LIST, of users' files, and of what nodes tell each other. Chars are bytes (Latin-1).</summary>
internal static class AclText
{
    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>All rules of a user: applied to a new one they give it these rights.</summary>
    public static string Rules(AclRights rights, CommandTable table)
    {
        StringBuilder text = new();
        foreach (string flag in Flags(rights))
        {
            text.Append(flag).Append(' ');
        }

        foreach (string hash in rights.Passwords)
        {
            text.Append('#').Append(hash).Append(' ');
        }

        text.Append(Rules(rights.Selectors[0], table));
        foreach (AclSelector selector in rights.Selectors.Skip(1))
        {
            text.Append(" (").AppendJoin(' ', Rules(selector, table).Split(' ').Select(Quote)).Append(')');
        }

        return text.ToString();
    }

    /// <summary>A user's name and rules as a line of a file.</summary>
    public static string Line(string name, AclRights rights, CommandTable table) =>
        $"user {string.Join(' ', Rules(rights, table).Split(' ').Prepend(name).Select(word => HasQuote(word) ? Quoted(word) : word))}";

    public static IEnumerable<string> Flags(AclRights rights)
    {
        yield return rights.IsEnabled ? "on" : "off";
        if (rights.NeedsNoPassword)
        {
            yield return "nopass";
        }

        if (rights.PayloadCheck != PayloadCheck.Unsaid)
        {
            yield return rights.PayloadCheck == PayloadCheck.Skip ? "skip-sanitize-payload" : "sanitize-payload";
        }
    }

    public static string Keys(AclSelector selector) =>
        selector.AllKeys ? "~*" : string.Join(' ', selector.Keys.Select(pattern => pattern.Rule));

    public static string Channels(AclSelector selector) =>
        selector.AllChannels ? "&*" : string.Join(' ', selector.Channels.Select(pattern => "&" + Of(pattern)));

    /// <summary>A word in parentheses, where quotes have a meaning and a closing parenthesis would end the selector.</summary>
    private static string Quote(string word) => HasQuote(word) || word.EndsWith(')') ? Quoted(word) : word;

    private static bool HasQuote(string word) => word.AsSpan().ContainsAny('"', '\'');

    private static string Quoted(string word) =>
        $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Rules(AclSelector selector, CommandTable table)
    {
        StringBuilder text = new();
        string keys = Keys(selector);
        if (keys.Length > 0)
        {
            text.Append(keys).Append(' ');
        }

        if (!selector.AllChannels)
        {
            text.Append("resetchannels ");
        }

        string channels = Channels(selector);
        if (channels.Length > 0)
        {
            text.Append(channels).Append(' ');
        }

        return text.Append(CommandRules.Describe(selector.Commands, table)).ToString();
    }
}
