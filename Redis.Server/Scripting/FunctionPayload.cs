using System.Buffers.Binary;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Scripting;

/// <summary>What FUNCTION DUMP gives and RESTORE takes: libraries as in an RDB file, RDB version (2), CRC-64 (8). The same bytes as redis-server's.</summary>
internal sealed class FunctionPayload : IDisposable
{
    private readonly RdbOutput _output = new(compress: true);

    public ReadOnlySpan<byte> Write(IEnumerable<byte[]> codes)
    {
        foreach (byte[] code in codes)
        {
            _output.Byte((byte)RdbOpcode.Function2);
            _output.String(code);
        }

        Span<byte> version = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(version, RdbFormat.Version);
        _output.Raw(version);
        _output.Int64LittleEndian((long)Crc64.Update(0, _output.Written));
        return _output.Written;
    }

    /// <summary>The code of each library; false with an error.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, DataOptions options, out List<byte[]> codes, out string error)
    {
        codes = [];
        error = "ERR DUMP payload version or checksum are wrong";
        if (!DumpPayload.IsIntact(payload, options))
            return false;
        byte[] bytes = payload[..^RdbFormat.DumpFooterLength].ToArray();
        RdbInput input = new(bytes, bytes.Length);
        error = "ERR given type is not a function";
        try
        {
            while (!input.IsAtEnd)
            {
                if ((RdbOpcode)input.ReadByte() != RdbOpcode.Function2)
                    return false;
                codes.Add(input.ReadString());
            }
        }
        catch (RdbFormatException)
        {
            error = "ERR failed to load functions";
            return false;
        }

        error = "";
        return true;
    }

    public void Dispose() => _output.Dispose();
}
