using System.Diagnostics;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Measures each command that runs and files what follows: statistics, the slow log, latency events. Where one command runs
/// right after another, the clock is read once for the end of the one and the start of the other. Application's turn only.
/// </summary>
internal sealed class CommandMeter(ServerOptions options)
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
            Monitors.Show(command, args, client.Address);
        }

        _ended = Stopwatch.GetTimestamp();
        long nanoseconds = (_ended - started) * (1_000_000_000 / Stopwatch.Frequency);
        Statistics.Ran(command, nanoseconds, failed, _options.LatencyTracking);
        long microseconds = nanoseconds / 1000;
        if ((ulong)_options.SlowLogSlowerThanMicroseconds <= (ulong)microseconds && !command.Has(CommandFlags.SkipSlowlog))
        {
            SlowLog.Add(command, args, microseconds, client);
        }

        if (_options.LatencyMonitorThreshold is > 0 and long threshold && microseconds / 1000 >= threshold)
        {
            Latency.Add(command.Has(CommandFlags.Fast) ? "fast-command" : "command", microseconds / 1000);
        }
    }

    /// <summary>A request got a reply that was known without running anything: a refusal, or what MULTI answers.</summary>
    public void Answered(Command? command, ReadOnlySpan<byte> reply, IClientIdentity client)
    {
        if (reply is [(byte)'-', .. ReadOnlySpan<byte> error])
        {
            Statistics.CountError(error);
            if (command is not null)
            {
                Statistics.Rejected(command);
            }
        }
        else if (command is not null)
        {
            Statistics.Ran(command, 0, failed: false, isTracked: false);
            if (Monitors.Count > 0)
            {
                Monitors.Show(command, default, client.Address);
            }
        }
    }
}
