using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>An expiry as SET, GETEX and SETEX take it: EX or PX relative, EXAT or PXAT absolute.</summary>
internal readonly ref struct ExpiryArgument
{
    /// <summary>Whether one was given.</summary>
    public bool IsGiven { get; init; }

    /// <summary>The number.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>EX, EXAT: seconds; else milliseconds.</summary>
    public bool IsSeconds { get; init; }

    /// <summary>EXAT, PXAT.</summary>
    public bool IsAbsolute { get; init; }

    /// <summary>The absolute time in milliseconds. False after an error reply that names <paramref name="command"/>.</summary>
    public bool TryGetTime(CommandContext context, string command, out long at)
    {
        if (!context.TryInteger(Text, out at))
            return false;
        bool valid = at > 0 && (!IsSeconds || at <= long.MaxValue / 1000);
        if (valid)
        {
            at = IsSeconds ? at * 1000 : at;
            at = IsAbsolute ? at : unchecked(at + context.Now);
            valid = at > 0;
        }

        if (!valid)
            context.Reply.Error($"ERR invalid expire time in '{command}' command");
        return valid;
    }
}
