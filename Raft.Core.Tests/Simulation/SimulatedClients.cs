using System.Buffers.Binary;
using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>A read that a server accepted and has not released.</summary>
/// <param name="ReadId">Its number at the server.</param>
/// <param name="Required">Index that the answer must include: everything acknowledged before the read began.</param>
/// <param name="Begun">When it began.</param>
/// <param name="LastEntry">The server's last entry when it began.</param>
internal sealed record PendingRead(long ReadId, long Required, long Begun, EntryId LastEntry);

/// <summary>
/// Writes, reads and orders given to the nodes, and the memory of what each was promised.
/// </summary>
internal sealed class SimulatedClients(SimulatedCluster cluster)
{
    /// <summary>Clients wait for answers: they do not pile up more than the cluster can work off soon after the faults end.</summary>
    private const int MostUncommitted = 50;

    private readonly SimulationRandom _random = new(cluster.Settings.Seed, 'C');
    private readonly Dictionary<SimulatedNode, Pending> _pending = [];
    private long _payloads;

    private ReadRules Reads => cluster.Checks.Reads;

    public void Begin()
    {
        if (cluster.Settings.Writes > 0)
        {
            cluster.After(1, new Load(this, cluster, s => s.Writes, WriteToLeaders));
        }

        if (cluster.Settings.Reads > 0)
        {
            cluster.After(1, new Load(this, cluster, s => s.Reads, ReadSomewhere));
        }
    }

    /// <summary>Proposes entries and sends them as one batch.</summary>
    public ProposeResult Propose(SimulatedNode node, int count = 1)
    {
        ProposeResult result = ProposeResult.NotLeader;
        node.Drive(
            (server, _) =>
            {
                for (int i = 0; i < count; i++)
                {
                    result = server.Propose(NewPayload(), out EntryId id);
                    if (result == ProposeResult.Accepted)
                    {
                        Accepted(node, id);
                    }
                }

                server.Replicate();
            },
            0);
        return result;
    }

    public ProposeResult AddMember(SimulatedNode node, int id) => Change(node, (RaftServer server, out EntryId entry) =>
        server.AddMember(id, $"n{id}", out entry));

    public ProposeResult RemoveMember(SimulatedNode node, int id) => Change(node, (RaftServer server, out EntryId entry) =>
        server.RemoveMember(id, out entry));

    /// <summary>Begins a read; false when the server refuses it at once.</summary>
    public bool Read(SimulatedNode node)
    {
        Pending pending = Of(node);
        bool accepted = false;
        if (cluster.Settings.LeaseReads != 0)
        {
            // What RaftOptions.LeaseReads asks of a host: the clock is looked at after the client's request came.
            node.PassTime();
        }

        node.Drive(
            (server, _) =>
            {
                PendingRead read = new(++pending.LastReadId, Reads.Acknowledged, cluster.Now, node.Log.Last);
                pending.Reads.Enqueue(read);
                accepted = server.RequestRead(read.ReadId);
                if (!accepted)
                {
                    pending.Forget(read);
                }

                if (cluster.Settings.LeaseReads != 0 && accepted && pending.Reads.All(r => r.ReadId < pending.LastReadId) && server.Role == RaftRole.Leader)
                {
                    cluster.Checks.Office.AnsweredByLease(node);
                }

                server.Replicate();
            },
            0);
        return accepted;
    }

    /// <summary>The reads that a server now releases, in order.</summary>
    public IReadOnlyList<PendingRead> Release(SimulatedNode node, long readId)
    {
        Pending pending = Of(node);
        List<PendingRead> released = [];
        while (pending.Reads.TryPeek(out PendingRead? read) && read.ReadId <= readId)
        {
            ReadRules.Releasing(node, read);
            released.Add(pending.Reads.Dequeue());
        }

        return released;
    }

    public void Answer(SimulatedNode node, IReadOnlyList<PendingRead> reads, long applied)
    {
        foreach (PendingRead read in reads)
        {
            Reads.Answering(node, read, applied);
            cluster.Trace?.Note(node.Id, $"answers a read with the state of {applied}");
        }
    }

