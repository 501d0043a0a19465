using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Redis.Server.Keyspace;

/// <summary>
/// Asks the processor to bring memory into its cache ahead of use. Only a hint: an address that the garbage collector has
/// moved away from costs nothing but its use, and where there is no such instruction nothing happens.
/// </summary>
internal static unsafe class Prefetch
{
    private const int CacheLine = 64;

    public static bool IsSupported => Sse.IsSupported;

    /// <summary>The cache line that holds the start of <paramref name="place"/>, and the one with its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Struct<T>(ref T place)
    {
        byte* start = (byte*)Unsafe.AsPointer(ref place);
        Sse.Prefetch0(start);
        Sse.Prefetch0(start + Unsafe.SizeOf<T>() - 1);
    }

    /// <summary>The head of an object and the first bytes behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object? target)
    {
        byte* start = *(byte**)Unsafe.AsPointer(ref target);
        Sse.Prefetch0(start);
        Sse.Prefetch0(start + CacheLine);
    }

    /// <summary>The entries that hashes lead to, with their names and values: all that a lookup and a change touch.</summary>
    public static void Entries(Dict<KeyEntry> keys, ReadOnlySpan<uint> hashes)
    {
        Span<int> entries = stackalloc int[hashes.Length];
        for (int i = 0; i < hashes.Length; i++)
            entries[i] = keys.PrefetchEntry(hashes[i]);
        foreach (int entry in entries)
        {
            if (entry >= 0)
            {
                Object(keys.ArrayOf(entry));
                keys.ValueAt(entry).Value.PrefetchData();
            }
        }
    }
}
