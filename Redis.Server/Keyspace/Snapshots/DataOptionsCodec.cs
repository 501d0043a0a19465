using System.Buffers.Binary;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// Data options as bytes: 8 each, little-endian, in an order that never changes. A newer version adds at the end; what an
/// older entry or file lacks has its default.
/// </summary>
internal static class DataOptionsCodec
{
    public static byte[] Encode(DataOptions options)
    {
        long[] values =
        [
            options.ProtoMaxBulkLen, options.ListMaxListpackSize, options.HashMaxListpackEntries, options.HashMaxListpackValue,
            options.SetMaxIntsetEntries, options.ZsetMaxListpackEntries, options.ZsetMaxListpackValue, options.HllSparseMaxBytes,
            options.ExpiresActively ? 1 : 0, options.QuickListPackedThreshold, options.ScriptsMayBlock ? 1 : 0,
            options.IgnoresChecksums ? 1 : 0,
        ];
        byte[] bytes = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        return bytes;
    }

    public static DataOptions Decode(ReadOnlySpan<byte> bytes)
    {
        DataOptions defaults = new();
        return new DataOptions
        {
            ProtoMaxBulkLen = Value(bytes, 0, defaults.ProtoMaxBulkLen),
            ListMaxListpackSize = (int)Value(bytes, 1, defaults.ListMaxListpackSize),
            HashMaxListpackEntries = (int)Value(bytes, 2, defaults.HashMaxListpackEntries),
            HashMaxListpackValue = (int)Value(bytes, 3, defaults.HashMaxListpackValue),
            SetMaxIntsetEntries = (int)Value(bytes, 4, defaults.SetMaxIntsetEntries),
            ZsetMaxListpackEntries = (int)Value(bytes, 5, defaults.ZsetMaxListpackEntries),
            ZsetMaxListpackValue = (int)Value(bytes, 6, defaults.ZsetMaxListpackValue),
            HllSparseMaxBytes = (int)Value(bytes, 7, defaults.HllSparseMaxBytes),
            ExpiresActively = Value(bytes, 8, 1) != 0,
            QuickListPackedThreshold = Value(bytes, 9, defaults.QuickListPackedThreshold),
            ScriptsMayBlock = Value(bytes, 10, 0) != 0,
            IgnoresChecksums = Value(bytes, 11, 0) != 0,
        };
    }

    private static long Value(ReadOnlySpan<byte> bytes, int index, long otherwise) =>
        bytes.Length >= (index + 1) * sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(bytes[(index * sizeof(long))..]) : otherwise;
}
