using System.Runtime.InteropServices;

namespace Redis.Server.Scripting.Lua;

/// <summary>lua_Debug of Lua 5.4: what lua_getinfo fills in.</summary>
internal static unsafe class LuaActivation
{
    /// <summary>Larger than the structure on every platform.</summary>
    public const int Size = 512;

    [StructLayout(LayoutKind.Sequential)]
    private struct Layout
    {
        public int Event;
        public byte* Name;
        public byte* NameWhat;
        public byte* What;
        public byte* Source;
        public nuint SourceLength;
        public int CurrentLine;
        public int LineDefined;
        public int LastLineDefined;
        public byte UpvalueCount;
        public byte ParameterCount;
        public byte IsVariadic;
        public byte IsTailCall;
        public ushort FirstTransferred;
        public ushort TransferredCount;
        public byte ShortSource;
    }

    /// <summary>Chunk name and current line; -1 in functions that are not Lua's.</summary>
    public static LuaPlace Read(byte* activation)
    {
        Layout* layout = (Layout*)activation;
        string source = Marshal.PtrToStringUTF8((nint)layout->Source, (int)layout->SourceLength);
        return new LuaPlace(source, Marshal.PtrToStringUTF8((nint)(&layout->ShortSource)) ?? "", layout->CurrentLine, false, null);
    }

    /// <summary>What the caller calls the function; null when it has no name for it.</summary>
    public static string? NameOf(byte* activation) => Marshal.PtrToStringUTF8((nint)((Layout*)activation)->Name);

    /// <summary>Whether the function was called as object:function().</summary>
    public static bool IsMethod(byte* activation) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(((Layout*)activation)->NameWhat).SequenceEqual("method"u8);
}

/// <summary>A place in a script.</summary>
/// <param name="Source">Name of the chunk, with its first mark.</param>
/// <param name="Shown">The name as messages have it.</param>
/// <param name="Line">Line in it.</param>
/// <param name="IsMethodCall">Whether what it called there was called as object:function().</param>
/// <param name="CalledName">By which name it called that; null when a tail call has taken the place of the call.</param>
internal readonly record struct LuaPlace(string Source, string Shown, int Line, bool IsMethodCall, string? CalledName);
