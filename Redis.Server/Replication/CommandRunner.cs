using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Diagnostics;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol;
using Redis.Server.Scripting;
using Redis.Server.Tracking;

namespace Redis.Server.Replication;

/// <summary>Runs payloads on the keyspace: entries of the log, and reads in the same form. Application's turn only.</summary>
internal sealed class CommandRunner(CommandContext context, CommandMeter meter, ILogger logger)
{
    // Keys that fall due together are removed over several entries, so that none of them takes long.
    private const int ExpiriesAnEntry = 64;

    // As many keys as the caches bear; fewer than the least are not worth the second look at their frames.
    private const int PrefetchedWorks = 16;
    private const int FewestPrefetched = 4;

    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };
    private ReadOnlyMemory<byte> _payload;
    private readonly Command? _exec = context.Table.Find("exec"u8);
    private Command? _command;

    /// <summary>What is run, and on what.</summary>
    public CommandContext Context => context;

    public CommandMeter Meter => meter;

    /// <summary>Brings what the keys of the next commands lead to into the processor's cache; answers how many works that covers.</summary>
    public int Prefetch(ReadOnlySpan<Work> next)
    {
        int covered = Math.Min(next.Length, PrefetchedWorks);
        if (covered < FewestPrefetched || !Keyspace.Prefetch.IsSupported)
        {
            return covered;
        }

        Span<uint> hashes = stackalloc uint[PrefetchedWorks];
        int count = 0;
        foreach (ref readonly Work work in next[..covered])
        {
            if (work.Kind == WorkKind.Apply && work.Entry.Type == EntryType.Application
                && EntryPayload.LikelyKey(work.Entry.Payload.Span) is { IsEmpty: false } key)
            {
                hashes[count++] = context.Keyspace.PrefetchBucket(key);
            }
        }

        context.Keyspace.PrefetchKeys(hashes[..count]);
        return covered;
    }

    /// <summary>Makes a payload the next to be run. True when running it is quick.</summary>
    public bool Prepare(ReadOnlyMemory<byte> payload)
    {
        context.ScriptLimits = ScriptLimits.Default;
        if (payload.Span[0] == EntryPayload.Limits)
        {
            context.ScriptLimits = LimitsPayload.Read(payload.Span);
            payload = payload[LimitsPayload.HeaderSize..];
        }

        context.Caller = null;
        if (payload.Span[0] == EntryPayload.OnBehalf)
        {
            context.Caller = context.CallerRights.Parse(OnBehalfPayload.Rules(payload.Span));
            payload = OnBehalfPayload.Proper(payload);
        }

        _payload = payload;
        _command = null;
        switch (payload.Span[0])
        {
            case EntryPayload.Command:
                Parse(payload.Span);
                _command = context.Table.Resolve(_parser.Args(payload.Span), context.Reply);
                return _command is null || _command.IsQuick;
            case EntryPayload.Transaction:
                return false;
            default:
                return true;
        }
    }

    /// <summary>Applies the entry whose payload was prepared; <paramref name="client"/> is who proposed it here, if anyone.</summary>
    public void Apply(in LogEntry entry, RequestStream? client)
    {
        context.BeginEntry(entry.Id, entry.Time);
        Run(client);
        context.EndEntry(context.Options.ExpiresActively ? ExpiriesAnEntry : 0);
    }

    /// <summary>
    /// An entry of Raft's own: only its time counts, and that a new leader's first one ends the waits of clients that
    /// were connected to another.
    /// </summary>
    public void Observe(in LogEntry entry)
    {
        context.BeginEntry(entry.Id, entry.Time);
        if (entry.Type == EntryType.Noop)
        {
            context.Waiting.UnblockAll();
        }

        context.EndEntry(context.Options.ExpiresActively ? ExpiriesAnEntry : 0);
    }

    /// <summary>
    /// Runs the prepared payload as a read. False, with nothing to be used of the reply, when it is to be run again: it met a key that is
    /// due by the leader's clock and not yet by cluster time, or has findings to be kept by an entry.
    /// </summary>
    public bool Read(EntryId at, long clusterTime, long leaderClock, RequestStream? client)
    {
        Keyspace.Keyspace keyspace = context.Keyspace;
        context.BeginRead(at, clusterTime);
        keyspace.LeaderClock = leaderClock;
        keyspace.MetDueKey = false;
        context.HasFindings = false;
        context.Watches = client?.Watches;
        context.Notifications?.BeginRead();
        Run(client);
        bool isRunAgain = context.IsRunAgain;
        keyspace.LeaderClock = 0;
        context.Notifications?.EndRead(isRunAgain);
        return !isRunAgain;
    }

    /// <summary>Runs one data command outside of any entry.</summary>
    public void RunLocally(Command command, CommandArgs args, EntryId at, long clusterTime)
    {
        context.BeginRead(at, clusterTime);
        context.Caller = null;
        context.Scripts.Watch.IsOff = true; // its frame is what other local commands would be parsed into
        command.Handler!(context, args);
        context.Scripts.Watch.IsOff = false;
        context.Keyspace.EndEntry();
    }

    /// <summary>Writes the leader's reply to a transaction that was passed on, and what this node itself has to say in it.</summary>
    public void FillIn(RequestStream client, ReadOnlySpan<byte> leaderReply) => client.LocalParts!.Fill(client, _parser, leaderReply, context.Reply);

    /// <summary>The words of the command that runs; none inside of a transaction.</summary>
    public IReadOnlyList<byte[]> RunningWords()
    {
        List<byte[]> words = [];
        RequestParser parser = new() { MaxBulkLength = int.MaxValue };
        if (_payload.Span[0] == EntryPayload.Command && parser.Parse(_payload.Span, out _) == ParseStatus.Complete)
        {
            CommandArgs args = parser.Args(_payload.Span);
            for (int i = 0; i < args.Count; i++)
            {
                words.Add(args[i].ToArray());
            }
        }

        return words;
    }

    private void Run(RequestStream? client)
    {
        context.Keyspace.LeavesAccessTimes = client is { LeavesAccessTimes: true };
        Invalidations? invalidations = context.Invalidations is { IsActive: true } active ? active : null;
        if (invalidations is not null)
        {
            invalidations.Running = client;
        }

        RunPayload(client);
        if (invalidations is not null)
        {
            invalidations.Running = null;
            client?.Tracking?.IsCachingGiven = false;
        }
    }

    private void RunPayload(RequestStream? client)
    {
        try
        {
            ReadOnlySpan<byte> payload = _payload.Span;
            context.Witness = client;
            switch (payload[0])
            {
                case EntryPayload.Command:
                    if (_command is not null)
                    {
                        RunMeasured(_command, _parser.Args(payload), client);
                    }

                    break;
                case EntryPayload.Transaction:
                    long started = meter.Start();
                    RunTransaction(payload, client);
                    if (_exec is not null)
                    {
                        meter.Ran(_exec, default, started, failed: false, client);
                    }

                    break;
                case EntryPayload.Tick:
                    break;
                case EntryPayload.Unblock:
                    (EntryId waiter, UnblockReason reason) = UnblockPayload.Read(payload);
                    context.Waiting.Unblock(waiter, reason);
                    break;
                case EntryPayload.ScriptLeave:
                    break; // it was for a script before it (ScriptLeaves)
                case EntryPayload.Options:
                    context.Options = DataOptionsCodec.Decode(payload[1..]);
                    break;
                default:
                    throw new InvalidDataException($"An entry of unknown kind {payload[0]}: a newer version wrote it.");
            }
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or InvalidDataException))
        {
            // A defect, but the same one on every replica: the entry is answered and the group goes on.
            logger.LogCritical(exception, "Entry {Entry} failed", context.Entry);
            context.Reply.Error("ERR internal error, see the server's log"u8);
        }
    }

    private void RunMeasured(Command command, CommandArgs args, RequestStream? client)
    {
        int errors = context.Reply.ErrorCount;
        if (meter.Monitors.Count > 0 && client is not null && command.Has(CommandFlags.SkipMonitor))
        {
            meter.Monitors.ShowScript(command, args, client.Address);
            context.CallWitness = meter.Monitors;
        }

        context.HasReadInScript = false;
        long started = meter.Start();
        command.Handler!(context, args);
        context.CallWitness = null;
        if (!context.IsRunAgain)
        {
            meter.Ran(command, args, started, context.Reply.ErrorCount > errors, client);
            if (client?.Tracking is { } session && (context.HasReadInScript || (command.Has(CommandFlags.ReadOnly) && command is not ScriptCommand)))
            {
                context.Invalidations.Remember(session, command, args);
            }
        }
    }

    /// <summary>EXEC: the queued commands in order, nothing in between, one array of replies.</summary>
    private void RunTransaction(ReadOnlySpan<byte> payload, RequestStream? client)
    {
        (int count, int framesAt) = TransactionPayload.Read(payload);
        ReadOnlySpan<byte> frames = payload[framesAt..];
        context.Reply.ArrayHeader(count);
        context.IsInTransaction = true;
        for (int position = 0; !frames.IsEmpty; position++)
        {
            int length = Parse(frames);
            ReadOnlySpan<byte> frame = frames[..length];
            if (client?.LocalParts?.At(position) is { } own)
            {
                Parse(own);
                frame = own;
            }

            CommandArgs args = _parser.Args(frame);
            RunQueued(context.Table.Resolve(args, context.Reply), args, client);
            frames = frames[length..];
        }

        context.IsInTransaction = false;
    }

    /// <summary>A local command inside MULTI touches no data: only the node that owes the reply runs it.</summary>
    private void RunQueued(Command? command, CommandArgs args, RequestStream? client)
    {
        if (command?.Handler is not null)
        {
            RunMeasured(command, args, client);
        }
        else if (command is not null && client is not null)
        {
            int errors = context.Reply.ErrorCount;
            long started = meter.Start();
            if (!client.ExecuteInTransaction(command, args, context.Reply))
            {
                context.Reply.Error("ERR Command not allowed inside a transaction"u8);
            }

            meter.Ran(command, args, started, context.Reply.ErrorCount > errors, client);
        }
    }

    private int Parse(ReadOnlySpan<byte> frame)
    {
        // The gate lets only complete requests into the log.
        return _parser.Parse(frame, out int length) == ParseStatus.Complete && _parser.Count > 0
            ? length
            : throw new InvalidDataException("An entry does not hold a complete command.");
    }
}
