using Redis.Server.Configuration;

namespace Redis.Server.Security;

/// <summary>The users a node begins with: requirepass, the user directives, or the aclfile.</summary>
internal static class ConfiguredUsers
{
    private const string Both =
        "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to " +
        "lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.";

    /// <exception cref="ConfigurationException">A rule is wrong, or there is a file and directives.</exception>
    public static void Load(UserDirectory users, ServerOptions options)
    {
        SecuritySection section = options.Security;
        if (section.AclFile.Length > 0 && section.Users.Count > 0)
        {
            throw new ConfigurationException("aclfile", 0, $"aclfile {section.AclFile}", Both);
        }

        if (section.RequirePass.Length > 0)
        {
            users.SetDefaultPassword(section.RequirePass);
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (IReadOnlyList<string> directive in section.Users)
        {
            Add(users, seen, directive);
        }

        if (users.UsesFile)
        {
            string path = options.PathOf(section.AclFile);
            if (AclFile.Load(path, users.Rules, out Dictionary<string, AclRights> loaded) is { } errors)
            {
                throw new ConfigurationException("aclfile", 0, $"aclfile {section.AclFile}", $"Aborting Redis startup because of ACL errors: {errors}");
            }

            users.ReplaceOwn(loaded);
        }
    }

    /// <summary>requirepass changes the default user of this node; where the cluster has changed it, only the cluster can.</summary>
    public static string? Reconfigure(UserDirectory users, SecuritySection section, IReadOnlyList<Option> changed)
    {
        if (!changed.Any(option => option.Name == "requirepass"))
        {
            return null;
        }

        if (!users.UsesFile && users.Shared.TryFind(UserDirectory.DefaultName, out _))
        {
            return "the default user is the cluster's since ACL SETUSER default: change its password with ACL SETUSER default";
        }

        users.SetDefaultPassword(section.RequirePass);
        return null;
    }

    /// <summary>The user directives for CONFIG REWRITE: the node's own users. Null where a file has them.</summary>
    public static IReadOnlyList<string>? Lines(UserDirectory users, SecuritySection section)
    {
        if (users.UsesFile)
        {
            return null;
        }

        // What requirepass says of the default user need not be said twice.
        UserDirectory plain = new(users.Table, section);
        plain.SetDefaultPassword(section.RequirePass);
        string usual = AclText.Rules(plain.Default.Rights, users.Table);
        return
        [
            .. users.Own.Where(user => user.Name != UserDirectory.DefaultName || AclText.Rules(user.Rights, users.Table) != usual)
                .Select(user => AclText.Line(user.Name, user.Rights, users.Table)),
        ];
    }

    private static void Add(UserDirectory users, HashSet<string> seen, IReadOnlyList<string> directive)
    {
        string[] words = [.. directive.Select(word => AclText.Of(System.Text.Encoding.UTF8.GetBytes(word)))];
        AclRules rules = users.Rules;
        if (!AclRules.IsValidName(AclText.Bytes(words[0])))
        {
            throw Refused(words[0], AclRules.InvalidName["ERR ".Length..]);
        }

        if (!seen.Add(words[0]))
        {
            throw Refused(words[0], "Duplicate user found. A user can only be defined once in config files");
        }

        if (!AclRules.TryMerge([.. words.Skip(1)], out List<string> merged, out string unmatched))
        {
            throw Refused(unmatched, $"Unmatched parenthesis in acl selector starting at '{unmatched}'.");
        }

        AclRights rights = rules.NewUser();
        foreach (string rule in merged)
        {
            AclRuleError error = rules.Apply(rights, rule);
            if (error != AclRuleError.None)
            {
                throw Refused(rule, error.Text());
            }
        }

        users.SetOwn(words[0], rights.Complete());
    }

    private static ConfigurationException Refused(string word, string reason) =>
        new("user", 0, "user (hidden)", $"Error in user declaration '{(word.StartsWith('>') ? "(hidden)" : word)}': {reason}");
}
