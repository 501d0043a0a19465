using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Clients;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Scripting;

namespace Redis.Server.Tests.Oracle;

/// <summary>Our command table, keyspace and the runner of entries alone. No sockets, no Raft.</summary>
internal sealed class LocalExecutor : IDisposable
{
    private readonly CommandContext _context;
    private readonly CommandRunner _runner;
    private readonly RespWriter _frame = new();
    private long _index;

    public LocalExecutor()
    {
        _context = new CommandContext
        {
            Keyspace = new Redis.Server.Keyspace.Keyspace(),
            Table = new CommandTable(
            [
                .. DataCommands.Rows, .. ConnectionCommands.Rows, .. ClientCommands.Rows, .. SubscribeCommands.Rows, .. MonitorCommands.Rows, .. ServerCommands.Rows, .. ConfigCommands.Rows,
                .. SlowLogCommands.Rows, .. LatencyCommands.Rows, .. AclCommands.Rows, .. ClusterCommands.Rows, .. DebugCommands.Rows, .. RefusedCommands.Rows, .. TransactionControl.Rows, .. WaitCommands.Rows,
            ]),
            Reply = Writer,
        };
        _runner = new CommandRunner(_context, new CommandMeter(new ServerOptions()), new RethrowingLogger());
    }

    /// <summary>Where replies go: version and mutedness may be set.</summary>
    public RespWriter Writer { get; } = new();

    /// <summary>The data.</summary>
    public Redis.Server.Keyspace.Keyspace Keyspace => _context.Keyspace;

    /// <summary>Cluster time of the next entries.</summary>
    public long Now { get; set; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Lets commands wait.</summary>
    public Waiting Waiting => _context.Waiting;

    /// <summary>Instructions that scripts may use.</summary>
    public long ScriptInstructions { get; set; } = ScriptLimits.DefaultInstructions;

    /// <summary>Memory that a script may hold.</summary>
    public long ScriptMemory { get; set; } = ScriptLimits.DefaultMemory;

    /// <summary>What runs scripts.</summary>
    public Scripts Scripts => _context.Scripts;

    /// <summary>Whether memory is over maxmemory for scripts.</summary>
    public bool IsOutOfMemory { get; set; }

    /// <summary>The entry of the last write.</summary>
    public EntryId LastEntry => new(1, _index);

    /// <summary>Runs a request as the server does: writes as an entry, reads on the state reached.</summary>
    public Reply Run(Request request)
    {
        RunRaw(request);
        Reply reply = Reply.TryRead(Writer.Written, out int consumed)
            ?? throw new InvalidDataException($"No whole reply to {request}: {Request.Quote(Writer.Written.ToArray())}");
        if (consumed != Writer.Length)
            throw new InvalidDataException($"More than one reply to {request}: {Request.Quote(Writer.Written.ToArray())}");
        return reply;
    }

    /// <summary>As <see cref="Run(Request)"/>.</summary>
    public Reply Run(params string[] words) => Run(new Request(words));

    /// <summary>Runs a request; the reply, unless muted, stands in <see cref="Writer"/>.</summary>
    public void RunRaw(Request request)
    {
        _frame.Clear();
        request.WriteTo(_frame);
        Writer.Clear();
        ScriptLimits limits = new(ScriptInstructions, ScriptMemory, IsOutOfMemory);
        _runner.Prepare(LimitsPayload.Wrap(limits, _frame.WrittenMemory));
        Command? command = _context.Table.Find(request.Args[0]);
        if (command is { Subcommands.Count: > 0 } && request.Args.Length > 1)
            command = _context.Table.FindSubcommand(command, request.Args[1]);
        if (command is { EntersLog: true })
        {
            Apply();
        }
        else if (!_runner.Read(LastEntry, Now, leaderClock: Now, client: null))
        {
            Apply(); // what the read found, it keeps
            Writer.Clear();
            _runner.Read(LastEntry, Now, leaderClock: Now, client: null);
        }
    }

    /// <summary>Applies an entry that brings nothing but its time.</summary>
    public void Tick(long now)
    {
        Now = now;
        _runner.Prepare(EntryPayload.TickBytes);
        _runner.Apply(new LogEntry(new EntryId(1, ++_index), EntryType.Application, now, EntryPayload.TickBytes), client: null);
    }

    private void Apply() =>
        _runner.Apply(new LogEntry(new EntryId(1, ++_index), EntryType.Application, Now, _frame.WrittenMemory), client: null);

    public void Dispose()
    {
        _context.Scripts.Dispose();
        _frame.Dispose();
        Writer.Dispose();
    }

    /// <summary>The runner survives a defective handler; a test must not.</summary>
    private sealed class RethrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception != null)
                throw new InvalidOperationException(formatter(state, exception), exception);
        }
    }
}
