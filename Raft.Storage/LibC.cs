using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Raft.Storage;

/// <summary>The few calls for which the base library has no name.</summary>
internal static partial class LibC
{
    public const int OpenReadOnly = 0;

    /// <summary>For <see cref="SyncFileRange"/>: begin to write what is not being written, and wait for nothing.</summary>
    public const uint BeginWriting = 2;

    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const short PollIn = 1;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    /// <summary>An eventfd: a counter that a thread can sleep on.</summary>
    public static SafeFileHandle OpenEvent()
    {
        int descriptor = EventFile(0, CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw LastError("eventfd", "");
    }

    public static void SetEvent(SafeFileHandle eventFile)
    {
        ulong one = 1;
        if (Write(eventFile, one, sizeof(ulong)) < 0)
        {
            throw LastError("write", "eventfd");
        }
    }

    /// <summary>Sleeps until the event is set, and resets it.</summary>
    /// <returns>False when the time passed.</returns>
    public static bool WaitForEvent(SafeFileHandle eventFile, int milliseconds)
    {
        if (milliseconds != Timeout.Infinite)
        {
            PollEntry entry = new() { Descriptor = (int)eventFile.DangerousGetHandle(), Events = PollIn };
            if (Poll(ref entry, 1, milliseconds) <= 0)
            {
                return false;
            }
        }

        while (Read(eventFile, out _, sizeof(ulong)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw LastError("read", "eventfd");
            }
        }

        return true;
    }

    /// <summary>The error that the last call left behind.</summary>
    public static IOException LastError(string what, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{what} failed: {Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error);
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFile(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, in ulong value, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, out ulong value, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
