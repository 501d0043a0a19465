using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>The cursor and options of SCAN, HSCAN, SSCAN and ZSCAN.</summary>
internal readonly ref struct ScanOptions
{
    /// <summary>Where to go on; 0 starts.</summary>
    public ulong Cursor { get; private init; }

    /// <summary>COUNT: about how many elements to look at.</summary>
    public long Count { get; private init; }

    private ReadOnlySpan<byte> Pattern { get; init; }

    private bool HasPattern { get; init; }

    private ReadOnlySpan<byte> TypeName { get; init; }

    private bool HasType { get; init; }

    /// <summary>Whether MATCH lets this key or element through.</summary>
    public bool Matches(ReadOnlySpan<byte> element) => !HasPattern || Glob.Matches(Pattern, element);

    /// <summary>Whether TYPE lets this type through.</summary>
    public bool MatchesType(RedisType type) =>
        !HasType || Ascii.EqualsIgnoreCase(TypeName, KeyCommands.TypeName(type));

    /// <summary>
    /// Parses the cursor at <paramref name="position"/> and the options behind it. False after an error reply. A command on a key
    /// answers for an absent key between the two; it calls <see cref="TryParseCursor"/> first.
    /// </summary>
    public static bool TryParse(CommandContext context, CommandArgs args, int position, bool allowType, out ScanOptions options)
    {
        options = default;
        return TryParseCursor(context, args[position], out ulong cursor)
            && TryParseOptions(context, args, position + 1, allowType, cursor, out options);
    }

    /// <summary>C's strtoul, which takes a sign.</summary>
    public static bool TryParseCursor(CommandContext context, ReadOnlySpan<byte> text, out ulong cursor)
    {
        cursor = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<byte> digits = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        bool valid = text.IsEmpty || digits.Length > 0;
        foreach (byte b in digits)
        {
            ulong digit = (ulong)(b - '0');
            valid = valid && digit <= 9 && cursor <= (ulong.MaxValue - digit) / 10;
            cursor = unchecked(cursor * 10 + digit);
        }

        if (!valid)
            context.Reply.Error("ERR invalid cursor"u8);
        else if (negative)
            cursor = 0 - cursor;
        return valid;
    }

    /// <summary>Parses MATCH, COUNT and, if allowed, TYPE, from argument <paramref name="first"/> on. False after an error reply.</summary>
    public static bool TryParseOptions(
        CommandContext context, CommandArgs args, int first, bool allowType, ulong cursor, out ScanOptions options)
    {
        options = new ScanOptions { Cursor = cursor, Count = 10 };
        for (int i = first; i < args.Count; i += 2)
        {
            if (i + 1 < args.Count && args.Is(i, "count"u8))
            {
                if (!context.TryInteger(args[i + 1], out long count))
                    return false;
                if (count < 1)
                {
                    context.Reply.Error(Errors.Syntax);
                    return false;
                }

                options = options with { Count = count };
            }
            else if (i + 1 < args.Count && args.Is(i, "match"u8))
            {
                ReadOnlySpan<byte> pattern = args[i + 1];
                options = options with { Pattern = pattern, HasPattern = !pattern.SequenceEqual("*"u8) };
            }
            else if (i + 1 < args.Count && allowType && args.Is(i, "type"u8))
            {
                options = options with { TypeName = args[i + 1], HasType = true };
            }
            else
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
        }

        return true;
    }
}
