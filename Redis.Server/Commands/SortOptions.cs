using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What SORT is asked to do.</summary>
internal sealed class SortOptions
{
    /// <summary>Sort by what this gives; null: by the elements.</summary>
    public SortPattern? By { get; set; }

    /// <summary>Answer with what these give; empty: with the elements.</summary>
    public List<SortPattern> Get { get; } = [];

    public bool IsDescending { get; private set; }

    /// <summary>Compare as bytes, not as numbers.</summary>
    public bool IsAlphabetic { get; set; }

    public long LimitStart { get; private set; }

    /// <summary>Negative: all.</summary>
    public long LimitCount { get; private set; } = -1;

    /// <summary>Which argument is the key to store under; 0: none.</summary>
    public int StoreAt { get; private set; }

    /// <summary>Reads the options. Null after an error reply.</summary>
    public static SortOptions? TryRead(CommandContext context, CommandArgs args, bool mayStore)
    {
        SortOptions options = new();
        for (int i = 2; i < args.Count;)
        {
            int taken = options.ReadOne(context, args, i, mayStore);
            if (taken == 0)
                return null;
            i += taken;
        }

        return options;
    }

    /// <summary>Reads the option at <paramref name="at"/>; answers how many arguments it took, 0 after an error reply.</summary>
    private int ReadOne(CommandContext context, CommandArgs args, int at, bool mayStore)
    {
        ReadOnlySpan<byte> word = args[at];
        int following = args.Count - at - 1;
        bool isDescending = Ascii.EqualsIgnoreCase(word, "desc"u8);
        if (isDescending || Ascii.EqualsIgnoreCase(word, "asc"u8))
        {
            IsDescending = isDescending;
            return 1;
        }

        if (Ascii.EqualsIgnoreCase(word, "alpha"u8))
        {
            IsAlphabetic = true;
            return 1;
        }

        if (following >= 2 && Ascii.EqualsIgnoreCase(word, "limit"u8))
        {
            if (!context.TryInteger(args[at + 1], out long start) || !context.TryInteger(args[at + 2], out long count))
                return 0;
            (LimitStart, LimitCount) = (start, count);
            return 3;
        }

        if (mayStore && following >= 1 && Ascii.EqualsIgnoreCase(word, "store"u8))
        {
            StoreAt = at + 1;
            return 2;
        }

        if (following >= 1 && Ascii.EqualsIgnoreCase(word, "by"u8))
        {
            By = new SortPattern(args[at + 1]);
            return By.IsConstant || MayReadAnyKey(context, args) ? 2 : Refuse(context, "ERR BY option of SORT denied due to insufficient ACL permissions."u8);
        }

        if (following >= 1 && Ascii.EqualsIgnoreCase(word, "get"u8))
        {
            Get.Add(new SortPattern(args[at + 1]));
            return MayReadAnyKey(context, args) ? 2 : Refuse(context, "ERR GET option of SORT denied due to insufficient ACL permissions."u8);
        }

        return Refuse(context, Errors.Syntax);
    }

    /// <summary>No rule about keys covers those that BY and GET come upon.</summary>
    private static bool MayReadAnyKey(CommandContext context, CommandArgs args) =>
        context.Caller is not { } caller || (context.Table.Find(args[0]) is { } command && caller.AllowsReadingAnyKey(command, args));

    private static int Refuse(CommandContext context, ReadOnlySpan<byte> error)
    {
        context.Reply.Error(error);
        return 0;
    }
}
