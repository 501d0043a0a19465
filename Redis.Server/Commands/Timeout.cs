using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>The time-out argument of commands that wait: seconds, with fractions; 0 waits for ever.</summary>
internal static class Timeout
{
    /// <summary>The cluster time at which the wait ends; long.MaxValue: never. False after an error reply.</summary>
    public static bool TryParse(CommandContext context, ReadOnlySpan<byte> argument, out long deadline)
    {
        deadline = long.MaxValue;
        // A command that is run again has its deadline already.
        if (context.Waiting.IsServing)
            return true;
        if (!LongDouble.TryParse(argument, out LongDouble seconds))
        {
            context.Reply.Error("ERR timeout is not a float or out of range"u8);
            return false;
        }

        long milliseconds = seconds.CeilingOfThousandths();
        if (milliseconds < 0)
        {
            context.Reply.Error("ERR timeout is negative"u8);
            return false;
        }

        if (milliseconds > 0 && milliseconds <= long.MaxValue - context.Now)
            deadline = context.Now + milliseconds;
        return true;
    }
}
