using System.Diagnostics;
using NUnit.Framework;
using Redis.Server.Configuration;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Operations;

/// <summary>What is asked of the program as it is handed out; the target PublishCheck runs it with the published file in the place of the built one.</summary>
[TestFixture]
internal sealed class PublishedProgramTests
{
    [Test]
    public async Task Version_IsThatOfTheBuild()
    {
        (int code, string output) = await InstalledProgram.RunAsync(Bare("--version"));
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.StartWith($"Redis on Raft server v={ServerVersion.Text} "));
    }

    [Test]
    public async Task Help_HasEveryOption_ByGroup_WithItsDefault()
    {
        (int code, string output) = await InstalledProgram.RunAsync(Bare("--help"));
        Assert.That(code, Is.Zero, output);
        Assert.Multiple(() =>
        {
            foreach (Option option in new ServerOptions().Table.All.Where(option => option.Section is not (OptionSection.Accepted or OptionSection.Failures)))
                Assert.That(output, Does.Contain($"--{option.Name} <{option.Accepts}>  (default: "));
            foreach (OptionSection section in (OptionSection[])[OptionSection.Raft, OptionSection.Network, OptionSection.Tls])
                Assert.That(output, Does.Contain($"\n{section} options\n"));
        });
    }

    [Test]
    public async Task CheckConfig_ReadsTheSampleFile_AndNamesWhatIsWrong()
    {
        string directory = Directory.CreateTempSubdirectory("check").FullName;
        try
        {
            string sample = Path.Combine(directory, "redis-raft.conf");
            string text = await File.ReadAllTextAsync(SourceTree.PathOf("docs", "deploy", "redis-raft.conf"));
            await File.WriteAllTextAsync(sample, text.Replace("dir /var/lib/redis-raft", $"dir {directory}", StringComparison.Ordinal));
            (int code, string output) = await InstalledProgram.RunAsync(Bare("--check-config", sample));
            Assert.That((code, output.Trim()), Is.EqualTo((0, "The configuration is valid.")));
            (code, output) = await InstalledProgram.RunAsync(Bare("--check-config", "--raft.bootstrap", "a:1,a:1"));
            Assert.That(code, Is.EqualTo(ExitCode.BadOptions));
            Assert.That(output, Does.Contain("raft.bootstrap").And.Contain("stands there twice"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The native library of the script engine is found, wherever it is, by a user without a home.</summary>
    [Test]
    public async Task Scripts_Run_WithoutAHomeDirectory()
    {
        TestNode node = new(Directory.CreateTempSubdirectory("home").FullName);
        try
        {
            Dictionary<string, string> environment = new() { ["HOME"] = "/nonexistent" };
            if (OperatingSystem.IsLinux())
                environment["TMPDIR"] = "/nonexistent"; // elsewhere the library is loaded from a file there
            node.Start(environment, "--raft.bootstrap", node.Address);
            await node.ReadyAsync();
            await Eventually.TrueAsync("a script's reply", async () => await node.AskAsync("EVAL", "return {KEYS[1], redis.call('incr', 'n') > 0}", "1", "k") == "[$k, :1]");
        }
        finally
        {
            node.Dispose();
            Directory.Delete(node.Directory, recursive: true);
        }
    }

    /// <summary>With no more in its environment than a service has, when it is the published file.</summary>
    private static ProcessStartInfo Bare(params string[] arguments)
    {
        ProcessStartInfo start = new(ServerProcess.Program, arguments);
        if (ServerProcess.Published is not null && !OperatingSystem.IsWindows()) // where sockets need SystemRoot
            start.Environment.Clear();
        return start;
    }
}
