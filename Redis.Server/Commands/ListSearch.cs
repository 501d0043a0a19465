using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What LPOS looks for: from which match on, how many, among how many elements.</summary>
internal readonly record struct ListSearch(long Rank, long? Count, long MaxLength)
{
    /// <summary>Parses the options behind the element; false after an error reply.</summary>
    public static bool TryParse(CommandContext context, CommandArgs args, out ListSearch search)
    {
        search = default;
        long rank = 1;
        long? count = null;
        long maxLength = 0;
        for (int index = 3; index < args.Count; index += 2)
        {
            if (index + 1 == args.Count)
                return Fail(context, Errors.Syntax);
            ReadOnlySpan<byte> argument = args[index + 1];
            if (args.Is(index, "rank"u8))
            {
                if (!context.TryInteger(argument, out rank))
                    return false;
                if (rank == 0)
                    return Fail(context, "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"u8);
            }
            else if (args.Is(index, "count"u8))
            {
                if (!context.TryInteger(argument, 0, long.MaxValue, out long most, "ERR COUNT can't be negative"u8))
                    return false;
                count = most;
            }
            else if (!args.Is(index, "maxlen"u8))
            {
                return Fail(context, Errors.Syntax);
            }
            else if (!context.TryInteger(argument, 0, long.MaxValue, out maxLength, "ERR MAXLEN can't be negative"u8))
            {
                return false;
            }
        }
        search = new ListSearch(rank, count, maxLength);
        return true;
    }

    /// <summary>Replies with the index of the match, or, with COUNT, with an array of them.</summary>
    public void Reply(RespWriter reply, QuickList? list, PackedElement element)
    {
        int length = list?.Count ?? 0;
        long toLook = MaxLength == 0 ? length : Math.Min(MaxLength, length);
        long toSkip = Rank == long.MinValue ? 0 : Math.Abs(Rank) - 1; // Redis's own overflow
        long wanted = Count is null ? 1 : Count == 0 ? long.MaxValue : Count.Value;
        bool isForward = Rank > 0;
        int place = reply.BeginDeferred();
        int found = 0;
        QuickListCursor at = length == 0 ? default : list!.At(isForward ? ListEnd.Head : ListEnd.Tail);
        for (long index = 0; index < toLook && found < wanted; index++)
        {
            if (at.Element.Equals(element) && --toSkip < 0)
            {
                reply.Integer(isForward ? index : length - 1 - index);
                found++;
            }
            at = isForward ? at.Next() : at.Previous();
        }
        if (Count != null)
            reply.EndDeferred(place, '*', found);
        else if (found == 0)
            reply.Null();
    }

    private static bool Fail(CommandContext context, ReadOnlySpan<byte> error)
    {
        context.Reply.Error(error);
        return false;
    }
}
