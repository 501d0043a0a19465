using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Security;

/// <summary>The aclfile: a line "user NAME rules" for each user.</summary>
internal static class AclFile
{
    /// <summary>Reads the whole file. Null and the users, the default one among them; otherwise all that is wrong with it.</summary>
    public static string? Load(string path, AclRules rules, out Dictionary<string, AclRights> users)
    {
        users = new Dictionary<string, AclRights>(StringComparer.Ordinal);
        string text;
        try
        {
            text = File.ReadAllText(path, Encoding.Latin1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"Error loading ACLs, opening file '{path}': {exception.Message}";
        }

        StringBuilder errors = new();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            Take(path, ++number, line.Trim(' ', '\t', '\r'), rules, users, errors);
        }

        if (errors.Length > 0)
        {
            return errors.Append("WARNING: ACL errors detected, no change to the previously active ACL rules was performed").ToString();
        }

        _ = rules.Apply(rules.NewUser(), UserDirectory.DefaultRules, out AclRights rights);
        users.TryAdd(UserDirectory.DefaultName, rights);
        return null;
    }

    /// <summary>Replaces the file by one with all users, whole or not at all.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Save(string path, UserDirectory users)
    {
        StringBuilder text = new();
        foreach (AclUser user in users.All)
        {
            text.Append(AclText.Line(user.Name, user.Rights, users.Table)).Append('\n');
        }

        string temporary = $"{path}.tmp-{Environment.ProcessId}";
        using (FileStream file = File.Create(temporary))
        {
            file.Write(AclText.Bytes(text.ToString()));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void Take(string path, int number, string line, AclRules rules, Dictionary<string, AclRights> users, StringBuilder errors)
    {
        if (line.Length == 0)
        {
            return;
        }

        if (!InlineCommand.TrySplit(AclText.Bytes(line), out List<byte[]> words))
        {
            errors.Append($"{path}:{number}: unbalanced quotes in acl line. ");
        }
        else if (words.Count < 2 || AclText.Of(words[0]) != "user")
        {
            errors.Append($"{path}:{number} should start with user keyword followed by the username. ");
        }
        else if (!AclRules.IsValidName(words[1]))
        {
            errors.Append($"'{path}:{number}: username '{AclText.Of(words[1])}' contains invalid characters. ");
        }
        else if (users.ContainsKey(AclText.Of(words[1])))
        {
            errors.Append($"WARNING: Duplicate user '{AclText.Of(words[1])}' found on line {number}. ");
        }
        else if (!AclRules.TryMerge([.. words.Skip(2).Select(word => AclText.Of(word))], out List<string> merged, out _))
        {
            errors.Append($"{path}:{number}: Unmatched parenthesis in selector definition.");
        }
        else
        {
            AclRights rights = rules.NewUser();
            if (TryApply($"{path}:{number}", merged, rules, rights, errors))
            {
                users.Add(AclText.Of(words[1]), rights.Complete());
            }
        }
    }

    /// <summary>False after errors: what is unknown is told each time, anything else only once, as it may be the cause of the next.</summary>
    private static bool TryApply(string place, List<string> merged, AclRules rules, AclRights rights, StringBuilder errors)
    {
        bool isWhole = true, isTold = false;
        foreach (string rule in merged)
        {
            AclRuleError error = rules.Apply(rights, rule);
            isWhole &= error == AclRuleError.None;
            if (error == AclRuleError.UnknownCommand)
            {
                errors.Append($"{place}: Error in applying operation '{rule}': {error.Text()}. ");
            }
            else if (error != AclRuleError.None && !isTold)
            {
                errors.Append($"{place}: {error.Text()}. ");
                isTold = true;
            }
        }

        return isWhole;
    }
}
