using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Runs a data command: a pure function of the keyspace, the arguments and what the context gives.</summary>
internal delegate void CommandHandler(CommandContext context, CommandArgs args);

/// <summary>What the slow log shows of the arguments that a client gave, by those of the entry.</summary>
internal delegate IEnumerable<byte[]> EntryArguments(CommandArgs args);

/// <summary>A request that enters the log as another command: what it is to statistics and to the slow log.</summary>
/// <param name="Of">The command that the client called.</param>
/// <param name="Arguments">What it called it with.</param>
internal sealed record EntryForm(Command Of, EntryArguments Arguments);

/// <summary>One row of the command table: all that is known of a command.</summary>
internal class Command
{
    private static readonly HashSet<string> QuickNames =
        ["set", "setex", "psetex", "mget", "mset", "msetnx", "del", "setbit", "getrange", "pfadd"];

    private static readonly HashSet<string> RightsAskers =
        ["eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro", "sort", "sort_ro"];

    private static int _last;

    private readonly AclCategories _named;

    /// <summary>A data command, or, with a null handler, one that the host answers itself.</summary>
    /// <param name="name">Lower case; of a subcommand the second word alone.</param>
    /// <param name="arity">Number of arguments with the name; negative: at least that many.</param>
    /// <param name="flags">What it does and where it may run.</param>
    /// <param name="categories">ACL categories that do not follow from the flags.</param>
    /// <param name="handler">What runs it on the application thread.</param>
    /// <param name="keys">Where its keys stand.</param>
    public Command(
        string name, int arity, CommandFlags flags, AclCategories categories, CommandHandler? handler, params IReadOnlyList<KeySpec> keys)
    {
        Name = name;
        FullName = name;
        Arity = arity;
        Flags = flags;
        _named = categories;
        Handler = handler;
        Keys = keys;
        AsksForRights = RightsAskers.Contains(name);
        IsQuick = (flags & CommandFlags.Fast) != 0 || QuickNames.Contains(name);
    }

    /// <summary>A container of subcommands (OBJECT, CONFIG, …).</summary>
    public Command(string name, int arity, CommandFlags flags, AclCategories categories, IReadOnlyList<Command> subcommands)
        : this(name, arity, flags, categories, handler: null)
    {
        Subcommands = subcommands;
    }

    /// <summary>Lower case; of a subcommand the second word alone.</summary>
    public string Name { get; }

    /// <summary>The first word of a request for it, whatever rename-command calls it: its own name, or its container's.</summary>
    public byte[] OwnName => field ??= System.Text.Encoding.ASCII.GetBytes(Container?.Name ?? Name);

    /// <summary>"get", "object|encoding".</summary>
    public string FullName { get; private set; }

    /// <summary>The full name as a client wrote it, where its own words are not kept.</summary>
    public byte[] FullNameIn(bool isLowerCase) => System.Text.Encoding.ASCII.GetBytes(isLowerCase ? FullName : FullName.ToUpperInvariant());

    /// <summary>A small number of its own, in the order in which rows were made: what statistics are filed under.</summary>
    public int Ordinal { get; } = Interlocked.Increment(ref _last);

    /// <summary>Number of arguments with the name; negative: at least that many.</summary>
    public int Arity { get; }

    /// <summary>What it does and where it may run.</summary>
    public CommandFlags Flags { get; }

    /// <summary>Which command this is the entry of; null: it is itself.</summary>
    public EntryForm? Form { get; init; }

    /// <summary>What runs it; null for containers and for what the host answers itself.</summary>
    public CommandHandler? Handler { get; }

    /// <summary>Where its keys stand.</summary>
    public IReadOnlyList<KeySpec> Keys { get; }

    /// <summary>The commands of a container; empty otherwise.</summary>
    public IReadOnlyList<Command> Subcommands
    {
        get;
        init
        {
            field = value;
            foreach (Command subcommand in value)
            {
                subcommand.FullName = $"{Name}|{subcommand.Name}";
                subcommand.Container = this;
            }
        }
    } = [];

    /// <summary>The container of a subcommand.</summary>
    public Command? Container { get; private set; }

    /// <summary>All ACL categories, those that follow from the flags included.</summary>
    public AclCategories Categories
    {
        get
        {
            AclCategories all = _named;
            all |= Has(CommandFlags.Write) ? AclCategories.Write : 0;
            // As in Redis, what a script reads is not counted as a read of the script command.
            all |= Has(CommandFlags.ReadOnly) && (_named & AclCategories.Scripting) == 0 ? AclCategories.Read : 0;
            all |= Has(CommandFlags.Admin) ? AclCategories.Admin | AclCategories.Dangerous : 0;
            all |= Has(CommandFlags.PubSub) ? AclCategories.PubSub : 0;
            all |= Has(CommandFlags.Blocking) ? AclCategories.Blocking : 0;
            all |= Has(CommandFlags.Fast) ? AclCategories.Fast : AclCategories.Slow;
            return all;
        }
    }

    /// <summary>
    /// Whether it takes microseconds, or time in proportion to its own bytes, whatever the data: what a borrowed network
    /// thread may run. Redis's fast flag, and the commands that only lack it for many keys.
    /// </summary>
    public bool IsQuick { get; }

    /// <summary>
    /// Whether it has to know what its caller may do while it runs: it runs other commands, or its arguments do not name
    /// all keys it looks at.
    /// </summary>
    public bool AsksForRights { get; }

    /// <summary>Whether it changes data.</summary>
    public bool IsWrite => Has(CommandFlags.Write);

    /// <summary>Whether it changes data, or may: what CLIENT PAUSE WRITE holds back.</summary>
    public bool MayWrite => (Flags & (CommandFlags.Write | CommandFlags.MayReplicate)) != 0;

    /// <summary>Whether it reads or changes data.</summary>
    public bool IsAboutData => MayWrite || Has(CommandFlags.ReadOnly);

    /// <summary>Whether it goes through the log.</summary>
    public bool EntersLog => (Flags & (CommandFlags.Write | CommandFlags.Logged)) != 0;

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(CommandFlags flags) => (Flags & flags) == flags;

    /// <summary>Whether <paramref name="count"/> arguments, the name included, are allowed.</summary>
    public bool Accepts(int count) => Arity >= 0 ? count == Arity : count >= -Arity;
}
