using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Redis.Server.Scripting.Lua;

/// <summary>
/// Where the native library of <see cref="LuaApi"/> comes from in a server published as a single file: a resource of the program,
/// loaded when the first script runs. The runtime's own way, to unpack native libraries at each start, takes time and wants a
/// writable home directory, which a service's user does not have.
/// </summary>
internal static partial class LuaLibrary
{
    /// <summary>The project file embeds the library under this name when it publishes a single file.</summary>
    private const string ResourceName = "lua54.native";

    /// <summary>To be called before the first script; does nothing where the library lies beside the program.</summary>
    public static void UseEmbedded()
    {
        Assembly program = typeof(LuaLibrary).Assembly;
        if (program.GetManifestResourceInfo(ResourceName) is not null)
        {
            NativeLibrary.SetDllImportResolver(program, (name, _, _) => name == LuaApi.Library ? Load(program) : 0);
        }
    }

    private static nint Load(Assembly program)
    {
        using Stream library = program.GetManifestResourceStream(ResourceName)!;
        return OperatingSystem.IsLinux() ? LoadFromMemory(library) : LoadFromFile(library);
    }

    /// <summary>A file without a place in any directory: nothing has to be writable, and nothing is left behind.</summary>
    private static nint LoadFromMemory(Stream library)
    {
        const uint closeOnExec = 1;
        int descriptor = MemoryFile(LuaApi.Library, closeOnExec);
        if (descriptor < 0)
        {
            return LoadFromFile(library);
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        using FileStream memory = new(handle, FileAccess.Write, bufferSize: 0);
        library.CopyTo(memory);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static nint LoadFromFile(Stream library)
    {
        string directory = Directory.CreateTempSubdirectory("redis-raft-").FullName; // for this user alone
        string path = Path.Combine(directory, LuaApi.Library);
        using (FileStream file = File.Create(path))
        {
            library.CopyTo(file);
        }

        nint loaded = NativeLibrary.Load(path);
        if (!OperatingSystem.IsWindows())
        {
            Directory.Delete(directory, recursive: true); // what is loaded needs no name any more; Windows keeps the file locked
        }

        return loaded;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
