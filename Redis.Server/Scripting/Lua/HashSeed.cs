using System.Runtime.InteropServices;

namespace Redis.Server.Scripting.Lua;

/// <summary>
/// Takes the randomness out of a new Lua state: Lua 5.4 hashes strings with a seed made of addresses and the clock, so that the
/// order of pairs() differs from process to process, and with it what a script writes. Replicas have to agree. With the seed 0
/// the hash of a string of less than 32 bytes is that of Lua 5.1, and so the order of a table's keys is that of Redis as well.
/// </summary>
/// <remarks>
/// The API has no way to set the seed. The layout below is that of lstate.h and lobject.h of Lua 5.4 on 64-bit systems; every
/// step is checked against what is known (our allocator, the hash of every string there is) before anything is changed.
/// </remarks>
internal static unsafe class HashSeed
{
    /// <summary>lua_State: header (next, tt, marked), status, allowhook, nci, top, then l_G.</summary>
    private const int GlobalStateAt = 24;

    [StructLayout(LayoutKind.Sequential)]
    private struct GlobalState
    {
        public nint Allocate;
        public nint AllocateData;
        public nint TotalBytes;
        public nint Debt;
        public nint Estimate;
        public nint LastAtomic;
        public LuaString** Buckets;
        public int StringCount;
        public int BucketCount;
        public fixed long RegistryAndNil[4];
        public uint Seed;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct LuaString
    {
        public nint NextObject;
        public byte Type;
        public byte Mark;
        public byte Extra;
        public byte Length;
        public uint Hash;
        public LuaString* NextInBucket;
    }

    /// <summary>Sets the seed of a state in which nothing but Lua itself has made strings.</summary>
    /// <exception cref="PlatformNotSupportedException">The state does not look as expected.</exception>
    public static void Fix(nint state, nint allocate, nint allocateData)
    {
        GlobalState* global = *(GlobalState**)(state + GlobalStateAt);
        if (sizeof(nint) != 8 || global == null || global->Allocate != allocate || global->AllocateData != allocateData
            || !int.IsPow2(global->BucketCount) || global->StringCount is < 20 or > 1000)
            throw Unexpected();
        List<nint> strings = Collect(global);
        if (strings.Count != global->StringCount)
            throw Unexpected();
        new Span<nint>(global->Buckets, global->BucketCount).Clear();
        global->Seed = 0;
        foreach (nint address in strings)
        {
            LuaString* one = (LuaString*)address;
            one->Hash = Hash(one, 0);
            LuaString** bucket = &global->Buckets[one->Hash & (uint)(global->BucketCount - 1)];
            one->NextInBucket = *bucket;
            *bucket = one;
        }
    }

    private static List<nint> Collect(GlobalState* global)
    {
        List<nint> strings = [];
        for (int i = 0; i < global->BucketCount; i++)
        {
            for (LuaString* one = global->Buckets[i]; one != null; one = one->NextInBucket)
            {
                if (one->Hash != Hash(one, global->Seed) || (one->Hash & (uint)(global->BucketCount - 1)) != (uint)i)
                    throw Unexpected();
                strings.Add((nint)one);
            }
        }

        return strings;
    }

    /// <summary>luaS_hash</summary>
    private static uint Hash(LuaString* text, uint seed)
    {
        byte* bytes = (byte*)(text + 1);
        uint hash = seed ^ text->Length;
        for (int i = text->Length; i > 0; i--)
            hash ^= (hash << 5) + (hash >> 2) + bytes[i - 1];
        return hash;
    }

    private static PlatformNotSupportedException Unexpected() =>
        new("The native Lua library is not the one that comes with this server: scripts cannot be run the same on every node.");
}
