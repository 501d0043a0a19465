using Raft.Core;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>
/// Runs data commands on the keyspace: entries of the log and reads. One instance, on the application thread. Muted for a follower
/// by the writer it is given.
/// </summary>
internal sealed class CommandExecutor
{
    /// <summary>Keys that fall due together are removed over several entries, so that none of them takes long.</summary>
    private const int ExpiriesAnEntry = 64;

    private readonly CommandContext _context;
    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };

    public CommandExecutor(CommandContext context) => _context = context;

    /// <summary>What the commands see.</summary>
    public CommandContext Context => _context;

    /// <summary>Applies one command that was agreed on: <paramref name="frame"/> is the RESP array as received.</summary>
    public void Apply(EntryId entry, long time, ReadOnlySpan<byte> frame, RespWriter reply)
    {
        _context.BeginEntry(entry, time);
        _context.Reply = reply;
        Run(frame);
        _context.EndEntry(ExpiriesAnEntry);
    }

    /// <summary>Runs one read-only command at the state and cluster time reached.</summary>
    public void Read(CommandArgs args, RespWriter reply)
    {
        _context.BeginRead();
        _context.Reply = reply;
        Run(args);
    }

    private void Run(ReadOnlySpan<byte> frame)
    {
        ParseStatus status = _parser.Parse(frame, out int consumed);
        // The gate lets only complete requests into the log.
        if (status != ParseStatus.Complete || consumed != frame.Length)
            throw new InvalidDataException("An entry does not hold one complete command.");
        if (_parser.Count > 0)
            Run(_parser.Args(frame));
    }

    private void Run(CommandArgs args)
    {
        // The gate has checked the same; an entry by a node with another table gets the same reply on every replica.
        Command? command = _context.Table.Resolve(args, _context.Reply);
        command?.Handler?.Invoke(_context, args);
    }
}
