using System.Runtime.InteropServices;

namespace Redis.Server.Scripting.Lua;

/// <summary>
/// Where tables, functions and coroutines lie. Lua finds the place of such a key in a table by the low 32 bits of its address, so the order in which
/// pairs() shows them, and when the table grows, would differ from node to node. Here each script's objects get, in the order in which it makes
/// them, addresses counted from a multiple of 2^32: the same low bits wherever and after whatever it runs.
/// </summary>
/// <remarks>
/// Memory is not used twice within a script, as that would depend on the collector; chunks in which nothing lives go back to the system.
/// Windows are reserved addresses, not memory.
/// </remarks>
internal sealed unsafe partial class ObjectSpace : IDisposable
{
    private const int Windows = 64;
    private const long WindowSize = 1L << 32;
    private const long ChunkSize = 64 << 10;

    private readonly nint _mapping;
    private readonly nint _start;
    private readonly Window[] _windows = new Window[Windows];
    private int _current;

    private ObjectSpace(nint mapping)
    {
        _mapping = mapping;
        _start = (nint)((mapping + WindowSize - 1) & ~(WindowSize - 1));
        for (int i = 0; i < Windows; i++)
            _windows[i] = new Window();
    }

    /// <summary>Whether new objects belong to a script, or to what all scripts find.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Null where the system has no such thing: there, the order of such keys is each node's own.</summary>
    public static ObjectSpace? TryReserve()
    {
        const int Private = 2, Anonymous = 0x20, NoReserve = 0x4000;
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8)
            return null;
        nint mapping = Map(0, Length, Protection.None, Private | Anonymous | NoReserve, -1, 0);
        return mapping != -1 ? new ObjectSpace(mapping)
            : throw new PlatformNotSupportedException("Scripts need 256 GB of addresses (not of memory), and the system does not give them. Is there a limit on virtual memory (ulimit -v)?");
    }

    /// <summary>A script begins, in a window in which nothing lives. False: there is none before garbage has been collected.</summary>
    public bool TryBegin()
    {
        IsOpen = true;
        for (int i = 0; i < Windows; i++)
        {
            int candidate = (_current + i) % Windows;
            if (_windows[candidate].Living > 0)
                continue;
            _current = candidate;
            _windows[candidate].Next = 0;
            return true;
        }

        return false;
    }

    /// <summary>Room for an object; 0: there is none.</summary>
    public nint Take(long size)
    {
        size = (size + 7) & ~7L;
        Window window = _windows[_current];
        if (window.Next % ChunkSize + size > ChunkSize)
            window.Next = (window.Next + ChunkSize - 1) & ~(ChunkSize - 1);
        if (window.Next + size > WindowSize)
        {
            if (!TryBegin())
                return 0;
            window = _windows[_current];
        }

        int chunk = (int)(window.Next / ChunkSize);
        nint at = Address(_current, window.Next);
        if (chunk == window.Chunks.Count)
        {
            if (Protect(Address(_current, chunk * ChunkSize), (nuint)ChunkSize, Protection.ReadWrite) != 0)
                Environment.FailFast("The system has no memory left for a script that the other nodes run as well.");
            window.Chunks.Add(0);
        }

        window.Chunks[chunk]++;
        window.Living++;
        window.Next += size;
        return at;
    }

    /// <summary>False when the object does not lie here.</summary>
    public bool TryRelease(nint at)
    {
        long offset = at - _start;
        if (offset is < 0 or >= Windows * WindowSize)
            return false;
        int number = (int)(offset / WindowSize);
        Window window = _windows[number];
        int chunk = (int)(offset % WindowSize / ChunkSize);
        window.Living--;
        bool isFilled = number != _current || (chunk + 1) * ChunkSize <= window.Next;
        if (--window.Chunks[chunk] == 0 && isFilled && chunk > 0)
            _ = Advise(Address(number, chunk * ChunkSize), (nuint)ChunkSize, Advice.DoNotNeed);
        return true;
    }

    public void Dispose() => _ = Unmap(_mapping, Length);

    private static nuint Length => unchecked((nuint)((Windows + 1) * WindowSize));

    private nint Address(int window, long offset) => (nint)(_start + window * WindowSize + offset);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint at, nuint length, Protection protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint at, nuint length, Protection protection);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint at, nuint length, Advice advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint at, nuint length);

    private enum Protection
    {
        None = 0,
        ReadWrite = 3,
    }

    private enum Advice
    {
        DoNotNeed = 4,
    }

    /// <summary>Four gigabytes of addresses.</summary>
    private sealed class Window
    {
        /// <summary>Offset of the next object.</summary>
        public long Next { get; set; }

        /// <summary>Objects that were not freed.</summary>
        public int Living { get; set; }

        /// <summary>The same for each chunk that was ever used.</summary>
        public List<int> Chunks { get; } = [];
    }
}
