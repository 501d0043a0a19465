namespace Redis.Server.Commands;

/// <summary>Hash slots of Redis Cluster: CRC16 (XMODEM) of the key or of its hash tag, modulo 16384.</summary>
internal static class KeySlot
{
    private const int Polynomial = 0x1021;

    private static readonly ushort[] Table = BuildTable();

    public static int Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            ReadOnlySpan<byte> behind = key[(open + 1)..];
            int close = behind.IndexOf((byte)'}');
            key = close > 0 ? behind[..close] : key;
        }

        ushort crc = 0;
        foreach (byte b in key)
        {
            crc = (ushort)((crc << 8) ^ Table[((crc >> 8) ^ b) & 0xFF]);
        }

        return crc & 0x3FFF;
    }

    private static ushort[] BuildTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
