namespace Benchmarks.Measuring;

/// <summary>A directory for the data of a benchmark: on the disk of the sources, because /tmp may be memory and an fsync there costs nothing.</summary>
internal static class Scratch
{
    /// <summary>Runs a benchmark with a directory that goes afterwards; what fails is said without a stack.</summary>
    /// <returns>The exit code.</returns>
    public static int Use(string name, Func<string, int> benchmark)
    {
        string directory = Path.GetFullPath(Path.Combine("artifacts", $"{name}-{Environment.ProcessId}"));
        try
        {
            return benchmark(directory);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }
}
