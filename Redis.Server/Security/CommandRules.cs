using Redis.Server.Commands;

namespace Redis.Server.Security;

/// <summary>
/// The rules that give a set of commands, as Redis 7.0 finds them: everything or nothing, then the categories that fit best, then
/// single commands for what is still different.
/// </summary>
internal static class CommandRules
{
    public static string Describe(CommandSet commands, CommandTable table)
    {
        bool adds = !commands.IncludesFuture;
        List<string> rules = [adds ? "-@all" : "+@all"];
        CommandSet described = new();
        if (!adds)
        {
            described.AllowAll();
        }

        CommandSet left = commands.Copy();
        HashSet<AclCategories> used = [];
        while (BestCategory(left, table, adds, used) is { } best)
        {
            used.Add(best);
            described.Change(table.Commands, best, adds);
            left.Change(table.Commands, best, !adds);
            rules.Add($"{(adds ? '+' : '-')}@{NameOf(best)}");
        }

        AddSingle(commands, described, table.Commands, rules);
        return string.Join(' ', rules);
    }

    private static string NameOf(AclCategories category) => CommandInfo.Categories.First(one => one.Category == category).Name;

    /// <summary>The category with the fewest commands that do not belong, and among those the most that do.</summary>
    private static AclCategories? BestCategory(CommandSet left, CommandTable table, bool adds, HashSet<AclCategories> used)
    {
        AclCategories? best = null;
        int bestStrangers = int.MaxValue;
        int bestMembers = 0;
        foreach ((AclCategories category, _) in CommandInfo.Categories)
        {
            if (used.Contains(category))
            {
                continue;
            }

            (int on, int off) = Count(left, table.Commands, category);
            (int members, int strangers) = adds ? (on, off) : (off, on);
            if (members > strangers && (strangers < bestStrangers || (strangers == bestStrangers && members > bestMembers)))
            {
                (best, bestStrangers, bestMembers) = (category, strangers, members);
            }
        }

        return best;
    }

    private static (int On, int Off) Count(CommandSet commands, IEnumerable<Command> of, AclCategories category)
    {
        int on = 0;
        int off = 0;
        foreach (Command command in of)
        {
            if ((command.Categories & category) != 0)
            {
                (on, off) = commands.Has(command) ? (on + 1, off) : (on, off + 1);
            }

            (int subOn, int subOff) = Count(commands, command.Subcommands, category);
            (on, off) = (on + subOn, off + subOff);
        }

        return (on, off);
    }

    private static void AddSingle(CommandSet commands, CommandSet described, IEnumerable<Command> of, List<string> rules)
    {
        foreach (Command command in of)
        {
            bool isAllowed = commands.Has(command);
            if (isAllowed != described.Has(command))
            {
                rules.Add($"{(isAllowed ? '+' : '-')}{command.FullName}");
                described.Change(command, isAllowed);
            }

            AddSingle(commands, described, command.Subcommands, rules);
            if (!isAllowed)
            {
                rules.AddRange(commands.FirstArguments(command).Select(argument => $"+{command.FullName}|{argument}"));
            }
        }
    }
}
