using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Replication;

/// <summary>
/// Decides, when EXEC is proposed, whether what its client watches is as it was. The application has dirtied the watch for
/// every entry that is applied; the entries between those and the proposal are looked at here, by the keys they name. What
/// they will really do is not known yet: a doubt counts as a change.
/// </summary>
internal sealed class WatchCheck(Application application, CommandTable table)
{
    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };
    private readonly List<KeyPosition> _keys = [];

    /// <summary>Whether EXEC may be proposed. Under the consensus lock, on the leader, right before the proposal.</summary>
    public bool IsClean(WatchSet watches, RaftServer server, RaftLog log)
    {
        // The order counts: what is applied after this index is looked at in the log, what was before has left its mark.
        long index = application.AppliedIndex + 1;
        bool moves = application.Movers > 0;
        while (index <= log.Last.Index)
        {
            foreach (ref readonly LogEntry entry in log.Slice(index, int.MaxValue, long.MaxValue).Span)
            {
                if (entry.Type == EntryType.Application && (moves || MayChange(watches, entry.Payload.Span)))
                {
                    return false;
                }

                index++;
            }
        }

        return watches.IsClean(server.Term, server.NextEntryTime);
    }

    private bool MayChange(WatchSet watches, ReadOnlySpan<byte> payload)
    {
        switch (payload[0])
        {
            case EntryPayload.Tick or EntryPayload.Unblock or EntryPayload.ScriptLeave:
                return false; // expiry is judged by the time of the transaction's own entry
            case EntryPayload.Command:
                return MayCommandChange(watches, payload, out _);
            case EntryPayload.Transaction:
                ReadOnlySpan<byte> frames = payload[TransactionPayload.Read(payload).FramesAt..];
                while (!frames.IsEmpty)
                {
                    if (MayCommandChange(watches, frames, out int length))
                    {
                        return true;
                    }

                    frames = frames[length..];
                }

                return false;
            default:
                return true;
        }
    }

    private bool MayCommandChange(WatchSet watches, ReadOnlySpan<byte> frames, out int length)
    {
        _parser.Parse(frames, out length);
        CommandArgs args = _parser.Args(frames[..length]);
        Command? command = table.Named(args);
        if (command is null || !command.EntersLog)
        {
            return false;
        }

        _keys.Clear();
        if (command.Name is "flushall" or "flushdb")
        {
            return watches.Keys.Any(watched => watched.Existed);
        }

        if ((command.Categories & AclCategories.Scripting) != 0 || !KeyFinder.TryFind(command, args, _keys))
        {
            return true; // a script may change keys it does not name
        }

        foreach (KeyPosition key in _keys)
        {
            if ((key.Flags & KeyFlags.ReadOnly) == 0 && IsWatched(watches, args[key.Position]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWatched(WatchSet watches, ReadOnlySpan<byte> key)
    {
        foreach (WatchedKey watched in watches.Keys)
        {
            if (key.SequenceEqual(watched.Key))
            {
                return true;
            }
        }

        return false;
    }
}
