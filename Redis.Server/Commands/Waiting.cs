using Raft.Core;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Why a waiter is told to give up.</summary>
internal enum UnblockReason : byte
{
    /// <summary>CLIENT UNBLOCK … TIMEOUT: as if its time had passed.</summary>
    TimedOut = 0,

    /// <summary>CLIENT UNBLOCK … ERROR.</summary>
    Error = 1,

    /// <summary>Its client is gone.</summary>
    Disconnected = 2,
}

/// <summary>
/// Lets commands wait inside the state machine and ends their waits. A command that finds nothing registers itself; when one
/// of its keys appears it is run again, seeing that key alone, after the command that made the key (after all of a transaction).
/// </summary>
internal sealed class Waiting
{
    private readonly CommandContext _context;
    private readonly BlockedClients _clients;
    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };
    private byte[]? _servedKey;

    public Waiting(CommandContext context)
    {
        _context = context;
        _clients = context.Keyspace.Blocked;
    }

    /// <summary>Where late replies go. Null: there is no way to deliver them, so nothing waits. The same on every replica.</summary>
    public IWaiterReplies? Replies { get; set; }

    /// <summary>Whether the command just run waits: it has not been answered, and will be through <see cref="Replies"/>.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether a waiting command is being run again.</summary>
    public bool IsServing => _servedKey != null;

    /// <summary>Whether a command may take from <paramref name="key"/>: any key at first, the one that appeared when it is run again.</summary>
    public bool MayTake(ReadOnlySpan<byte> key) => _servedKey == null || key.SequenceEqual(_servedKey);

    /// <summary>The command found nothing and waits. False where nothing may wait, inside MULTI and scripts: answer as after a time-out.</summary>
    public bool TryWait(CommandArgs args, int firstKey, int keyCount, RedisType type, long deadline, bool movesOn = false)
    {
        if (_context.IsInTransaction || Replies == null)
            return false;
        IsWaiting = true;
        if (IsServing)
            return true;
        byte[][] keys = new byte[keyCount][];
        for (int i = 0; i < keyCount; i++)
            keys[i] = args[firstKey + i].ToArray();
        _clients.Add(new BlockedClient(_context.Entry, deadline, type, keys, args.Frame.ToArray()) { MovesOn = movesOn });
        return true;
    }

    /// <summary>An entry begins: those whose time has passed give up first.</summary>
    public void BeginEntry()
    {
        IsWaiting = false;
        while (_clients.NextDue(_context.Now) is { } due)
            End(due, static reply => reply.NullArray());
    }

    /// <summary>An entry ends: serves those who wait for keys that appeared, and those who wait for what serving made.</summary>
    public void EndEntry()
    {
        if (!_clients.HasReady)
            return;
        bool isWaiting = IsWaiting;
        RespWriter reply = _context.Reply;
        while (_clients.TryTakeReady(out byte[] key, out BlockedClient[] waiting))
        {
            foreach (BlockedClient client in waiting)
            {
                RedisType type = _context.Keyspace.Peek(key).Type;
                if (type == RedisType.None)
                    break;
                if (type == client.Type)
                    Serve(client, key);
            }
        }

        _context.Reply = reply;
        IsWaiting = isWaiting;
    }

    /// <summary>Ends the wait of entry <paramref name="id"/>'s command, if it still waits: answers whether it did.</summary>
    public bool Unblock(EntryId id, UnblockReason reason)
    {
        if (_clients.Find(id) is not { } client)
            return false;
        if (reason == UnblockReason.Error)
            End(client, static reply => reply.Error(Errors.Unblocked));
        else
            End(client, static reply => reply.NullArray());
        return true;
    }

    /// <summary>Ends all waits: the first entry of a new leader, to whom those clients are not connected.</summary>
    public void UnblockAll()
    {
        foreach (BlockedClient client in _clients.InOrderOfArrival.ToArray())
        {
            End(client, static reply => reply.Error(
                "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"u8));
        }
    }

    private void End(BlockedClient client, Action<RespWriter> write)
    {
        _clients.Remove(client);
        write(Replies!.Begin(client.Id));
        Replies.End(client.Id);
    }

    private void Serve(BlockedClient client, byte[] key)
    {
        _parser.Parse(client.Frame, out _);
        CommandArgs args = _parser.Args(client.Frame);
        _context.Reply = Replies!.Begin(client.Id);
        _servedKey = key;
        IsWaiting = false;
        _context.Table.Find(args[0])!.Handler!(_context, args);
        _servedKey = null;
        if (IsWaiting)
            return;
        _clients.Remove(client);
        Replies.End(client.Id);
    }
}
