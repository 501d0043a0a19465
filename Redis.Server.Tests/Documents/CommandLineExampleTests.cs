using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Commands;
using Redis.Server.Configuration;
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

    /// <summary>The list names a test or target of that name, or says "not run" and why.</summary>
    [Test]
    public void EveryLineToType_IsRunByATest_OrSaidNotToBe()
    {
        (string How, string Pattern)[] known = [.. File.ReadAllLines(SourceTree.PathOf("Redis.Server.Tests", "Documents", "examples.txt"))
            .Where(line => line.Contains(" | ", StringComparison.Ordinal)).Select(line => line.Split(" | ", 2)).Select(parts => (parts[0], parts[1]))];
        string[] tests = [.. ((string[])["Redis.Server.Tests", "Raft.Core.Tests"])
            .SelectMany(project => Directory.GetFiles(SourceTree.PathOf(project), "*.cs", SearchOption.AllDirectories)).Select(file => Path.GetFileNameWithoutExtension(file)!)];
        Assert.Multiple(() =>
        {
            foreach ((string how, _) in known)
                Assert.That(how.StartsWith("not run: ", StringComparison.Ordinal) || how == "the target itself" || Targets.Contains(how) || tests.Contains(how), how);
            foreach (string line in CommandLineExamples.Documents.SelectMany(CommandLineExamples.Of).Distinct())
                Assert.That(known.Any(one => Fits(line, one.Pattern)), $"Redis.Server.Tests/Documents/examples.txt does not say how this line is tried: {line}");
        });
    }

    private static bool Fits(string line, string pattern) => Regex.IsMatch(line, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");

    private static string? FaultOfCli(string[] words, CommandTable commands)
    {
        int at = 1;
        while (at < words.Length && words[at].StartsWith('-'))
            at += CliOptionsWithValue.Contains(words[at]) ? 2 : 1;
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

    private static string? FaultOfServer(string[] words, OptionTable options)
    {
        if (words.Length > 0 && !words[0].StartsWith("--", StringComparison.Ordinal) && !words[0].Contains('/') && !words[0].Contains('…') && !Errands.Contains(words[0]))
            return $"'{words[0]}' is nothing the server can be told";
        string? unknown = words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2
            && !Errands.Contains(word) && !OptionsOfErrands.Contains(word[2..]) && word != "--loadmodule" && options.Find(word[2..]) is null);
        return unknown is null ? null : $"there is no option {unknown}";
    }

    [GeneratedRegex("Task\\(\"(\\w+)\"\\)")]
    private static partial Regex Target();

    [GeneratedRegex(@"--target=(\w+)")]
    private static partial Regex TargetNamed();
}
