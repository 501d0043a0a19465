using System.Text;
using Redis.Server.Commands;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>MEMORY: where this node's memory is.</summary>
internal static class MemoryCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("memory", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("doctor", 2, CommandFlags.None, AclCategories.None, (client, _, reply) => reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes(MemoryDoctor.Report(new MemoryFigures(client.Services))))),
            HelpRow.Of("MEMORY"),
            new LocalCommand("malloc-stats", 2, CommandFlags.None, AclCategories.None, (_, _, reply) => reply.BulkString("Stats not supported for the current allocator"u8)),
            new LocalCommand("purge", 2, CommandFlags.None, AclCategories.None, Purge),
            new LocalCommand("stats", 2, CommandFlags.None, AclCategories.None, Stats),
            new Command("usage", -3, CommandFlags.ReadOnly, AclCategories.None, Usage, Keys.At(2, KeyFlags.ReadOnly)),
        ]),
    ];

    /// <summary>USAGE key [SAMPLES count]: values keep account of their bytes, so nothing needs to be sampled.</summary>
    private static void Usage(CommandContext context, CommandArgs args)
    {
        for (int i = 3; i < args.Count; i++)
        {
            if (!args.Is(i, "samples"u8) || ++i == args.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }

            if (!context.TryInteger(args[i], out long samples))
            {
                return;
            }

            if (samples < 0)
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }
        }

        if (context.Keyspace.Peek(args[2]).IsNone)
        {
            context.Reply.Null();
        }
        else
        {
            context.Reply.Integer(context.Keyspace.MemoryOf(args[2]));
        }
    }

    private static void Purge(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        // On a thread of its own and without stopping the others for longer than a background collection does.
        _ = Task.Run(() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true));
        reply.Ok();
    }

    private static void Stats(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        MemoryFigures memory = new(client.Services);
        bool hasKeys = memory.Keys > 0;
        reply.MapHeader(hasKeys ? 28 : 27);
        Number(reply, "peak.allocated", memory.Peak);
        Number(reply, "total.allocated", memory.Used);
        Number(reply, "startup.allocated", 0);
        Number(reply, "replication.backlog", memory.LogCache);
        Number(reply, "clients.slaves", 0);
        Number(reply, "clients.normal", memory.Clients);
        Number(reply, "cluster.links", 0);
        Number(reply, "aof.buffer", 0);
        Number(reply, "lua.caches", memory.CachedScripts);
        Number(reply, "functions.caches", memory.Functions);
        if (hasKeys)
        {
            reply.BulkString("db.0"u8);
            reply.MapHeader(3);
            Number(reply, "overhead.hashtable.main", memory.Overhead);
            Number(reply, "overhead.hashtable.expires", 0);
            Number(reply, "overhead.hashtable.slot-to-keys", 0);
        }

        Number(reply, "overhead.total", memory.Overhead);
        Number(reply, "keys.count", memory.Keys);
        Number(reply, "keys.bytes-per-key", hasKeys ? memory.Used / memory.Keys : 0);
        Number(reply, "dataset.bytes", memory.Dataset);
        Share(reply, "dataset.percentage", 100.0 * memory.Dataset, memory.Used);
        Share(reply, "peak.percentage", 100.0 * memory.Used, memory.Peak);
        WriteHeap(memory, reply);
    }

    private static void WriteHeap(MemoryFigures memory, RespWriter reply)
    {
        Number(reply, "allocator.allocated", memory.Allocated);
        Number(reply, "allocator.active", memory.Committed);
        Number(reply, "allocator.resident", memory.Committed);
        Share(reply, "allocator-fragmentation.ratio", memory.Committed, memory.Allocated);
        Number(reply, "allocator-fragmentation.bytes", memory.Committed - memory.Allocated);
        Share(reply, "allocator-rss.ratio", 1, 1);
        Number(reply, "allocator-rss.bytes", 0);
        Share(reply, "rss-overhead.ratio", memory.Resident, memory.Committed);
        Number(reply, "rss-overhead.bytes", memory.Resident - memory.Committed);
        Share(reply, "fragmentation", memory.Resident, memory.Used);
        Number(reply, "fragmentation.bytes", memory.Resident - memory.Used);
    }

    private static void Number(RespWriter reply, string name, long value)
    {
        reply.BulkString(name);
        reply.Integer(value);
    }

    private static void Share(RespWriter reply, string name, double part, double whole)
    {
        reply.BulkString(name);
        reply.Double(whole == 0 ? 0 : part / whole);
    }
}
