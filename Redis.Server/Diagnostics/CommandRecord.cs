using Redis.Server.Commands;

namespace Redis.Server.Diagnostics;

/// <summary>What this node knows of the calls of one command.</summary>
internal sealed class CommandRecord(Command command)
{
    private LatencyHistogram? _histogram;

    public Command Command { get; } = command;

    /// <summary>How often it ran.</summary>
    public long Calls { get; private set; }

    /// <summary>How long all runs took together.</summary>
    public long Nanoseconds { get; private set; }

    /// <summary>How often it ran and answered an error.</summary>
    public long Failed { get; private set; }

    /// <summary>How often it was refused before it ran.</summary>
    public long Rejected { get; private set; }

    /// <summary>The durations; null when none was tracked.</summary>
    public LatencyHistogram? Histogram => _histogram;

    public void Ran(long nanoseconds, bool failed, bool isTracked)
    {
        Calls++;
        Nanoseconds += nanoseconds;
        Failed += failed ? 1 : 0;
        if (isTracked)
        {
            (_histogram ??= new LatencyHistogram()).Record(nanoseconds);
        }
    }

    public void CountRejected() => Rejected++;
}
