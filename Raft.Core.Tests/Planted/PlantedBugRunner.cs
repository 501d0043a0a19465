using System.Diagnostics;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Planted;

/// <summary>
/// Plants each bug in a copy of the source, builds it, puts the library in place of the good one in a copy of these
/// tests, and lets the simulation look for it; what the simulation does not see, the test suite may.
/// </summary>
internal sealed class PlantedBugRunner
{
    private const string BuildOptions = "-p:TreatWarningsAsErrors=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly string Work = Path.Combine(SourceTree.Root, "artifacts", "planted");

    private readonly List<string> _table = [];

    /// <param name="numbers">The bugs to plant; none for all.</param>
    public static int Run(IReadOnlyList<string> numbers)
    {
        PlantedBugRunner runner = new();
        int survivors = 0;
        foreach (PlantedBug bug in PlantedBug.ReadAll(ListFile).Where(b => numbers.Count == 0 || numbers.Contains(b.Number)))
        {
            survivors += runner.Plant(bug) ? 0 : 1;
        }

        Console.WriteLine();
        runner._table.ForEach(Console.WriteLine);
        File.WriteAllLines(Path.Combine(Work, "results.txt"), runner._table);
        Console.WriteLine(survivors == 0 ? "Every planted bug was caught." : $"{survivors} planted bugs survived.");
        return survivors == 0 ? 0 : 1;
    }

    public static string ListFile => Path.Combine(SourceTree.Root, "Raft.Core.Tests", "Planted", "planted-bugs.txt");

    private bool Plant(PlantedBug bug)
    {
        if (bug.Excluded is not null)
        {
            return Tell(bug, true, $"excluded: {bug.Excluded}");
        }

        if (!PrepareSource(bug))
        {
            return Tell(bug, false, "the list no longer fits the source");
        }

        // Raft.Storage is built with Raft.Core only when the bug is in it: the good one goes with either.
        string project = bug.Changes.All(c => c.File.StartsWith("Raft.Core", StringComparison.Ordinal)) ? "Raft.Core" : "Raft.Storage";
        (int built, string output) = Execute("dotnet", $"build {Path.Combine(Work, "source", project)} -c Release --nologo -v q -o {Path.Combine(Work, "library")} {BuildOptions}");
        if (built != 0)
        {
            Console.WriteLine(output);
            return Tell(bug, false, "does not build");
        }

        CopyFolder(AppContext.BaseDirectory, Path.Combine(Work, "tests"));
        foreach (string library in (string[])(project == "Raft.Core" ? ["Raft.Core.dll"] : ["Raft.Core.dll", "Raft.Storage.dll"]))
        {
            File.Copy(Path.Combine(Work, "library", library), Path.Combine(Work, "tests", library), overwrite: true);
        }

        return Hunt(bug);
    }

    private bool Hunt(PlantedBug bug)
    {
        string tests = Path.Combine(Work, "tests", "Raft.Core.Tests.dll");
        Stopwatch watch = Stopwatch.StartNew();
        bool isStorage = bug.Changes.All(c => c.File.StartsWith("Raft.Storage", StringComparison.Ordinal));
        if (!isStorage)
        {
            (int simulated, string found) = Execute("dotnet", $"{tests} seeds 0 {SuiteSeeds.Count}");
            if (simulated != 0)
            {
                Console.WriteLine(found);
                string rule = found.Split('\n').FirstOrDefault(l => l.StartsWith("seed ", StringComparison.Ordinal)) ?? "it crashed or hung";
                return Tell(bug, true, $"simulation, {watch.Elapsed.TotalSeconds:F1} s with shrinking: {rule}");
            }
        }

        watch.Restart();
        string filter = isStorage ? "FullyQualifiedName~Storage" : "FullyQualifiedName!~SimulationProperties&FullyQualifiedName!~Storage&FullyQualifiedName!~PlantedBugTests";
        (int tested, string failures) = Execute("dotnet", $"test {tests} --filter \"{filter}\"");
        if (tested != 0)
        {
            Console.WriteLine(failures);
            string test = failures.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith("Failed ", StringComparison.Ordinal))?.Trim() ?? "";
            return Tell(bug, true, $"tests, {watch.Elapsed.TotalSeconds:F1} s: {test}");
        }

        return Tell(bug, false, "SURVIVED");
    }

    private static bool PrepareSource(PlantedBug bug)
    {
        string source = Path.Combine(Work, "source");
        foreach (string file in Directory.EnumerateFiles(SourceTree.Root).Where(f => Path.GetExtension(f) is ".props" or ".json" || Path.GetFileName(f) == ".editorconfig"))
        {
            Directory.CreateDirectory(source);
            File.Copy(file, Path.Combine(source, Path.GetFileName(file)), overwrite: true);
        }

        foreach (string project in (string[])["Raft.Core", "Raft.Storage"])
        {
            CopySources(Path.Combine(SourceTree.Root, project), Path.Combine(source, project));
        }

        foreach (SourceChange change in bug.Changes)
        {
            string file = Path.Combine(source, change.File);
            string text = File.Exists(file) ? File.ReadAllText(file) : "";
            if (!change.Fits(text))
            {
                return false;
            }

            File.WriteAllText(file, change.ApplyTo(text));
        }

        return true;
    }

    /// <summary>Unchanged files keep their times, so that only what is planted is built anew.</summary>
    private static void CopySources(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string stale in Directory.EnumerateFiles(to).Where(f => !File.Exists(Path.Combine(from, Path.GetFileName(f)))))
        {
            File.Delete(stale);
        }

        foreach (string file in Directory.EnumerateFiles(from))
        {
            string copy = Path.Combine(to, Path.GetFileName(file));
            if (!File.Exists(copy) || File.ReadAllText(copy) != File.ReadAllText(file))
            {
                File.Copy(file, copy, overwrite: true);
                File.SetLastWriteTimeUtc(copy, DateTime.UtcNow);
            }
        }

        foreach (string folder in Directory.EnumerateDirectories(from).Where(d => Path.GetFileName(d) is not ("bin" or "obj")))
        {
            CopySources(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static (int Code, string Output) Execute(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = SourceTree.Root,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            return (-1, "stopped: out of time");
        }

        return (process.ExitCode, output.Result);
    }

    private bool Tell(PlantedBug bug, bool caught, string how)
    {
        string line = $"{bug.Number,4} {(bug.Excluded is not null ? "excluded" : caught ? "caught" : "SURVIVED"),-8} {bug.Title}: {how}";
        Console.WriteLine(line);
        _table.Add(line);
        return caught;
    }
}
