using System.Diagnostics;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Planted;

/// <summary>
/// Plants each bug in a copy of the source, builds it, puts the library in place of the good one in a copy of these
/// tests, and lets the simulation look for it; what the simulation does not see, the test suite may.
/// </summary>
internal sealed class PlantedBugRunner
{
    private static readonly string Work = Path.Combine(SourceTree.Root, "artifacts", "planted");

    private static readonly string Tests = Path.Combine(Work, "tests", "Raft.Core.Tests.dll");

    private readonly LibraryCompiler _core = new(Path.Combine(Work, "source"), "Raft.Core", Path.Combine(Work, "tests"));

    private readonly LibraryCompiler _storage = new(Path.Combine(Work, "source"), "Raft.Storage", Path.Combine(Work, "tests"));

    private readonly List<string> _table = [];

    /// <param name="numbers">The bugs to plant; none for all.</param>
    public static int Run(IReadOnlyList<string> numbers)
    {
        PlantedBugRunner runner = new();
        if (numbers.Count == 0 && !runner.HoldsWithoutABug())
        {
            return 1;
        }

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

    /// <summary>The control: what fails without a bug would seem to catch every one.</summary>
    private bool HoldsWithoutABug()
    {
        PlantedBug none = new("0", "No bug", null, []);
        string? failure = !PrepareSource(none) || !Build(none, _core, _storage) ? "does not build" : HuntInCore() ?? HuntInStorage();
        Console.WriteLine(failure is null ? "Without a bug everything holds." : $"Without a bug something fails, so the hunt would prove nothing: {failure}");
        return failure is null;
    }

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

        // Raft.Storage is built only when the bug is in it: the good one goes with either Raft.Core.
        bool isInCore = bug.Changes.All(c => c.File.StartsWith("Raft.Core", StringComparison.Ordinal));
        if (!Build(bug, isInCore ? [_core] : [_core, _storage]))
        {
            return Tell(bug, false, "does not build");
        }

        string? how = isInCore ? HuntInCore() : HuntInStorage();
        return Tell(bug, how is not null, how ?? "SURVIVED");
    }

    private static bool Build(PlantedBug bug, params IReadOnlyList<LibraryCompiler> libraries)
    {
        CopyFolder(AppContext.BaseDirectory, Path.Combine(Work, "tests"));
        foreach (LibraryCompiler library in libraries)
        {
            if (library.Compile() is not { } failure) continue;
            Console.WriteLine($"{bug.Number}: {failure}");
            return false;
        }

        return true;
    }

    /// <summary>What catches it, or null.</summary>
    private static string? HuntInCore()
    {
        Stopwatch watch = Stopwatch.StartNew();
        (int simulated, string found) = ChildProcess.Run("dotnet", [Tests, "seeds", "0", $"{SuiteSeeds.Count}"], SourceTree.Root);
        if (simulated != 0)
        {
            Console.WriteLine(found);
            string rule = found.Split('\n').FirstOrDefault(l => l.StartsWith("seed ", StringComparison.Ordinal)) ?? "it crashed or hung";
            return $"simulation, {watch.Elapsed.TotalSeconds:F1} s with shrinking: {rule}";
        }

        return HuntByTests("FullyQualifiedName!~SimulationProperties&FullyQualifiedName!~Storage&FullyQualifiedName!~PlantedBugTests");
    }

    private static string? HuntInStorage() => HuntByTests("FullyQualifiedName~Storage");

    private static string? HuntByTests(string filter)
    {
        Stopwatch watch = Stopwatch.StartNew();
        (int tested, string failures) = ChildProcess.Run("dotnet", ["test", Tests, "--filter", filter, "--", "NUnit.StopOnError=true"], SourceTree.Root);
        if (tested == 0)
        {
            return null;
        }

        Console.WriteLine(failures);
        string test = failures.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith("Failed ", StringComparison.Ordinal))?.Trim() ?? "it crashed or hung";
        return $"tests, {watch.Elapsed.TotalSeconds:F1} s: {test}";
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

    private bool Tell(PlantedBug bug, bool caught, string how)
    {
        string line = $"{bug.Number,4} {(bug.Excluded is not null ? "excluded" : caught ? "caught" : "SURVIVED"),-8} {bug.Title}: {how}";
        Console.WriteLine(line);
        _table.Add(line);
        return caught;
    }
}
