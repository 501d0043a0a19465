using System.Buffers.Binary;
using Redis.Server.Scripting;

namespace Redis.Server.Replication;

/// <summary>
/// The leader's answer to a script that has run for a while: kind, the script's entry (8 bytes, little-endian), number of the leave (4), what
/// becomes of it (1). The first answer in the log counts.
/// </summary>
internal static class ScriptLeavePayload
{
    private const int Size = 14;

    private static ReadOnlySpan<ScriptVerdict> Verdicts => [ScriptVerdict.Killed, ScriptVerdict.GoOn, ScriptVerdict.OutOfMemory];

    public static byte[] Build(long entry, int number, ScriptVerdict verdict)
    {
        byte[] payload = new byte[Size];
        payload[0] = EntryPayload.ScriptLeave;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), entry);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(9), number);
        payload[13] = (byte)Verdicts.IndexOf(verdict);
        return payload;
    }

    public static (long Entry, int Number, ScriptVerdict Verdict) Read(ReadOnlySpan<byte> payload) =>
        (BinaryPrimitives.ReadInt64LittleEndian(payload[1..]), BinaryPrimitives.ReadInt32LittleEndian(payload[9..]), Verdicts[payload[13]]);
}
