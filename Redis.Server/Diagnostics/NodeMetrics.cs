using System.Diagnostics.Metrics;
using Raft.Core;
using Redis.Server.Clients;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>
/// The node's figures as System.Diagnostics.Metrics has them: everything is counted anyway, and looked at when somebody
/// asks. docs/metrics.md describes each.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "RedisOnRaft";

    // From a good SSD's cache to a disk that costs leadership.
    private static readonly double[] SyncBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

    private readonly Meter _meter = new(MeterName);
    private readonly ClientServices _services;

    public NodeMetrics(ClientServices services)
    {
        _services = services;
        AddConsensus(services.Host);
        AddPeers(services.Host);
        AddDisk(services.Host);
        AddServer(services);
        AddProcess();
    }

    public void Dispose() => _meter.Dispose();

    private static long RoleNumber(RaftStatus? status) => status?.Role switch
    {
        RaftRole.Leader => 3,
        RaftRole.Candidate => 2,
        RaftRole.PreCandidate => 1,
        RaftRole.Follower => 0,
        _ => -1,
    };

    private static RaftStatus? StatusOf(RaftHost host) => host.Consensus.Read<RaftStatus?>((server, _) => server.Status(), null);

    private void AddConsensus(RaftHost host)
    {
        ConsensusCounters counters = host.Consensus.Counters;
        Gauge("raft.role", "3 leads, 2 campaigns, 1 asks whether it could, 0 follows, -1 is no member", () => RoleNumber(StatusOf(host)));
        Gauge("raft.term", "Current term", () => StatusOf(host)?.Term ?? 0);
        Gauge("raft.leader", "Id of the known leader, 0: none", () => StatusOf(host)?.Leader ?? 0);
        Gauge("raft.members", "Members of the group", () => StatusOf(host)?.Configuration.Members.Count ?? 0);
        Gauge("raft.log.index", "Last entry of the log", () => StatusOf(host)?.Cursors.Last ?? 0);
        Gauge("raft.commit.lag", "Entries in the log that are not committed", () => StatusOf(host) is { } s ? s.Cursors.Last - s.Cursors.Committed : 0);
        Gauge("raft.apply.lag", "Committed entries that are not applied", () => StatusOf(host) is { } s ? s.Cursors.Committed - host.Application.AppliedIndex : 0);
        Gauge("raft.pending.bytes", "Bytes that wait on the leader to be committed", () => host.Consensus.Read((server, _) => server.WaitingBytes, 0L));
        Count("raft.intake.held", "Times that clients were held back because too much waited to be committed", () => host.Consensus.Intake.HeldBack);
        Count("raft.proposals", "Entries that clients' requests made on this node", () => counters.Proposals);
        Count("raft.reads", "Batches of reads that this node had confirmed", () => counters.Reads);
        Count("raft.read.rounds", "Rounds of heartbeats that confirmed reads", () => counters.ReadRounds);
        Count("raft.appends", "Append messages with entries that this node sent", () => counters.Appends);
        Count("raft.append.entries", "Entries in them", () => counters.AppendedEntries);
        Count("raft.elections", "Campaigns of this node", () => counters.Elections);
        Count("raft.leader.changes", "Changes of the leader that this node knows", () => counters.LeaderChanges);
        Count("raft.apply.throttled", "Times that applying went on on a thread of its own", () => host.Application.Throttled);
        Gauge("raft.snapshot.running", "1 while a snapshot is taken", () => host.Snapshots.IsInProgress ? 1 : 0);
        Gauge("raft.snapshot.index", "Last entry of the latest snapshot", () => host.LatestSnapshot.Last.Index);
        Gauge("raft.snapshot.bytes", "Size of the latest snapshot", () => host.LatestSnapshot.Size);
        Count("raft.snapshots.taken", "Snapshots taken", () => host.Snapshots.Taken);
        Count("raft.snapshots.received", "Snapshots received from a leader", () => host.SnapshotsReceived);
        Count("raft.proxy.requests", "Requests passed on to the leader", () => host.Proxy.Counters.Requests);
        Count("raft.proxy.failures", "Requests passed on, or tried to, that got no answer", () => host.Proxy.Counters.FailedRequests + host.Proxy.Counters.FailedResponses);
    }

    private void AddPeers(RaftHost host)
    {
        Peers(host, "raft.peer.lag", "Entries that a member is not known to have; only on the leader", peer => peer.LagEntries);
        Peers(host, "raft.peer.silence", "Seconds since a member was last heard; only on the leader", peer => peer.Silence.TotalSeconds);
        Peers(host, "raft.peer.snapshot", "Part of a snapshot that a member has received; only on the leader",
            peer => peer.SnapshotSize is > 0 and long size ? (double)(peer.SnapshotReceived ?? 0) / size : 0);
        _meter.CreateObservableGauge("raft.peer.waiting.bytes", () => host.Mesh.Links.Select(link =>
            new Measurement<long>(link.Waiting, new KeyValuePair<string, object?>("peer", link.NodeId))), null, "Bytes that wait to be sent to another node");
        _meter.CreateObservableGauge("raft.peer.connected", () => host.Mesh.Links.Select(link =>
            new Measurement<long>(link.IsConnected ? 1 : 0, new KeyValuePair<string, object?>("peer", link.NodeId))), null, "1 while this node is connected to another one");
    }

    private void AddDisk(RaftHost host)
    {
        Count("raft.fsyncs", "Syncs of the log", () => host.Syncs?.FsyncCount ?? 0);
        _meter.CreateObservableCounter("raft.fsync.seconds", () => host.Syncs?.FsyncTotal.TotalSeconds ?? 0, "s", "Time that they took");
        Histogram<double> durations = _meter.CreateHistogram(
            "raft.fsync.duration.seconds", "s", "How long syncs of the log took", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = SyncBounds });
        host.SyncMeasured = elapsed => durations.Record(elapsed.TotalSeconds);
        Gauge("raft.log.bytes", "Size of the log's files", () => host.Consensus.Read((_, log) => log.FileSize, 0L));
        Gauge("raft.disk.free.bytes", "Free space where the data directory is", () => DiskSpace.FreeBytes(_services.Options.Directory));
    }

    private void AddServer(ClientServices services)
    {
        Gauge("redis.clients.connected", "Connected clients", () => services.Clients.Count);
        Count("redis.commands", "Commands processed", () => services.Meter.Statistics.Processed);
        Gauge("redis.keys", "Keys", () => services.Keyspace.Count);
        Gauge("redis.memory.bytes", "Memory of the data", () => services.Keyspace.UsedMemory);
        Count("redis.keys.expired", "Keys removed because their time had passed", () => services.Keyspace.ExpiredKeys);
    }

    private void AddProcess()
    {
        Gauge("process.resident.memory.bytes", "Physical memory of the process", () => Environment.WorkingSet);
        _meter.CreateObservableCounter("process.cpu.seconds", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time of the process");
        Count("process.gc.allocated.bytes", "Bytes allocated on the managed heap", () => GC.GetTotalAllocatedBytes());
        _meter.CreateObservableCounter("process.gc.pause.seconds", () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time that collections stopped the process");
        _meter.CreateObservableCounter("process.gc.collections", () => Generations(GC.MaxGeneration + 1, generation => GC.CollectionCount(generation)), null, "Collections of a generation and all younger ones");
        _meter.CreateObservableGauge(
            "process.gc.heap.bytes",
            HeapSizes,
            null,
            "Size of a generation after the last collection; 3: large objects, 4: pinned ones");
    }

    private static IEnumerable<Measurement<long>> HeapSizes()
    {
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        return Generations(heap.GenerationInfo.Length, generation => heap.GenerationInfo[generation].SizeAfterBytes);
    }

    private static IEnumerable<Measurement<long>> Generations(int count, Func<int, long> value) =>
        Enumerable.Range(0, count).Select(generation => new Measurement<long>(value(generation), new KeyValuePair<string, object?>("generation", generation)));

    private void Gauge(string name, string description, Func<long> value) => _meter.CreateObservableGauge(name, value, null, description);

    private void Count(string name, string description, Func<long> value) => _meter.CreateObservableCounter(name, value, null, description);

    private void Peers(RaftHost host, string name, string description, Func<PeerStatus, double> value) => _meter.CreateObservableGauge(
        name,
        () => (StatusOf(host)?.Peers ?? []).Select(peer => new Measurement<double>(value(peer), new KeyValuePair<string, object?>("peer", peer.Id))),
        null,
        description);
}
