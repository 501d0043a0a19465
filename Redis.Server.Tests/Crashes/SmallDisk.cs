using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Redis.Server.Tests.Crashes;

/// <summary>A directory on a file system of its own, in memory and of a few megabytes. Only root may make one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly bool _isMounted;

    private SmallDisk(string path, bool isMounted) => (Path, _isMounted) = (path, isMounted);

    public string Path { get; }

    /// <summary>Ends the test as ignored, saying why, where there can be none.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        SmallDisk? disk = TryMount(megabytes, out string failure);
        if (disk is null)
            Assert.Ignore($"A small file system could not be mounted, which takes root: {failure}");
        return disk!;
    }

    /// <summary>Null, and why, where there can be none.</summary>
    public static SmallDisk? TryMount(int megabytes, out string failure)
    {
        string path = Directory.CreateTempSubdirectory("redis-raft-disk").FullName;
        failure = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) ?? "";
        if (failure.Length == 0)
            return new SmallDisk(path, isMounted: true);
        Directory.Delete(path);
        return null;
    }

    public void Resize(int megabytes) => Remount($"size={megabytes}m");

    public void Remount(string option)
    {
        if (Run("mount", "-o", $"remount,{option}", Path) is { } failure)
            throw new InvalidOperationException($"mount -o remount,{option} failed: {failure}");
    }

    public void Dispose()
    {
        if (_isMounted && Run("umount", Path) is { } failure)
            TestContext.Out.WriteLine($"{Path} is still mounted: {failure}");
        else
            Directory.Delete(Path, recursive: true);
    }

    /// <summary>Null when it succeeded, else what it said.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Trim();
        }
        catch (Win32Exception exception)
        {
            return exception.Message;
        }
    }
}
