using System.Buffers.Binary;
using Redis.Server.Scripting;

namespace Redis.Server.Replication;

/// <summary>
/// Limits of the scripts in another payload, where they are not the usual: kind, whether memory was full, instructions, bytes (8 each,
/// little-endian), then that payload. What a script may use is part of its entry, so that options of nodes may differ.
/// </summary>
internal static class LimitsPayload
{
    public const int HeaderSize = 18;

    /// <summary>The payload, with limits before it if they are not the usual.</summary>
    public static ReadOnlyMemory<byte> Wrap(in ScriptLimits limits, ReadOnlyMemory<byte> payload)
    {
        if (limits == ScriptLimits.Default)
        {
            return payload;
        }

        byte[] wrapped = new byte[HeaderSize + payload.Length];
        wrapped[0] = EntryPayload.Limits;
        wrapped[1] = limits.IsOutOfMemory ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(wrapped.AsSpan(2), limits.Instructions);
        BinaryPrimitives.WriteInt64LittleEndian(wrapped.AsSpan(10), limits.Memory);
        payload.CopyTo(wrapped.AsMemory(HeaderSize));
        return wrapped;
    }

    public static ScriptLimits Read(ReadOnlySpan<byte> payload) => new(
        BinaryPrimitives.ReadInt64LittleEndian(payload[2..]), BinaryPrimitives.ReadInt64LittleEndian(payload[10..]), payload[1] != 0);
}
