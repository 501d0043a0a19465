using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Operations;

/// <summary>local-cluster as a newcomer runs it: real processes on real ports.</summary>
[NonParallelizable]
internal sealed partial class LocalClusterTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Redis.Server.exe" : "Redis.Server");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("local-cluster-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void FormsACluster_SurvivesItsLeadersDeath_AndComesBackWithItsData()
    {
        int port = FreePorts.Next(3);
        using (RunningCluster cluster = new(_directory, port))
        {
            Assert.That(cluster.Nodes.Count(n => n.Role == "leader"), Is.EqualTo(1));
            (int _, int leaderPort, int leaderPid, string _) = cluster.Nodes.Single(n => n.Role == "leader");
            Call(leaderPort, "SET", "greeting", "hello");

            using (Process leader = Process.GetProcessById(leaderPid)) leader.Kill();
            cluster.WaitForLine("leads now, in term");
            int nextPort = cluster.Nodes.Select(n => n.Port).Single(p => p != leaderPort && RaftInfo.Ask("127.0.0.1", p, TimeSpan.FromSeconds(1)) is { IsLeader: true });
            Assert.That(Call(nextPort, "GET", "greeting"), Is.EqualTo("hello"));
            Call(nextPort, "SET", "again", "yes");
            Assert.That(cluster.Stop(), Is.EqualTo(ExitCode.Success));
        }
        using (RunningCluster cluster = new(_directory, port))
        {
            Assert.That(cluster.Text, Does.Contain("the cluster of the last run is back"));
            int leaderPort = cluster.Nodes.Single(n => n.Role == "leader").Port;
            Assert.That((Call(leaderPort, "GET", "greeting"), Call(leaderPort, "GET", "again")), Is.EqualTo(("hello", "yes")));
        }
    }

    [Test]
    public void ASecureCluster_CanBeUsedAsItSays()
    {
        if (Oracle.InstalledProgram.Find("redis-cli") is null) Assert.Ignore("redis-cli is not installed.");
        using Security.TestAuthority authority = new("ours");
        using RunningCluster cluster = new(_directory, FreePorts.Next(3), ["--requirepass", "secret", .. authority.ServerOptions("node")]);
        string[] hints = [.. cluster.Text.Split('\n').Where(line => line.Contains("greeting", StringComparison.Ordinal)).Select(line => line.Trim())];
        Assert.That(hints.Select(RunLine), Is.EqualTo(new[] { "OK", "hello" }));
        Assert.That(cluster.Stop(), Is.EqualTo(ExitCode.Success));

        static string RunLine(string line)
        {
            string[] words = line.Split(' ');
            using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output.Trim();
        }
    }

    [Test]
    public void Nodes_EndWithTheirParent_HoweverItEnds()
    {
        using RunningCluster cluster = new(_directory, FreePorts.Next(1), "--nodes", "1");
        using Process node = Process.GetProcessById(cluster.Nodes.Single().Pid);
        cluster.Kill();
        Assert.That(node.WaitForExit(Deadline), Is.True, "the node outlived its parent");
    }

    [Test]
    public void ANodeThatCannotStart_IsQuoted()
    {
        using Process process = Start(_directory, FreePorts.Next(1), "--nodes", "1", "--logfile", "/no/such/directory/node.log");
        Task<string> text = process.StandardOutput.ReadToEndAsync();
        bool ended = process.WaitForExit(Deadline);
        if (!ended) process.Kill();
        Assert.That(ended, Is.True, "it neither started nor gave up");
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.CommandFailed));
        Assert.That(text.Result, Does.Contain("node 1 ended with exit code 1").And.Contain("Can't open the log file"));
    }

    private static string Call(int port, params string[] words)
    {
        using RespConnection connection = RespConnection.Open("127.0.0.1", port, TimeSpan.FromSeconds(10));
        RespReply reply = connection.Call(words);
        Assert.That(reply.IsError, Is.False, reply.Text);
        return reply.Text;
    }

    private static Process Start(string directory, int port, params string[] options) => Process.Start(
        new ProcessStartInfo(Program, ["local-cluster", "--dir", directory, "--port", port.ToString(CultureInfo.InvariantCulture), .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;

    /// <summary>A local-cluster that got as far as its table; ended, by force if need be, when disposed.</summary>
    private sealed partial class RunningCluster : IDisposable
    {
        private readonly Process _process;
        private readonly List<string> _lines = [];
        private int _openStreams = 2;

        public RunningCluster(string directory, int port, params string[] options)
        {
            _process = Start(directory, port, options);
            _process.OutputDataReceived += (_, line) => Add(line.Data);
            _process.ErrorDataReceived += (_, line) => Add(line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            WaitForLine("Ctrl-C stops all nodes");
        }

        public string Text
        {
            get
            {
                lock (_lines) return string.Join('\n', _lines);
            }
        }

        public IReadOnlyList<(int Number, int Port, int Pid, string Role)> Nodes => [.. TableRow().Matches(Text)
            .Select(m => (Number(m.Groups[1]), Number(m.Groups[2]), Number(m.Groups[4]), m.Groups[3].Value))];

        public void WaitForLine(string text)
        {
            long start = Stopwatch.GetTimestamp();
            lock (_lines)
            {
                while (!_lines.Exists(l => l.Contains(text, StringComparison.Ordinal)))
                {
                    TimeSpan left = Deadline - Stopwatch.GetElapsedTime(start);
                    bool goesOn = _openStreams > 0 && left > TimeSpan.Zero && Monitor.Wait(_lines, left);
                    Assert.That(goesOn, Is.True, $"no line with '{text}' in:\n{string.Join('\n', _lines)}");
                }
            }
        }

        /// <summary>As Ctrl-C does. Answers the exit code.</summary>
        public int Stop()
        {
            Signal("-TERM");
            Assert.That(_process.WaitForExit(Deadline), Is.True, "it did not stop");
            return _process.ExitCode;
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                Signal("-TERM");
                if (!_process.WaitForExit(Deadline)) Kill();
            }
            _process.Dispose();
        }

        private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

        private void Signal(string signal)
        {
            using Process kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        private void Add(string? line)
        {
            lock (_lines)
            {
                if (line is null) _openStreams--;
                else _lines.Add(line);
                Monitor.PulseAll(_lines);
            }
        }

        [GeneratedRegex(@"^(\d+) +(\d+) +(\w+) +(\d+) +/", RegexOptions.Multiline)]
        private static partial Regex TableRow();
    }
}
