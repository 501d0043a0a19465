using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;

namespace Raft.Core.Tests.Tidy;

/// <summary>The rules of the house that a compiler does not keep.</summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 600;
    private const int MaxMethodLines = 70;

    private static readonly string[] Rooms = ["Raft.Core", "Raft.Storage", "Redis.Server"];

    /// <summary>Raft.Core is a pure function of its inputs: clocks, threads, I/O and hidden randomness would end that.</summary>
    [Test]
    public void RaftCoreKnowsNoClockThreadFileOrSocket()
    {
        IEnumerable<string> found =
            from file in SourcesOf("Raft.Core")
            from line in File.ReadLines(file).Select((text, number) => (Text: WithoutComment(text), Number: number + 1))
            let banned = Banned().Match(line.Text)
            where banned.Success
            select $"{Name(file)}:{line.Number} uses {banned.Value}";

        Assert.That(found, Is.Empty);
    }

    [Test]
    public void RaftCoreStaysWithinItsBudget() => Assert.That(
        SourcesOf("Raft.Core").Sum(file => File.ReadLines(file).Count(line => WithoutComment(line).Trim().Length > 0)),
        Is.LessThan(3500));

    [TestCase("Raft.Core", "")]
    [TestCase("Raft.Storage", "Raft.Core")]
    [TestCase("Redis.Server", "Raft.Core Raft.Storage")]
    public void ArrowsGoOneWay(string project, string allowed)
    {
        XDocument definition = XDocument.Load(Path.Combine(SourceTree.Root, project, $"{project}.csproj"));
        IEnumerable<string> references = definition.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.That(references, Is.SubsetOf(allowed.Split(' ')));
        if (project != "Redis.Server")
        {
            Assert.That(definition.Descendants("PackageReference"), Is.Empty, "no dependency that is not needed");
        }
    }

    [TestCaseSource(nameof(Rooms))]
    public void FilesAreShort(string room) => Assert.That(
        SourcesOf(room).Where(file => File.ReadLines(file).Count() > MaxFileLines).Select(Name), Is.Empty);

    [TestCaseSource(nameof(Rooms))]
    public void MethodsAreShort(string room) => Assert.That(
        SourcesOf(room).SelectMany(LongMethods), Is.Empty);

    [TestCaseSource(nameof(Rooms))]
    public void NothingIsLeftForLater(string room)
    {
        IEnumerable<string> found =
            from file in SourcesOf(room)
            from line in File.ReadLines(file).Select((text, number) => (Text: text, Number: number + 1))
            where Unfinished().IsMatch(line.Text)
            select $"{Name(file)}:{line.Number} {line.Text.Trim()}";

        Assert.That(found, Is.Empty);
    }

    [TestCaseSource(nameof(Rooms))]
    public void NoClassIsSpreadOverFiles(string room)
    {
        IEnumerable<string> found =
            from file in SourcesOf(room)
            from match in PartialType().Matches(File.ReadAllText(file))
            group file by match.Groups[1].Value into parts
            where parts.Count() > 1
            select parts.Key;

        Assert.That(found, Is.Empty);
    }

    /// <summary>Blocks by indentation, which the formatter keeps: every block that is not a type's is a member's or inside one.</summary>
    private static IEnumerable<string> LongMethods(string file)
    {
        string[] lines = File.ReadAllLines(file);
        Stack<int> open = new();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line == "{")
            {
                open.Push(i);
            }
            else if (line.StartsWith('}') && open.TryPeek(out int begin) && Indent(lines[begin]) == Indent(lines[i]))
            {
                open.Pop();
                int signature = SignatureOf(lines, begin);
                if (i - signature + 1 > MaxMethodLines && !TypeDeclaration().IsMatch(lines[signature]))
                {
                    yield return $"{Name(file)}:{signature + 1} has {i - signature + 1} lines";
                }
            }
        }
    }

    /// <summary>The line on which the declaration that owns a block begins; parameters may stand on lines of their own.</summary>
    private static int SignatureOf(string[] lines, int begin)
    {
        int signature = begin - 1;
        while (signature > 0 && (Indent(lines[signature]) > Indent(lines[begin]) || lines[signature].TrimStart().StartsWith("where ", StringComparison.Ordinal)))
        {
            signature--;
        }

        return signature;
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }

    private static IEnumerable<string> SourcesOf(string room) =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, room), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(SourceTree.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static string Name(string file) => Path.GetRelativePath(SourceTree.Root, file);

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset|Stopwatch|TimeProvider|Thread|ThreadPool|ThreadLocal|Task|ValueTask|async|await|lock|Monitor|Interlocked|Volatile|SemaphoreSlim|Timer|File|FileStream|Directory|Path|Stream|Socket|TcpClient|Console|ILogger|Environment|Guid|RandomNumberGenerator)\b|Random\.Shared|new Random\(|GetHashCode\(")]
    private static partial Regex Banned();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace)\b")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\bpartial (?:class|struct|record) (\w+)")]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException|#pragma warning disable")]
    private static partial Regex Unfinished();
}
