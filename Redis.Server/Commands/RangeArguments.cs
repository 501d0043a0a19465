using System.Globalization;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>"min max" of the commands on sorted sets: scores ("1", "(1", "+inf") and members ("[a", "(a", "-", "+").</summary>
internal static class RangeArguments
{
    /// <summary>False after an error reply.</summary>
    public static bool TryScores(CommandContext context, ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out ScoreRange range)
    {
        range = default;
        if (TryScore(min, out double lowest, out bool isMinExcluded) && TryScore(max, out double highest, out bool isMaxExcluded))
        {
            range = new ScoreRange(lowest, isMinExcluded, highest, isMaxExcluded);
            return true;
        }
        context.Reply.Error("ERR min or max is not a float"u8);
        return false;
    }

    /// <summary>False after an error reply.</summary>
    public static bool TryMembers(CommandContext context, ReadOnlySpan<byte> min, ReadOnlySpan<byte> max, out LexRange range)
    {
        range = default;
        if (TryMember(min, isStart: true, out LexBound start) && TryMember(max, isStart: false, out LexBound end))
        {
            range = new LexRange(start, end);
            return true;
        }
        context.Reply.Error("ERR min or max not valid string range item"u8);
        return false;
    }

    /// <summary>
    /// Redis reads these with C's bare strtod: leading space is skipped, what overflows is infinite, nothing at all is 0.
    /// </summary>
    private static bool TryScore(ReadOnlySpan<byte> text, out double score, out bool isExcluded)
    {
        score = 0;
        isExcluded = text.Length > 0 && text[0] == '(';
        if (isExcluded)
            text = text[1..];
        int end = text.IndexOf((byte)0);
        if (end >= 0)
            text = text[..end];
        if (text.IsEmpty)
            return true;
        text = text.TrimStart(" \t\n\v\f\r"u8);
        if (Numbers.TryParseDouble(text, out score))
            return true;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        // Only a number out of range is refused there and taken here; names begin with a letter.
        return !text.IsEmpty && !char.IsAsciiLetter((char)text[^1])
            && double.TryParse(text, Style, CultureInfo.InvariantCulture, out score) && !double.IsNaN(score);
    }

    private static bool TryMember(ReadOnlySpan<byte> text, bool isStart, out LexBound bound)
    {
        bound = default;
        if (text.IsEmpty)
            return false;
        switch (text[0])
        {
            case (byte)'-' when text.Length == 1:
                bound = LexBound.Lowest;
                return true;
            case (byte)'+' when text.Length == 1:
                bound = LexBound.Highest;
                return true;
            case (byte)'[':
                bound = new LexBound(text[1..], isBehind: !isStart);
                return true;
            case (byte)'(':
                bound = new LexBound(text[1..], isBehind: isStart);
                return true;
            default:
                return false;
        }
    }
}
