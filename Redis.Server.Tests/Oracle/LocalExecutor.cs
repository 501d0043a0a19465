using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>Our command table and keyspace alone: parse, run, reply. No sockets, no Raft.</summary>
internal sealed class LocalExecutor : IDisposable
{
    private readonly CommandExecutor _executor;
    private readonly CommandTable _table = new(DataCommands.Rows);
    private readonly RespWriter _frame = new();
    private readonly RequestParser _parser = new();
    private long _index;

    public LocalExecutor()
    {
        _executor = new CommandExecutor(new CommandContext
        {
            Keyspace = new Redis.Server.Keyspace.Keyspace(),
            Table = _table,
        });
    }

    /// <summary>Where replies go: version and mutedness may be set.</summary>
    public RespWriter Writer { get; } = new();

    /// <summary>The data.</summary>
    public Redis.Server.Keyspace.Keyspace Keyspace => _executor.Context.Keyspace;

    /// <summary>Cluster time of the next entries.</summary>
    public long Now { get; set; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Lets commands wait.</summary>
    public Waiting Waiting => _executor.Context.Waiting;

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

    public void Dispose()
    {
        _frame.Dispose();
        Writer.Dispose();
    }

    /// <summary>Runs a request; the reply, unless muted, stands in <see cref="Writer"/>.</summary>
    public void RunRaw(Request request)
    {
        _frame.Clear();
        request.WriteTo(_frame);
        Writer.Clear();
        Command? command = _table.Find(request.Args[0]);
        if (command is { IsWrite: true })
        {
            _executor.Apply(new EntryId(1, ++_index), Now, _frame.Written, Writer);
            return;
        }

        _executor.Context.Keyspace.Now = Now;
        _parser.Parse(_frame.Written, out _);
        _executor.Read(_parser.Args(_frame.Written), Writer);
    }
}
