using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients;

/// <summary>
/// CLIENT UNBLOCK of a client whose command waits inside the state machine, as an entry of the log: what follows it in a pipeline or a
/// transaction finds the client unblocked, and the reply is what became of it. Clients cannot call this command.
/// </summary>
internal static class UnblockEntry
{
    private static readonly byte[] Name = "raft.unblock"u8.ToArray();

    // Behind the name: term and index of the entry that waits, then what the client called CLIENT UNBLOCK with.
    private const int FirstGiven = 3;

    public static Command Row { get; } = new("raft.unblock", -FirstGiven - 1, CommandFlags.Write | CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Fast, AclCategories.None, Run)
    {
        Form = new EntryForm(ClientCommands.Unblock, Given),
    };

    /// <summary>The request that takes the place of CLIENT UNBLOCK, or null where nothing waits that an entry could end.</summary>
    public static byte[]? Rewrite(ClientServices services, CommandArgs args)
    {
        return args.Count <= 4 && ClientCommands.ReasonOf(args, 3) is not null
            && Numbers.TryParseInteger(args[2], out long id)
            && services.Clients.Find(id)?.Awaited is { } entry
            && services.Host.Consensus.State.Role == RaftRole.Leader
            ? FrameRewriting.Build([Name, Digits(entry.Term), Digits(entry.Index)], args, 2)
            : null;
    }

    /// <summary>Does so with what was queued for EXEC. What may not be called any more has been replaced already.</summary>
    public static void RewriteQueued(ClientServices services, TransactionQueue queue)
    {
        RequestParser parser = new() { MaxBulkLength = int.MaxValue };
        for (int i = 0; i < queue.Frames.Count; i++)
        {
            (Command command, byte[] frame) = queue.Frames[i];
            if (command == ClientCommands.Unblock && parser.Parse(frame, out _) == ParseStatus.Complete
                && parser.Args(frame) is var args && args.Is(0, "client"u8) && Rewrite(services, args) is { } entry)
            {
                queue.Replace(i, Row, entry);
            }
        }
    }

    private static List<byte[]> Given(CommandArgs args)
    {
        List<byte[]> given = [];
        for (int i = FirstGiven; i < args.Count; i++)
        {
            given.Add(args[i].ToArray());
        }

        return given;
    }

    private static byte[] Digits(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static void Run(CommandContext context, CommandArgs args)
    {
        context.Reply.Integer(
            Numbers.TryParseInteger(args[1], out long term)
            && Numbers.TryParseInteger(args[2], out long index)
            && ClientCommands.ReasonOf(args, FirstGiven + 1) is { } reason
            && context.Waiting.Unblock(new EntryId(term, index), reason));
    }
}
