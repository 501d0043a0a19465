using System.Text.Json;

namespace Raft.Core.Tests.Planted;

/// <summary>
/// Compiles a library of the copied source over and over. The first time it is built as always; from then on the compiler is
/// called as that build called it, which takes a third of the time.
/// </summary>
internal sealed class LibraryCompiler(string source, string project, string destination)
{
    private const string BuildOptions = "-p:TreatWarningsAsErrors=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false";

    // What design-time builds of an editor ask for: the compiler's arguments, whether or not anything changed, and no compilation.
    private const string QueryOptions = "-t:Compile -p:NonExistentFile=none -p:SkipCompilerExecution=true -p:ProvideCommandLineArgs=true -getItem:CscCommandLineArgs -getProperty:RoslynTargetsPath";

    private IReadOnlyList<string>? _compilation;

    private string Folder => Path.Combine(source, project);

    private string FileName => $"{project}.dll";

    /// <summary>Builds it; what was said, if that fails, or null.</summary>
    public string? Compile()
    {
        string? failure = _compilation is null ? BuildFirst() : Failure(ChildProcess.Run("dotnet", _compilation, Folder));
        if (failure is null) File.Copy(Path.Combine(Folder, "obj", "Release", "net10.0", FileName), Path.Combine(destination, FileName), overwrite: true);
        return failure;
    }

    private static string? Failure((int Code, string Output) ended) => ended.Code == 0 ? null : ended.Output;

    private string? BuildFirst()
    {
        Directory.CreateDirectory(destination);
        if (Failure(Build("")) is { } failure) return failure;
        (int code, string answer) = Build(QueryOptions);
        if (code != 0) return answer;
        using JsonDocument document = JsonDocument.Parse(answer);
        string compiler = Path.Combine(document.RootElement.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!, "bincore", "csc.dll");
        JsonElement arguments = document.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs");
        _compilation = ["exec", compiler, .. arguments.EnumerateArray().Select(a => a.GetProperty("Identity").GetString()!)];
        return null;
    }

    private (int Code, string Output) Build(string options) =>
        ChildProcess.Run("dotnet", $"build {project} -c Release --nologo -v q {BuildOptions} {options}".Split(' ', StringSplitOptions.RemoveEmptyEntries), source);
}
