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
            text.Append(" (").Append(Rules(selector, table)).Append(')');
        }

        return text.ToString();
    }

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
