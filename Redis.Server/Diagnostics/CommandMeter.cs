using System.Diagnostics;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Measures each command that runs and files what follows: statistics, the slow log, latency events. Where one command runs
/// right after another, the clock is read once for the end of the one and the start of the other. Application's turn only.
/// </summary>
internal sealed class CommandMeter(ServerOptions options) : ICallMeter
{
    private readonly DiagnosticsSection _options = options.Diagnostics;
    private long _ended;

    public CommandStatistics Statistics { get; } = new();

    public SlowLog SlowLog { get; } = new(options.Diagnostics, new SecretArguments(options.Table));

    public LatencyEvents Latency { get; } = new();

    public MonitorFeed Monitors { get; } = new(new SecretArguments(options.Table));

    /// <summary>The time before a command runs.</summary>
    public long Start() => _ended != 0 ? _ended : Stopwatch.GetTimestamp();

    /// <summary>What is done from here on is not a command's time.</summary>
    public void Pause() => _ended = 0;

    /// <summary>A command ran.</summary>
    /// <param name="command">Its row.</param>
    /// <param name="args">Its arguments, for the slow log.</param>
    /// <param name="started">What <see cref="Start"/> read.</param>
    /// <param name="failed">Whether it answered an error.</param>
    /// <param name="client">Who asked; null when another node did.</param>
    public void Ran(Command command, CommandArgs args, long started, bool failed, IClientIdentity? client)
    {
        if (Monitors.Count > 0 && client is not null)
        {
            Monitors.Show(command, args, client.Address, client.WritesLowerCase);
        }

        _ended = Stopwatch.GetTimestamp();
        long nanoseconds = (_ended - started) * (1_000_000_000 / Stopwatch.Frequency);
        Statistics.Ran(command.Form?.Of ?? command, nanoseconds, failed, _options.LatencyTracking);
        long microseconds = nanoseconds / 1000;
        NoteIfSlow(command, args, microseconds, client);
        if (_options.LatencyMonitorThreshold is > 0 and long threshold && microseconds / 1000 >= threshold)
        {
            Latency.Add(command.Has(CommandFlags.Fast) ? "fast-command" : "command", microseconds / 1000);
        }
    }

    long ICallMeter.Now => Stopwatch.GetTimestamp();

    void ICallMeter.Ran(Command command, CommandArgs args, long started, ReadOnlySpan<byte> reply)
    {
        if (reply is [(byte)'-', .. ReadOnlySpan<byte> error])
        {
            Statistics.CountError(error);
        }

        long nanoseconds = (Stopwatch.GetTimestamp() - started) * (1_000_000_000 / Stopwatch.Frequency);
        Statistics.Ran(command, nanoseconds, reply is [(byte)'-', ..], _options.LatencyTracking);
        NoteIfSlow(command, args, nanoseconds / 1000, ScriptIdentity.Instance);
    }

    void ICallMeter.Refused(Command? command, ReadOnlySpan<byte> error)
    {
        Statistics.CountError(error);
        if (command is not null)
        {
            Statistics.Rejected(command);
        }
    }

    /// <summary>A request got a reply that was known without running anything: a refusal, or what MULTI answers.</summary>
    public void Answered(in InFlightRequest request, IClientIdentity client)
    {
        bool failed = request.Bytes.Span is [(byte)'-', ..];
        if (failed)
        {
            Statistics.CountError(request.Bytes.Span[1..]);
        }

        if (request.Command is not { } command)
        {
            return;
        }

        if (failed && request.Kind != RequestKind.Failure)
        {
            Statistics.Rejected(command);
        }
        else
        {
            Statistics.Ran(command, 0, failed, _options.LatencyTracking);
            NoteIfSlow(command, default, 0, client);
            if (Monitors.Count > 0)
            {
                Monitors.Show(command, default, client.Address, client.WritesLowerCase);
            }
        }
    }

    private void NoteIfSlow(Command command, CommandArgs args, long microseconds, IClientIdentity? client)
    {
        // As unsigned, so that -1 turns it off.
        if ((ulong)_options.SlowLogSlowerThanMicroseconds <= (ulong)microseconds && !command.Has(CommandFlags.SkipSlowlog))
        {
            SlowLog.Add(command, args, microseconds, client);
        }
    }
}
