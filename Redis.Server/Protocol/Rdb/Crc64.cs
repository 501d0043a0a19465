using System.Buffers.Binary;

namespace Redis.Server.Protocol.Rdb;

/// <summary>CRC-64 as RDB files and DUMP payloads carry it: Jones polynomial, reflected, initial value 0, no final exclusive or.
/// Eight bytes a step by eight tables (slicing-by-8).</summary>
internal static class Crc64
{
    /// <summary>0xad93d23594c935a9 with its bits reversed.</summary>
    private const ulong Polynomial = 0x95ac9329ac4bc9b5;

    private static readonly ulong[] Tables = BuildTables();

    /// <summary>The checksum of what <paramref name="crc"/> covers followed by <paramref name="data"/>.</summary>
    public static ulong Update(ulong crc, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> tables = Tables;
        while (data.Length >= 8)
        {
            ulong x = crc ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            crc = tables[(7 * 256) + (byte)x]
                ^ tables[(6 * 256) + (byte)(x >> 8)]
                ^ tables[(5 * 256) + (byte)(x >> 16)]
                ^ tables[(4 * 256) + (byte)(x >> 24)]
                ^ tables[(3 * 256) + (byte)(x >> 32)]
                ^ tables[(2 * 256) + (byte)(x >> 40)]
                ^ tables[(1 * 256) + (byte)(x >> 48)]
                ^ tables[(int)(x >> 56)];
            data = data[8..];
        }

        foreach (byte b in data)
        {
            crc = tables[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return crc;
    }

    private static ulong[] BuildTables()
    {
        ulong[] tables = new ulong[8 * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong crc = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }

            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            ulong previous = tables[i - 256];
            tables[i] = tables[(byte)previous] ^ (previous >> 8);
        }

        return tables;
    }
}
