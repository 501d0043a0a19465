using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>
/// DEBUG POPULATE count [prefix [size]]: keys prefix:0, prefix:1, … where there are none, on all nodes: as entries of
/// SETNX, one after the other.
/// </summary>
internal sealed class DebugPopulate
{
    private const int KeysAnEntry = 1000;

    private readonly ClientConnection _client;
    private readonly string _prefix;
    private readonly long _count;
    private readonly int _size;
    private long _next;

    private DebugPopulate(ClientConnection client, long count, string prefix, int size)
    {
        _client = client;
        _count = count;
        _prefix = prefix;
        _size = size;
    }

    /// <summary>Begins; false: the reply comes when the last entry is applied.</summary>
    public static bool Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!TryParse(client, args, reply, out DebugPopulate? populate))
        {
            return true;
        }

        Consensus consensus = client.Services.Host.Consensus;
        byte[]? refusal = consensus.Read((server, _) => client.Services.Host.Admission.Refusal(server), client.Services.Host.Admission.Refusal(null));
        if (refusal is not null)
        {
            reply.Raw(refusal);
            return true;
        }

        populate!.Continue(EntryFate.Applied);
        return false;
    }

    /// <summary>Fills this node alone, past the log (RAFT.DEBUG EXEC).</summary>
    public static void RunLocally(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!TryParse(client, args, reply, out DebugPopulate? populate))
        {
            return;
        }

        for (long i = 0; i < populate!._count; i++)
        {
            byte[] key = populate.Key(i);
            if (client.Services.Keyspace.Peek(key).IsNone)
            {
                client.Services.Keyspace.SetString(key, populate.Value(i));
            }
        }

        reply.Ok();
    }

    private static bool TryParse(ClientConnection client, CommandArgs args, RespWriter reply, out DebugPopulate? populate)
    {
        populate = null;
        long size = 0;
        if (!Numbers.TryParseInteger(args[2], out long count) || count < 0
            || (args.Count > 4 && (!Numbers.TryParseInteger(args[4], out size) || size is < 0 or > int.MaxValue)))
        {
            reply.Error(Errors.NotPositive);
            return false;
        }

        populate = new DebugPopulate(client, count, args.Count > 3 ? Encoding.Latin1.GetString(args[3]) : "key", (int)size);
        return true;
    }

    private byte[] Key(long number) => Encoding.Latin1.GetBytes($"{_prefix}:{number}");

    /// <summary>value:number, cut or filled with zero bytes to the size that was asked for, if any.</summary>
    private byte[] Value(long number)
    {
        byte[] value = Encoding.Latin1.GetBytes($"value:{number}");
        Array.Resize(ref value, _size == 0 ? value.Length : _size);
        return value;
    }

    private void Continue(EntryFate fate)
    {
        Application application = _client.Services.Host.Application;
        if (fate == EntryFate.Applied && _next == _count)
        {
            application.Complete(_client, reply => reply.Ok());
        }
        else if (fate != EntryFate.Applied || !_client.Services.Host.Consensus.ProposePayload(NextEntry(), Continue))
        {
            application.Complete(_client, reply => reply.Error("TIMEOUT not committed yet"u8));
        }
    }

    private byte[] NextEntry()
    {
        List<byte[]> frames = [];
        using RespWriter frame = new();
        for (; frames.Count < KeysAnEntry && _next < _count; _next++)
        {
            frame.Clear();
            frame.ArrayHeader(3);
            frame.BulkString("SETNX"u8);
            frame.BulkString(Key(_next));
            frame.BulkString(Value(_next));
            frames.Add(frame.Written.ToArray());
        }

        return TransactionPayload.Build(frames);
    }
}
