using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>
/// Machines with names, addresses and directories of their own, for commands as they stand in a document: network and mount
/// namespaces below one that ends, with all that runs in it, when the test does. Nothing of it is seen outside.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class Machines : IDisposable
{
    private const string EndOfAnswer = "\u001e";

    private static readonly string[] ForNow = ["CLUSTERDOWN ", "TRYAGAIN ", "a voting change is already in progress"];

    private readonly string _root = Directory.CreateTempSubdirectory("machines").FullName;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Process _shell;

    private Machines()
    {
        // As root of a user namespace where this is not root anyway.
        string[] user = Environment.UserName == "root" ? [] : ["--user", "--map-root-user"];
        ProcessStartInfo start = new("unshare", [.. user, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ROOT"] = _root;
        start.Environment["PATH"] = $"{_root}/bin:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        if (ServerProcess.Published is not null)
            start.Environment.Remove("DOTNET_ROOT");
        _shell = Process.Start(start)!;
        _shell.ErrorDataReceived += (_, _) => { };
        _shell.BeginErrorReadLine();
    }

    /// <summary>Machines 1, 2, ... Skips the test where they cannot be had.</summary>
    /// <param name="count">How many.</param>
    /// <param name="address">Of each.</param>
    /// <param name="names">Of each, besides nodeN.example.</param>
    public static async Task<Machines> StartAsync(int count, Func<int, string> address, Func<int, string[]>? names = null)
    {
        foreach (string needed in (string[])["unshare", "ip", "bash", "redis-cli"])
        {
            if (InstalledProgram.Find(needed) is null && !File.Exists($"/usr/sbin/{needed}"))
                Assert.Ignore($"{needed} is not installed.");
        }

        Machines machines = new();
        string? obstacle = await machines.SetUpAsync(count, address, names ?? (_ => []));
        if (obstacle is not null)
        {
            machines.Dispose();
            Assert.Ignore($"This system lets nobody make machines: {obstacle}");
        }

        return machines;
    }

    /// <summary>Types a line on a machine, and returns what came back.</summary>
    public async Task<string> TypeAsync(int machine, string command, string input = "")
    {
        string answer = await AskAsync($"machine {machine} {Quoted(command)} <<< {Quoted(input)}");
        Note(machine, $"{command}\n{answer}");
        return answer;
    }

    /// <summary>Types a line of a document, and looks whether what it promises comes back. What did nothing for now is typed again, as people would.</summary>
    public async Task FollowAsync(int machine, Example example)
    {
        string answer = await Eventually.GetAsync(example.Command, async () =>
            await TypeAsync(machine, example.Command) is var came && ForNow.Any(reason => came.Contains(reason, StringComparison.Ordinal)) ? null : came);
        Assert.That(example.IsAnsweredBy(answer), $"{example.Command}\npromises:\n{example.Output}\nthis came:\n{answer}");
    }

    /// <summary>Types a line that does not come back: a server in its terminal.</summary>
    public Task LeaveRunningAsync(int machine, Example example)
    {
        Note(machine, example.Command);
        string typed = $"echo $$ > $ROOT/{machine}/pid; exec {example.Command}";
        return AskAsync($"rm -f $ROOT/{machine}/exit; {{ machine {machine} {Quoted(typed)}; echo $? > $ROOT/{machine}/exit; }} > $ROOT/{machine}/output 2>&1 < /dev/null &");
    }

    /// <summary>kill -9, as a failing machine does it.</summary>
    public async Task CutPowerAsync(int machine)
    {
        await AskAsync($"kill -9 $(cat $ROOT/{machine}/pid)");
        await EndAsync(machine);
    }

    /// <summary>Waits for the server of a machine to end; its exit code.</summary>
    public Task<string> EndAsync(int machine)
    {
        string file = Path.Combine(_root, $"{machine}", "exit");
        return Eventually.GetAsync($"the server of node{machine} to end", async () => File.Exists(file) && await File.ReadAllTextAsync(file) is { Length: > 0 } code ? code.Trim() : null);
    }

    /// <summary>What the server of a machine printed.</summary>
    public string OutputOf(int machine) => Path.Combine(_root, $"{machine}", "output") is var file && File.Exists(file) ? File.ReadAllText(file) : "";

    /// <summary>A new, empty disk for the data.</summary>
    public void Wipe(int machine)
    {
        Directory.Delete(Path.Combine(_root, $"{machine}", "data"), recursive: true);
        Directory.CreateDirectory(Path.Combine(_root, $"{machine}", "data"));
    }

    /// <summary>A file in the directory that commands are typed in.</summary>
    public void Write(int machine, string name, string text) => File.WriteAllText(Path.Combine(_root, $"{machine}", "home", name), text);

    /// <summary>Copies one from there into the data directory of another machine.</summary>
    public void Carry(int from, string name, int to) => File.Copy(Path.Combine(_root, $"{from}", "home", name), Path.Combine(_root, $"{to}", "data", name));

    public void Dispose()
    {
        // The shell is the first process of its pid namespace: when it ends, everything in there has ended before.
        _shell.StandardInput.Close();
        if (!_shell.WaitForExit(Eventually.Limit))
            _shell.Kill();
        _shell.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private async Task<string?> SetUpAsync(int count, Func<int, string> address, Func<int, string[]> names)
    {
        string bin = Directory.CreateDirectory(Path.Combine(_root, "bin")).FullName;
        string program = Path.Combine(bin, "redis-raft-server");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec \"{ServerProcess.Program}\" \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        StringBuilder hosts = new("127.0.0.1 localhost\n");
        StringBuilder setUp = new("""
            machine() {
                ip netns exec "m$1" bash -c 'mount --bind "$0/data" /var/lib/redis-raft && mount --bind "$0/mnt" /mnt && cd "$0/home" && eval "$1"' "$ROOT/$1" "$2"
            }
            exec 2>&1
            set -e
            mount -t tmpfs tmpfs /run
            mount -t tmpfs tmpfs /var/lib
            mkdir /var/lib/redis-raft
            mount --bind $ROOT/hosts /etc/hosts
            ip link add hub type bridge
            ip link set hub up

            """);
        for (int i = 1; i <= count; i++)
        {
            hosts.Append(CultureInfo.InvariantCulture, $"{address(i)} node{i}.example {string.Join(' ', names(i))}\n");
            setUp.Append(CultureInfo.InvariantCulture, $"""
                mkdir -p $ROOT/{i}/data $ROOT/{i}/mnt/backup $ROOT/{i}/home
                ip netns add m{i}
                ip link add port{i} type veth peer name eth0 netns m{i}
                ip link set port{i} master hub up
                ip -n m{i} addr add {address(i)}/24 dev eth0
                ip -n m{i} link set eth0 up
                ip -n m{i} link set lo up

                """);
        }

        await File.WriteAllTextAsync(Path.Combine(_root, "hosts"), hosts.ToString());
        setUp.Append("set +e\nmachine 1 true && echo ready");
        string answer = await AskAsync(setUp.ToString());
        return answer.Trim() == "ready" ? null : answer.Trim();
    }

    private async Task<string> AskAsync(string command)
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        await _shell.StandardInput.WriteAsync($"{command}\necho {EndOfAnswer}\n".AsMemory(), limit.Token);
        await _shell.StandardInput.FlushAsync(limit.Token);
        StringBuilder answer = new();
        while (await _shell.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.EndsWith(EndOfAnswer, StringComparison.Ordinal))
                return answer.Append(line.AsSpan(0, line.Length - 1)).ToString();
            answer.Append(line).Append('\n');
        }

        return answer.Append("the shell has ended").ToString();
    }

    private void Note(int machine, string text) => TestContext.Out.WriteLine($"{Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s node{machine}$ {text}");

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
