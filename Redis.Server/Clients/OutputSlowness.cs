using Redis.Server.Configuration;

namespace Redis.Server.Clients;

/// <summary>Whether a client reads too slowly, by the limit of its class (client-output-buffer-limit).</summary>
internal sealed class OutputSlowness
{
    // Where there is no hard limit: what one queue can hold, less one reply.
    private const long Most = 1L << 30;

    private long _beyondSoftSince = -1;

    /// <summary>Whether <paramref name="waiting"/> bytes are too many at once, or have been too many for too long.</summary>
    public bool Exceeds(in OutputBufferLimit limit, long waiting)
    {
        if (waiting > (limit.Hard > 0 ? limit.Hard : Most))
        {
            return true;
        }

        if (limit.Soft == 0 || waiting <= limit.Soft)
        {
            _beyondSoftSince = -1;
            return false;
        }

        long now = Environment.TickCount64;
        if (_beyondSoftSince < 0)
        {
            _beyondSoftSince = now;
        }

        return now - _beyondSoftSince > limit.SoftSeconds * 1000L;
    }
}
