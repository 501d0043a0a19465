using System.Buffers.Binary;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>What DUMP gives and RESTORE takes: type, value, RDB version (2), CRC-64 (8). The same bytes as redis-server's.</summary>
internal sealed class DumpPayload : IDisposable
{
    private readonly RdbOutput _output = new(compress: true);
    private readonly RdbValueWriter _writer = new(isDump: true);

    /// <summary>The payload of a value, valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(in RedisValue value)
    {
        _output.Clear();
        _output.Byte((byte)RdbValueWriter.TypeOf(value));
        _writer.Write(value, _output);
        Span<byte> version = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(version, RdbFormat.Version);
        _output.Raw(version);
        _output.Int64LittleEndian((long)Crc64.Update(0, _output.Written));
        return _output.Written;
    }

    /// <summary>Whether a payload is whole and of a version that can be read.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> payload, DataOptions options)
    {
        if (payload.Length < RdbFormat.DumpFooterLength)
            return false;
        ulong checksum = BinaryPrimitives.ReadUInt64LittleEndian(payload[^8..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(payload[^RdbFormat.DumpFooterLength..]) <= RdbFormat.NewestReadable
            && (options.IgnoresChecksums || checksum == Crc64.Update(0, payload[..^8]));
    }

    /// <summary>The value of an intact payload; false if it is damaged, or an empty collection.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, DataOptions options, out RedisValue value)
    {
        byte[] bytes = payload[..^RdbFormat.DumpFooterLength].ToArray();
        RdbInput input = new(bytes, bytes.Length);
        value = default;
        try
        {
            value = new RdbValueReader(options) { Origin = RdbOrigin.Client }.Read(input, (RdbType)input.ReadByte());
            return !value.IsNone && input.IsAtEnd;
        }
        catch (RdbFormatException)
        {
            return false;
        }
    }

    public void Dispose() => _output.Dispose();
}
