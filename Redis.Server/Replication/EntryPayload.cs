namespace Redis.Server.Replication;

/// <summary>
/// First byte of an application entry's payload. A single command is its RESP frame as it came, which begins with '*';
/// everything else has a number of its own. On disk and on the wire: the numbers never change.
/// </summary>
internal static class EntryPayload
{
    /// <summary>One command: its RESP array.</summary>
    public const byte Command = (byte)'*';

    /// <summary>EXEC: the RESP arrays of the queued commands, one after the other.</summary>
    public const byte Transaction = 1;

    /// <summary>Nothing but its time: lets cluster time catch up with the leader's clock.</summary>
    public const byte Tick = 2;

    /// <summary>Ends the wait of a blocked client: a time-out, CLIENT UNBLOCK, a closed connection.</summary>
    public const byte Unblock = 3;

    /// <summary>The options that decide data, from here on (<see cref="SharedOptions"/>).</summary>
    public const byte Options = 16;

    /// <summary>A payload and the ACL rules of the user on whose behalf it runs.</summary>
    public const byte OnBehalf = 17;

    /// <summary>Another payload, and what its scripts may use (<see cref="LimitsPayload"/>).</summary>
    public const byte Limits = 18;

    /// <summary>Whether a script that has run for a while goes on (<see cref="ScriptLeavePayload"/>).</summary>
    public const byte ScriptLeave = 19;

    public static readonly byte[] TickBytes = [Tick];

    /// <summary>The word of a command that is most often its first key: the second, and of one that runs a script the fourth; empty when there is none.</summary>
    public static ReadOnlySpan<byte> LikelyKey(ReadOnlySpan<byte> payload)
    {
        if (payload[0] != Command)
        {
            return default;
        }

        ReadOnlySpan<byte> name = Bulk(payload[(payload.IndexOf((byte)'\n') + 1)..], out ReadOnlySpan<byte> rest);
        for (int skipped = RunsScript(name) ? 2 : 0; skipped > 0 && !rest.IsEmpty; skipped--)
        {
            Bulk(rest, out rest);
        }

        return name.IsEmpty || rest.IsEmpty ? default : Bulk(rest, out _);
    }

    /// <summary>EVAL, EVALSHA, FCALL: no others begin like these.</summary>
    private static bool RunsScript(ReadOnlySpan<byte> name) =>
        name.Length >= 4 && ((name[0] | 0x20, name[1] | 0x20) is ('e', 'v') or ('f', 'c'));

    private static ReadOnlySpan<byte> Bulk(ReadOnlySpan<byte> from, out ReadOnlySpan<byte> rest)
    {
        int length = 0;
        int at = 1; // behind the '$'
        for (; from[at] != '\r'; at++)
        {
            length = (length * 10) + from[at] - '0';
        }

        rest = from[(at + 2 + length + 2)..];
        return from.Slice(at + 2, length);
    }
}
