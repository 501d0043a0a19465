using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Redis.Server.Tests.Crashes;

/// <summary>A directory on a file system of its own, of a few megabytes. Only root may make one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string? _image;
    private bool _isFrozen;

    private SmallDisk(string path, string? image) => (Path, _image) = (path, image);

    public string Path { get; }

    /// <summary>In memory. Ends the test as ignored, saying why, where there can be none.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        string path = Directory.CreateTempSubdirectory("redis-raft-disk").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path) is { } failure)
        {
            Directory.Delete(path);
            Assert.Ignore($"A small file system could not be mounted, which takes root: {failure}");
        }

        return new SmallDisk(path, image: null);
    }

    /// <summary>ext4 in a file, which can be frozen. Ends the test as ignored, saying why, where there can be none.</summary>
    public static SmallDisk MountImage(int megabytes)
    {
        string path = Directory.CreateTempSubdirectory("redis-raft-disk").FullName;
        string image = $"{path}.img";
        using (FileStream file = File.Create(image))
            file.SetLength((long)megabytes << 20);
        if ((Run("mkfs.ext4", "-q", "-F", image) ?? Run("mount", "-o", "loop", image, path)) is { } failure)
        {
            Directory.Delete(path);
            File.Delete(image);
            Assert.Ignore($"A file system could not be made in a file, which takes root, a loop device and mkfs.ext4: {failure}");
        }

        return new SmallDisk(path, image);
    }

    /// <summary>Whoever writes from here on waits until <see cref="Thaw"/>.</summary>
    public void Freeze()
    {
        if (Run("fsfreeze", "--freeze", Path) is { } failure)
            Assert.Ignore($"The file system could not be frozen: {failure}");
        _isFrozen = true;
    }

    public void Thaw()
    {
        if (_isFrozen && Run("fsfreeze", "--unfreeze", Path) is { } failure)
            throw new InvalidOperationException($"{Path} is still frozen: {failure}");
        _isFrozen = false;
    }

    public void Resize(int megabytes) => Remount($"size={megabytes}m");

    public void Remount(string option)
    {
        if (Run("mount", "-o", $"remount,{option}", Path) is { } failure)
            throw new InvalidOperationException($"mount -o remount,{option} failed: {failure}");
    }

    public void Dispose()
    {
        if (Run("umount", Path) is { } failure)
        {
            TestContext.Out.WriteLine($"{Path} is still mounted: {failure}");
            return;
        }

        Directory.Delete(Path, recursive: true);
        if (_image is not null)
            File.Delete(_image);
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
