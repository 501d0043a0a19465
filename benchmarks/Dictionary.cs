using System.Text;
using BenchmarkDotNet.Attributes;
using Redis.Server.Keyspace;

namespace Benchmarks;

/// <summary>The table under the keyspace, hashes and sets: lookups of random keys, and adding and removing with the rehashing they cause.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Dictionary
{
    private const int Lookups = 1000;

    private readonly Random _random = new(1);
    private readonly byte[][] _asked = new byte[Lookups][];
    private Dict<long> _dict = new();
    private int _next;

    /// <summary>Keys in the table: in the processor's cache, and far beyond it.</summary>
    [Params(10_000, 1_000_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _dict = new Dict<long>();
        for (int i = 0; i < Keys; i++) _dict.GetOrAdd(Key(i), out _) = i;
        for (int i = 0; i < Lookups; i++) _asked[i] = Key(_random.Next(Keys));
    }

    [Benchmark(Description = "find", OperationsPerInvoke = Lookups)]
    public long Find()
    {
        long sum = 0;
        foreach (byte[] key in _asked) sum += _dict.Find(key);
        return sum;
    }

    /// <summary>As a pipeline's batch does: first all buckets are asked for, then all entries, then the lookups come.</summary>
    [Benchmark(Description = "prefetched find", OperationsPerInvoke = Lookups)]
    public long FindPrefetched()
    {
        const int batch = 16;
        long sum = 0;
        Span<uint> hashes = stackalloc uint[batch];
        for (int first = 0; first + batch <= Lookups; first += batch)
        {
            for (int i = 0; i < batch; i++) hashes[i] = _dict.PrefetchBucket(_asked[first + i]);
            for (int i = 0; i < batch; i++) _dict.PrefetchEntry(hashes[i]);
            for (int i = 0; i < batch; i++) sum += _dict.Find(_asked[first + i]);
        }

        return sum;
    }

    [Benchmark(Description = "add and remove")]
    public bool AddAndRemove()
    {
        _dict.GetOrAdd(Key(Keys + _next), out _) = _next;
        return _dict.Remove(Key(_next++));
    }

    private static byte[] Key(int number) => Encoding.ASCII.GetBytes($"key:{number:D12}");
}
