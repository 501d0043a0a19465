using System.Buffers;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>
/// Applies ACL rules to rights that are being built: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
/// </summary>
/// <param name="table">The commands by their own names: rename-command does not reach the ACL.</param>
/// <param name="newSeeAllChannels">acl-pubsub-default allchannels.</param>
internal sealed class AclRules(CommandTable table, bool newSeeAllChannels)
{
    public const string InvalidName = "ERR Usernames can't contain spaces or null characters";
    public const string DefaultStays = "ERR The 'default' user cannot be removed";

    private static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\n\v\f\r\0"u8);

    public static bool IsValidName(ReadOnlySpan<byte> name) => !name.ContainsAny(Spaces);

    /// <summary>A user before its first rule: off, without passwords and permissions.</summary>
    public AclRights NewUser()
    {
        AclRights rights = new();
        rights.Selectors[0].AllChannels = newSeeAllChannels;
        return rights;
    }

    /// <summary>ACL SETUSER's rules, all or none. Null and the new rights; otherwise what is wrong.</summary>
    public string? Apply(AclRights before, IReadOnlyList<string> rules, out AclRights after)
    {
        after = before.Copy();
        if (!TryMerge(rules, out List<string> merged, out string unmatched))
        {
            return $"Unmatched parenthesis in acl selector starting at '{unmatched}'.";
        }

        foreach (string rule in merged)
        {
            AclRuleError error = Apply(after, rule);
            if (error != AclRuleError.None)
            {
                return $"Error in ACL SETUSER modifier '{rule}': {error.Text()}";
            }
        }

        after.Complete();
        return null;
    }

    /// <summary>Rights from a text of rules, as <see cref="AclText.Rules(AclRights, CommandTable)"/> wrote it.</summary>
    public AclRights Parse(string text) => Apply(NewUser(), text.Split(' ', StringSplitOptions.RemoveEmptyEntries), out AclRights rights) is { } error
        ? throw new FormatException($"A user's rules cannot be read: {error}")
        : rights;

    /// <summary>Puts the words of a selector in parentheses together. False and where it began, when one is not closed.</summary>
    public static bool TryMerge(IReadOnlyList<string> rules, out List<string> merged, out string unmatched)
    {
        merged = [];
        unmatched = "";
        string? open = null;
        foreach (string rule in rules)
        {
            if (open is null && rule.StartsWith('(') && !rule.EndsWith(')'))
            {
                open = unmatched = rule;
                continue;
            }

            open = open is null ? rule : $"{open} {rule}";
            if (rule.EndsWith(')') || !open.StartsWith('(') || ReferenceEquals(open, rule))
            {
                merged.Add(open);
                open = null;
            }
        }

        return open is null;
    }

    /// <summary>Applies one rule.</summary>
    public AclRuleError Apply(AclRights rights, string rule)
    {
        switch (rule.ToLowerInvariant())
        {
            case "":
                return AclRuleError.None;
            case "on" or "off":
                rights.IsEnabled = rule.Length == 2;
                return AclRuleError.None;
            case "nopass":
                rights.NeedsNoPassword = true;
                rights.Passwords.Clear();
                return AclRuleError.None;
            case "skip-sanitize-payload":
                rights.PayloadCheck = PayloadCheck.Skip;
                return AclRuleError.None;
            case "sanitize-payload":
                rights.PayloadCheck = PayloadCheck.Sanitize;
                return AclRuleError.None;
            case "resetpass":
                rights.NeedsNoPassword = false;
                rights.Passwords.Clear();
                return AclRuleError.None;
            case "clearselectors":
                rights.Selectors.RemoveRange(1, rights.Selectors.Count - 1);
                return AclRuleError.None;
            case "reset":
                Reset(rights);
                return AclRuleError.None;
            default:
                return ApplyMarked(rights, rule);
        }
    }

    private AclRuleError ApplyMarked(AclRights rights, string rule)
    {
        switch (rule.Length > 0 ? rule[0] : ' ')
        {
            case '>':
                return AddPassword(rights, AclPassword.Hash(AclText.Bytes(rule[1..])));
            case '#':
                return AddPassword(rights, rule[1..]);
            case '<':
                return RemovePassword(rights, AclPassword.Hash(AclText.Bytes(rule[1..])));
            case '!':
                return RemovePassword(rights, rule[1..]);
            case '(' when rule[^1] == ')':
                return AddSelector(rights, rule);
            default:
                return new SelectorRules(table).Apply(rights.Selectors[0], rule);
        }
    }

    private static AclRuleError AddPassword(AclRights rights, string hash)
    {
        if (!AclPassword.IsHash(hash))
        {
            return AclRuleError.BadHash;
        }

        if (!rights.Passwords.Contains(hash))
        {
            rights.Passwords.Add(hash);
        }

        rights.NeedsNoPassword = false;
        return AclRuleError.None;
    }

    private static AclRuleError RemovePassword(AclRights rights, string hash) =>
        !AclPassword.IsHash(hash) ? AclRuleError.BadHash
        : rights.Passwords.Remove(hash) ? AclRuleError.None
        : AclRuleError.NoSuchPassword;

    private AclRuleError AddSelector(AclRights rights, string rule)
    {
        AclSelector selector = new() { AllChannels = newSeeAllChannels };
        if (!InlineCommand.TrySplit(AclText.Bytes(rule[1..^1]), out List<byte[]> words))
        {
            words = []; // as in Redis, where a quote is left open nothing was said
        }

        SelectorRules rules = new(table);
        foreach (byte[] word in words)
        {
            AclRuleError error = rules.Apply(selector, AclText.Of(word));
            if (error != AclRuleError.None)
            {
                return error;
            }
        }

        rights.Selectors.Add(selector);
        return AclRuleError.None;
    }

    private void Reset(AclRights rights)
    {
        rights.IsEnabled = rights.NeedsNoPassword = false;
        rights.PayloadCheck = PayloadCheck.Sanitize;
        rights.Passwords.Clear();
        rights.Selectors.Clear();
        rights.Selectors.Add(new AclSelector { AllChannels = newSeeAllChannels });
    }
}
