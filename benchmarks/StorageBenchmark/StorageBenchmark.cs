using System.Diagnostics;
using System.Globalization;
using Benchmarks.Measuring;
using Redis.Server.Operations;

namespace Benchmarks.StorageBenchmark;

/// <summary>
/// What docs/performance.md says of storage and snapshots: a million keys on three nodes; pauses, memory and speed of
/// snapshots under load, restarts from snapshot and from log, and how long a new node takes to join.
/// </summary>
internal sealed class StorageBenchmark(StoragePlan plan, string directory)
{
    private const int FirstPort = 27300;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly Dataset _data = new(plan.Keys, plan.ValueLength);

    /// <summary>Answers the exit code: 0 when everything was measured, whatever it came to.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        StoragePlan plan = StoragePlan.Parse(arguments);
        return Scratch.Use("storage-benchmark", directory =>
        {
            StorageBenchmark benchmark = new(plan, directory);
            benchmark.MeasureSnapshots();
            benchmark.MeasureLog();
            benchmark.MeasureRedis();
            return 0;
        });
    }

    private void MeasureSnapshots()
    {
        LocalClusterPlan nodes = Plan("snapshots", FirstPort, []);
        using NodeGroup group = Start(nodes);
        try
        {
            LocalNode leader = Fill(group);
            LocalNode follower = group.Nodes.First(n => n != leader);
            foreach (LocalNode node in group.Nodes) Call(node, "RAFT.DEBUG", "COMPACT");
            Say("RSS a key, leader", (double)ProcessMemory.Resident(leader.ProcessId) / plan.Keys, "bytes");
            Say("RSS a key, follower", (double)ProcessMemory.Resident(follower.ProcessId) / plan.Keys, "bytes");
            MeasurePauses(leader);
            foreach (LocalNode node in group.Nodes) Call(node, "RAFT.DEBUG", "COMPACT");
            MeasureRestart("restart from snapshot until caught up", nodes, leader, follower);
            MeasureJoin(nodes, leader);
        }
        finally
        {
            group.Stop();
        }
    }

    private void MeasurePauses(LocalNode leader)
    {
        Dataset.Trickle(leader.Port, 48 << 20);
        using SteadyLoad load = new(_data, leader.Port);
        Thread.Sleep(2000);
        load.Take();
        Thread.Sleep(3000);
        Say("longest reply, no snapshot", load.Take()[^1].Took, "ms");
        long size = new FileInfo(Path.Combine(leader.Directory, "dump.rdb")).Length;
        List<double> longest = [], seconds = [], extra = [];
        for (int round = 0; round < plan.Rounds; round++)
        {
            long before = ProcessMemory.Resident(leader.ProcessId);
            ProcessMemory.ResetPeak(leader.ProcessId);
            load.Take();
            long started = Stopwatch.GetTimestamp();
            Call(leader, "RAFT.DEBUG", "COMPACT");
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            Thread.Sleep(100);
            (double Took, long Asked)[] replies = load.Take();
            longest.Add(replies[^1].Took);
            extra.Add(100.0 * (ProcessMemory.Peak(leader.ProcessId) - before) / before);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  snapshot {round + 1}: {seconds[^1]:0.00} s, {size / 1e6:0} MB, longest of {replies.Length} replies {longest[^1]:0.0} ms (asked for after {Stopwatch.GetElapsedTime(started, replies[^1].Asked).TotalSeconds:0.00} s), 99.9 % within {replies[replies.Length * 999 / 1000].Took:0.0} ms, extra memory {extra[^1]:0.0} %"));
            Thread.Sleep(1000);
        }
        Say("longest reply during a snapshot, median", Medians.Of(longest), "ms");
        Say("longest reply during a snapshot, worst", longest.Max(), "ms");
        Say("extra memory, worst", extra.Max(), "%");
        Say("snapshot speed under load, median", size / 1e6 / Medians.Of(seconds), "MB/s");
    }

    private void MeasureLog()
    {
        LocalClusterPlan nodes = Plan("log", FirstPort + 10, ["--raft.log-max-file-size", "4gb"]);
        using NodeGroup group = Start(nodes);
        try
        {
            LocalNode leader = Fill(group);
            MeasureRestart("restart from log until caught up", nodes, leader, group.Nodes.First(n => n != leader));
        }
        finally
        {
            group.Stop();
        }
    }

    private void MeasureRedis()
    {
        string path = Path.Combine(directory, "redis");
        Directory.CreateDirectory(path);
        int port = FirstPort + 20;
        ProcessStartInfo start = new("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", path, "--save", "", "--logfile", "redis.log"]);
        using Process redis = Process.Start(start)!;
        try
        {
            WaitFor("redis-server", () => Answers(port));
            _data.Fill(port);
            Say("RSS a key, redis-server", (double)ProcessMemory.Resident(redis.Id) / plan.Keys, "bytes");
        }
        finally
        {
            redis.Kill();
            redis.WaitForExit();
        }
    }

    private static void MeasureRestart(string what, LocalClusterPlan nodes, LocalNode leader, LocalNode node)
    {
        Process.GetProcessById(node.ProcessId).Kill();
        node.WaitForExit(Limit);
        long started = Stopwatch.GetTimestamp();
        using LocalNode restarted = LocalNode.Start(nodes, node.Number);
        WaitFor(what, () => restarted.Ask() is { State: "up" } info && info.Number("raft_last_applied_index") >= (leader.Ask()?.Number("raft_current_index") ?? long.MaxValue));
        Say(what, Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        restarted.AskToStop();
        restarted.WaitForExit(Limit);
    }

    private static void MeasureJoin(LocalClusterPlan nodes, LocalNode leader)
    {
        LocalClusterPlan more = nodes with { Nodes = 4 };
        Directory.CreateDirectory(more.DirectoryOf(4));
        using LocalNode node = LocalNode.Start(more, 4);
        WaitFor("node 4", () => node.Ask() is not null);
        long started = Stopwatch.GetTimestamp();
        Call(node, "RAFT.CLUSTER", "JOIN", $"{LocalClusterPlan.Host}:{leader.Port}");
        WaitFor("node 4 to vote", () => node.Ask() is { State: "up" } info && info.Field("raft_is_voting") == "yes");
        Say("a new node joins until it votes", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
        node.AskToStop();
        node.WaitForExit(Limit);
    }

    private LocalClusterPlan Plan(string name, int port, IReadOnlyList<string> options) =>
        new(3, port, Path.Combine(directory, name), options, "") { Program = [plan.Server] };

    private static NodeGroup Start(LocalClusterPlan nodes)
    {
        nodes.Prepare();
        NodeGroup group = new(nodes, TextWriter.Null, CancellationToken.None);
        group.Start();
        group.Form();
        return group;
    }

    private LocalNode Fill(NodeGroup group)
    {
        LocalNode leader = group.Leader ?? throw new IOException("the cluster has no leader");
        long started = Stopwatch.GetTimestamp();
        _data.Fill(leader.Port);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {plan.Keys} keys of {plan.ValueLength} bytes set in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        return leader;
    }

    private static void Call(LocalNode node, params IReadOnlyList<string> words)
    {
        using RespConnection connection = node.Connect(Limit);
        RespReply reply = connection.Call(words);
        if (reply.IsError) throw new IOException($"node {node.Number} answered '{string.Join(' ', words)}' with: {reply.Text}");
    }

    private static bool Answers(int port)
    {
        try
        {
            using RespConnection connection = RespConnection.Open("127.0.0.1", port, TimeSpan.FromSeconds(1));
            return !connection.Call("PING").IsError;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void WaitFor(string what, Func<bool> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit) throw new IOException($"waited {Limit.TotalSeconds} s for {what}");
            Thread.Sleep(10);
        }
    }

    private static void Say(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-45} {value,10:0.0} {unit}"));
}
