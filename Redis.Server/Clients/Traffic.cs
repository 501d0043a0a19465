namespace Redis.Server.Clients;

/// <summary>What went over connections.</summary>
internal readonly record struct Traffic(long BytesIn, long BytesOut, long Reads, long Writes)
{
    public static Traffic operator +(Traffic a, Traffic b) =>
        new(a.BytesIn + b.BytesIn, a.BytesOut + b.BytesOut, a.Reads + b.Reads, a.Writes + b.Writes);

    public static Traffic operator -(Traffic a, Traffic b) =>
        new(a.BytesIn - b.BytesIn, a.BytesOut - b.BytesOut, a.Reads - b.Reads, a.Writes - b.Writes);
}
