using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Redis.Server.Keyspace;

/// <summary>
/// A 128-bit digest of a sequence of parts; unordered collections sum up their elements' digests.
/// For comparing replicas, not for security.
/// </summary>
internal struct Digest : IEquatable<Digest>
{
    private ulong _a;
    private ulong _b;

    /// <summary>The digest of keys, values and expiry times, independent of order and encodings: equal on equal replicas.</summary>
    public static Digest Of(Keyspace keyspace)
    {
        Digest all = default;
        for (int i = 0; i < keyspace.Count; i++)
        {
            Digest one = default;
            one.Add(keyspace.KeyAt(i));
            keyspace.ValueAt(i).AddTo(ref one);
            one.Add(keyspace.ExpiryAt(i));
            all.AddUnordered(one);
        }

        return all;
    }

    /// <summary>Adds a part after those before it.</summary>
    public void Add(ReadOnlySpan<byte> part)
    {
        Mix(SipHash.Hash(part));
        Mix((ulong)part.Length);
    }

    /// <summary>Adds a number after the parts before it.</summary>
    public void Add(long part) => Mix((ulong)part);

    /// <summary>Adds a double by value (0 and -0 differ as they print differently).</summary>
    public void Add(double part) => Mix(BitConverter.DoubleToUInt64Bits(part));

    /// <summary>Adds an element of an unordered collection: the order of such calls does not matter.</summary>
    public void AddUnordered(Digest element)
    {
        _a += element._a;
        _b += element._b;
    }

    public readonly bool Equals(Digest other) => _a == other._a && _b == other._b;

    public override readonly bool Equals(object? obj) => obj is Digest other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(_a, _b);

    /// <summary>40 digits, as a Redis digest has.</summary>
    public override readonly string ToString() => $"{_a:x16}{_b:x16}{(uint)(_a ^ _b):x8}";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mix(ulong word)
    {
        Span<ulong> block = [_a, _b, word];
        _a = SipHash.Hash(MemoryMarshal.AsBytes(block));
        _b = (_b ^ word) * 0x9E3779B97F4A7C15 + ulong.RotateLeft(_a, 29);
    }
}