    public void ReadsFailed(SimulatedNode node) => Of(node).Reads.Clear();

    public void Applied(SimulatedNode node, in LogEntry entry)
    {
        if (Of(node).Proposals.Remove(entry.Index, out EntryId id) && id == entry.Id)
        {
            Reads.Acknowledge(entry.Index);
        }
    }

    /// <summary>A snapshot replaced the state: what was proposed here and not applied has an unknown fate.</summary>
    public void Installed(SimulatedNode node) => Of(node).Proposals.Clear();

    public void StateChanged(SimulatedNode node, in RaftChange change)
    {
        if (cluster.Settings.EagerReads != 0 && change.Role == RaftRole.Leader)
        {
            cluster.After(0, new EagerRead(this, node));
        }
    }

    public void NodeDied(SimulatedNode node) => _pending.Remove(node);

    /// <summary>The longest that an accepted read waits now, in milliseconds.</summary>
    public long LongestWait(SimulatedNode node) => Of(node).Reads.TryPeek(out PendingRead? read) ? cluster.Now - read.Begun : 0;

    /// <summary>Whether reads that the node accepted are not answered.</summary>
    public bool HasReads(SimulatedNode node) => Of(node).Reads.Count > 0;

    /// <summary>Whether the node still waits for the fate of something it accepted.</summary>
    public bool HasProposals(SimulatedNode node) => Of(node).Proposals.Count > 0;

    private ProposeResult Change(SimulatedNode node, ChangeCall call)
    {
        ProposeResult result = ProposeResult.NotLeader;
        node.Drive(
            (server, _) =>
            {
                result = call(server, out EntryId id);
                if (result == ProposeResult.Accepted)
                {
                    Accepted(node, id);
                }

                server.Replicate();
            },
            0);
        return result;
    }

    private void Accepted(SimulatedNode node, EntryId id)
    {
        Rule.Holds(
            id == node.Log.Last && id.Term == node.Server!.Term && node.Server.Role == RaftRole.Leader,
            $"n{node.Id} accepts {id} as {node.Server!.Role} of term {node.Server.Term} with last entry {node.Log.Last}");
        Rule.Holds(!node.Server!.Status().IsTransferring, $"n{node.Id} accepts {id} while it hands leadership over");
        Of(node).Proposals[id.Index] = id;
    }

    private byte[] NewPayload()
    {
        byte[] payload = new byte[8 + _random.Between(0, 24)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, ++_payloads);
        return payload;
    }

    private Pending Of(SimulatedNode node)
    {
        if (!_pending.TryGetValue(node, out Pending? pending))
        {
            pending = new Pending();
            _pending.Add(node, pending);
        }

        return pending;
    }

    private void WriteToLeaders()
    {
        foreach (SimulatedNode node in cluster.Nodes)
        {
            if (node.Answers && node.Server is { Role: RaftRole.Leader, Cursors: LogCursors cursors } && cursors.Last - cursors.Committed < MostUncommitted)
            {
                Propose(node);
            }
        }
    }

    private void ReadSomewhere()
    {
        SimulatedNode? node = cluster.Find(_random.Between(1, cluster.Settings.Voters + cluster.Settings.Spares));
        if (node is { Answers: true })
        {
            Read(node);
        }
    }

    private delegate ProposeResult ChangeCall(RaftServer server, out EntryId id);

    private sealed class Pending
    {
        public Dictionary<long, EntryId> Proposals { get; } = [];

        public Queue<PendingRead> Reads { get; private set; } = new();

        public long LastReadId { get; set; }

        public void Forget(PendingRead read) => Reads = new Queue<PendingRead>(Reads.Where(r => r != read));
    }

    private sealed class Load(SimulatedClients clients, SimulatedCluster cluster, Func<SimulationSettings, int> rate, Action work) : Happening
    {
        public override void Happen()
        {
            int permille = rate(cluster.Settings);
            if (permille > 0)
            {
                work();
                cluster.After(clients._random.Between(1, 2000 / permille), this);
            }
        }
    }

    private sealed class EagerRead(SimulatedClients clients, SimulatedNode node) : Happening
    {
        public override void Happen() => clients.Read(node);
    }
}
