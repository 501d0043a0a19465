using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Operations;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Documents;

/// <summary>What the documents tell people to type exists; and each line of it is run by a test, or it is said why not.</summary>
internal sealed partial class CommandLineExampleTests
{
    private static readonly string[] Errands = ["local-cluster", "status", "recover", "log", "--check-config", "--version", "--help"];
    private static readonly string[] OptionsOfErrands = ["nodes", "watch", "json", "password", "yes"];
    private static readonly string[] CliOptionsWithValue = ["-h", "-p", "-a", "-n", "--cert", "--key", "--cacert", "--user", "--pass"];

    private static string[] Targets => [.. Target().Matches(File.ReadAllText(SourceTree.PathOf("build.cake"))).Select(target => target.Groups[1].Value)];

    [TestCaseSource(typeof(CommandLineExamples), nameof(CommandLineExamples.Documents))]
    public void EveryCommandOptionAndTarget_Exists(string document)
    {
        CommandTable commands = new(Node.Commands);
        OptionTable options = new ServerOptions().Table;
        Assert.Multiple(() =>
        {
            foreach (string line in CommandLineExamples.EverywhereIn(document))
            {
                string[] words = line.TrimStart('$', ' ').Split(' ');
                string? fault = words[0] switch
                {
                    "redis-cli" => FaultOfCli(words, commands),
                    "redis-raft-server" or "Redis.Server" => FaultOfServer(words[1..], options),
                    "dotnet" when line.Contains("--project Redis.Server -- ", StringComparison.Ordinal) => FaultOfServer(line[(line.IndexOf(" -- ", StringComparison.Ordinal) + 4)..].Split(' '), options),
                    "dotnet" when line.Contains("--target=", StringComparison.Ordinal) => Targets.Contains(TargetNamed().Match(line).Groups[1].Value) ? null : "there is no such target",
                    _ => null,
                };
                Assert.That(fault, Is.Null, $"{Path.GetFileName(document)}: {line}");
            }
        });
    }

    /// <summary>The list names a test or target of that name, or says "not run" and why. A test has to speak of the command that it is said to try.</summary>
    [Test]
    public void EveryLineToType_IsRunByATest_OrSaidNotToBe()
    {
        (string How, string Pattern)[] known = [.. File.ReadAllLines(SourceTree.PathOf("Redis.Server.Tests", "Documents", "examples.txt"))
            .Where(line => line.Contains(" | ", StringComparison.Ordinal)).Select(line => line.Split(" | ", 2)).Select(parts => (parts[0], parts[1]))];
        ILookup<string, string> tests = ((string[])["Redis.Server.Tests", "Raft.Core.Tests"])
            .SelectMany(project => Directory.GetFiles(SourceTree.PathOf(project), "*Tests.cs", SearchOption.AllDirectories)).ToLookup(file => Path.GetFileNameWithoutExtension(file));
        string[] lines = [.. CommandLineExamples.Documents.SelectMany(CommandLineExamples.Of).Distinct()];
        Assert.Multiple(() =>
        {
            foreach ((string how, string pattern) in known)
            {
                Assert.That(how.StartsWith("not run: ", StringComparison.Ordinal) || how == "the target itself" || Targets.Contains(how) || tests.Contains(how), how);
                Assert.That(lines.Any(line => Fits(line, pattern)), $"no document has {pattern} any more");
            }

            foreach (string line in lines)
            {
                string? how = known.FirstOrDefault(one => Fits(line, one.Pattern)).How;
                Assert.That(how, Is.Not.Null, $"Redis.Server.Tests/Documents/examples.txt does not say how this line is tried: {line}");
                if (how is not null && !how.EndsWith("WalkTests", StringComparison.Ordinal) && line.StartsWith("redis-cli ", StringComparison.Ordinal))
                    Assert.That(tests[how].Select(File.ReadAllText), Has.All.Contain(CommandIn(line.Split(' '))).IgnoreCase, $"{how} does not do this: {line}");
            }
        });
    }

    /// <summary>What the workflow and the gate call is there, with the options that they give it.</summary>
    [Test]
    public void TheWorkflow_CallsTargetsAndOptionsThatExist()
    {
        string build = File.ReadAllText(SourceTree.PathOf("build.cake"));
        string[] files = [.. Directory.GetFiles(SourceTree.PathOf(".github", "workflows"), "*.yml"), SourceTree.PathOf(".ci", "run")];
        string[] lines = [.. files.SelectMany(File.ReadAllLines).Where(line => line.Contains("--target=", StringComparison.Ordinal))];
        Assert.That(lines, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (string line in lines)
            {
                Assert.That(Targets, Does.Contain(TargetNamed().Match(line).Groups[1].Value), line);
                foreach (Match option in OptionNamed().Matches(line[line.IndexOf("--target=", StringComparison.Ordinal)..]))
                    Assert.That(option.Groups[1].Value == "target" || build.Contains($"\"{option.Groups[1].Value}\"", StringComparison.Ordinal), line);
            }
        });
    }

    [Test]
    public void TheArchivesNamed_AreOfThisVersion()
    {
        foreach (string document in CommandLineExamples.Documents)
            Assert.That(ArchiveNamed().Matches(File.ReadAllText(document)).Select(name => name.Groups[1].Value), Is.All.EqualTo(ServerVersion.Text), document);
    }

    private static bool Fits(string line, string pattern) => Regex.IsMatch(line, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");

    private static string? FaultOfCli(string[] words, CommandTable commands)
    {
        int at = BehindOptions(words);
        if (at >= words.Length || words[at] == "…")
            return null;
        RespWriter frame = new();
        frame.ArrayHeader(words.Length - at);
        foreach (string word in words[at..])
            frame.BulkString(Encoding.UTF8.GetBytes(word));
        RequestParser parser = new() { MaxBulkLength = int.MaxValue };
        parser.Parse(frame.Written, out _);
        RespWriter refusal = new();
        return commands.Resolve(parser.Args(frame.Written), refusal) is null ? Encoding.UTF8.GetString(refusal.Written) : null;
    }

    private static int BehindOptions(string[] words)
    {
        int at = 1;
        while (at < words.Length && words[at].StartsWith('-'))
            at += CliOptionsWithValue.Contains(words[at]) ? 2 : 1;
        return at;
    }

    private static string CommandIn(string[] words) => words.ElementAtOrDefault(BehindOptions(words)) ?? "";

    private static string? FaultOfServer(string[] words, OptionTable options)
    {
        if (words.Length > 0 && !words[0].StartsWith("--", StringComparison.Ordinal) && !words[0].Contains('/') && !words[0].Contains('…') && !words[0].EndsWith(".conf", StringComparison.Ordinal) && !Errands.Contains(words[0]))
            return $"'{words[0]}' is nothing the server can be told";
        string? unknown = words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2
            && !Errands.Contains(word) && !OptionsOfErrands.Contains(word[2..]) && word != "--loadmodule" && options.Find(word[2..]) is null);
        return unknown is null ? null : $"there is no option {unknown}";
    }

    [GeneratedRegex("Task\\(\"(\\w+)\"\\)")]
    private static partial Regex Target();

    [GeneratedRegex(@"--target=(\w+)")]
    private static partial Regex TargetNamed();

    [GeneratedRegex(@"redis-raft-server-(\d+\.\d+\.\d+)-")]
    private static partial Regex ArchiveNamed();

    [GeneratedRegex(@" --([a-z-]+)")]
    private static partial Regex OptionNamed();
}
