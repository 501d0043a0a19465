using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;
using Redis.Server.Scripting;

namespace Redis.Server.Replication;

/// <summary>
/// While a script runs long: answers clients whose requests need not wait for it. On the application's turn, between two
/// instructions of the script. What is in the log already waits: it will be applied.
/// </summary>
internal sealed class BusyReplies
{
    private readonly WorkQueue _queue;
    private readonly CommandRunner _runner;
    private readonly RespWriter _reply;
    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };
    private readonly HashSet<RequestStream> _streams = [];
    private int _seen;

    public BusyReplies(WorkQueue queue, CommandRunner runner, RespWriter reply)
    {
        _queue = queue;
        _reply = reply;
        _runner = runner;
        runner.Context.Scripts.Watch.CommandWords = runner.RunningWords;
    }

    /// <summary>Whose request runs the script.</summary>
    public RequestStream? Running { get; set; }

    /// <param name="isFirst">Whether the script has just become one that runs long.</param>
    /// <param name="rest">Work taken from the queue and not begun.</param>
    public void Serve(bool isFirst, ReadOnlySpan<Work> rest)
    {
        if (isFirst)
        {
            _seen = 0;
            foreach (ref readonly Work work in rest)
            {
                Note(work);
            }
        }

        _queue.Look(ref _seen, Note);
        foreach (RequestStream stream in _streams)
        {
            Answer(stream);
        }

        _streams.Clear();
    }

    private void Note(in Work work)
    {
        if (work.Stream is { } stream && stream != Running)
        {
            _streams.Add(stream);
        }
    }

    private void Answer(RequestStream stream)
    {
        bool isAnswered = false;
        while (stream.TryPeek(out InFlightRequest request) && Answer(stream, request))
        {
            isAnswered = true;
            if (_reply.Length > 0)
            {
                stream.Respond(_reply.Written);
            }

            PayloadBlock.Release(request.Bytes);
            if (stream.Take() is { } watches)
            {
                _runner.Context.Keyspace.Unwatch(watches);
            }

            stream.Answered();
        }

        if (isAnswered)
        {
            stream.Output.Flush();
        }
    }

    /// <summary>Writes the reply; false when the request has to wait.</summary>
    private bool Answer(RequestStream stream, in InFlightRequest request)
    {
        _reply.Clear();
        _reply.Version = stream.ProtocolVersion;
        _reply.IsMuted = stream.WantsNoReply;
        bool isAllowed = request.Command?.Has(CommandFlags.AllowBusy) == true;
        switch (request.Kind)
        {
            case RequestKind.Reply or RequestKind.Failure:
                _runner.Meter.Answered(request, stream);
                _reply.Raw(request.Bytes.Span);
                return true;
            case RequestKind.Local when isAllowed:
                if (stream.ExecuteLocal(request, _reply))
                {
                    return true;
                }

                stream.DeferHead();
                return false;
            case RequestKind.Read when isAllowed:
                Run(request, stream.Watches);
                return true;
            case RequestKind.Local or RequestKind.Read or RequestKind.OnLeader:
                _reply.Raw(_runner.Context.Scripts.Watch.BusyError);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// SCRIPT KILL, FUNCTION KILL and FUNCTION STATS, which no data concerns, and WATCH. A watch that begins in the middle of a script
    /// sees more changes than one that begins after it, so EXEC may fail without need, never the other way round.
    /// </summary>
    private void Run(in InFlightRequest request, WatchSet? watches)
    {
        ReadOnlySpan<byte> frame = request.Bytes.Span;
        _parser.Parse(frame, out _);
        CommandContext context = _runner.Context;
        Keyspace.Keyspace keyspace = context.Keyspace;
        (RespWriter reply, WatchSet? watched, long leaderClock, bool metDueKey) = (context.Reply, context.Watches, keyspace.LeaderClock, keyspace.MetDueKey);
        (context.Reply, context.Watches, keyspace.LeaderClock, keyspace.MetDueKey) = (_reply, watches, 0, false);
        try
        {
            request.Command!.Handler!(context, _parser.Args(frame));
        }
        finally
        {
            (context.Reply, context.Watches, keyspace.LeaderClock, keyspace.MetDueKey) = (reply, watched, leaderClock, metDueKey);
        }
    }
}
