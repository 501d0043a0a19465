using System.Buffers.Text;
using Redis.Server.Protocol;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>What stands in an RDB file besides values, as written.</summary>
internal static class RdbFile
{
    /// <summary>Prefix of the auxiliary fields of this server. Redis ignores them.</summary>
    public const string OwnPrefix = "raft-";

    /// <summary>Says that the file is ours: tables are tables and in their own order.</summary>
    public static ReadOnlySpan<byte> FormatField => "raft-format"u8;

    /// <summary>Keys that stand out of their order: pairs of (place in the file, number in the keyspace), four bytes each, little endian.</summary>
    public static ReadOnlySpan<byte> OrderField => "raft-order"u8;

    public static ReadOnlySpan<byte> UsedMemoryField => "used-mem"u8;

    /// <summary>The start of a file up to its first key.</summary>
    public static void WriteHeader(RdbOutput output, RdbExtras extras, long time, long usedMemory)
    {
        output.Raw("REDIS0010"u8);
        WriteField(output, "redis-ver"u8, "7.0.15"u8);
        WriteField(output, "redis-bits"u8, "64"u8);
        WriteField(output, "ctime"u8, time / 1000);
        WriteField(output, UsedMemoryField, usedMemory);
        WriteField(output, "aof-base"u8, "0"u8);
        WriteField(output, FormatField, "1"u8);
        foreach ((byte[] name, byte[] value) in extras)
            WriteField(output, name, value);
        foreach (byte[] library in extras.Functions)
        {
            output.Byte((byte)RdbOpcode.Function2);
            output.String(library);
        }
    }

    /// <summary>The start of the database's keys.</summary>
    public static void WriteDatabase(RdbOutput output, int keys, int expiring)
    {
        output.Byte((byte)RdbOpcode.SelectDb);
        output.Length(0);
        output.Byte((byte)RdbOpcode.ResizeDb);
        output.Length((ulong)keys);
        output.Length((ulong)expiring);
    }

    /// <summary>What stands before a value: its expiry (-1 for none), type and key.</summary>
    public static void WriteKey(RdbOutput output, ReadOnlySpan<byte> key, RdbType type, long expiry)
    {
        if (expiry >= 0)
        {
            output.Byte((byte)RdbOpcode.ExpireTimeMs);
            output.Int64LittleEndian(expiry);
        }

        output.Byte((byte)type);
        output.String(key);
    }

    public static void WriteField(RdbOutput output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        output.Byte((byte)RdbOpcode.Aux);
        output.String(name);
        output.String(value);
    }

    private static void WriteField(RdbOutput output, ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        Utf8Formatter.TryFormat(value, digits, out int length);
        WriteField(output, name, digits[..length]);
    }
}
