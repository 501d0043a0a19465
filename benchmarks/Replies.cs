using BenchmarkDotNet.Attributes;
using Redis.Server.Protocol;

namespace Benchmarks;

/// <summary>Replies written into a connection's batch.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public sealed class Replies : IDisposable
{
    private const int Count = 1000;

    private readonly RespWriter _writer = new();
    private readonly byte[] _value = new byte[64];

    [GlobalCleanup]
    public void Dispose() => _writer.Dispose();

    [Benchmark(Description = "OK", OperationsPerInvoke = Count)]
    public int Ok()
    {
        _writer.Clear();
        for (int i = 0; i < Count; i++) _writer.Ok();
        return _writer.Length;
    }

    [Benchmark(Description = "integer", OperationsPerInvoke = Count)]
    public int Integer()
    {
        _writer.Clear();
        for (int i = 0; i < Count; i++) _writer.Integer(1_000_000 + i);
        return _writer.Length;
    }

    [Benchmark(Description = "bulk string of 64 bytes", OperationsPerInvoke = Count)]
    public int Bulk()
    {
        _writer.Clear();
        for (int i = 0; i < Count; i++) _writer.BulkString(_value);
        return _writer.Length;
    }

    [Benchmark(Description = "double", OperationsPerInvoke = Count)]
    public int Double()
    {
        _writer.Clear();
        for (int i = 0; i < Count; i++) _writer.BulkDouble(i + 0.1);
        return _writer.Length;
    }
}
