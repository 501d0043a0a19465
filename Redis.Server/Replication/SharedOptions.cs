using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Replication;

/// <summary>
/// Options that decide data hold for the whole group: those of whoever leads, from the entry on by which it says so. A new
/// leader with another configuration says so, too.
/// </summary>
internal sealed class SharedOptions(ServerOptions options, CommandContext context, Consensus consensus)
{
    private DataOptions? _proposed;
    private volatile DataOptions _debugged = new();

    /// <summary>What DEBUG sets, where redis.conf has no option. Holds as long as this node leads.</summary>
    public void Debug(Func<DataOptions, DataOptions> change)
    {
        _debugged = change(_debugged);
        Offer();
    }

    /// <summary>On the leader: proposes this node's options where the group has others. Any thread.</summary>
    public void Offer()
    {
        if (consensus.State.Role != RaftRole.Leader)
        {
            return;
        }

        DataOptions wanted = Wanted();
        if (wanted == (Volatile.Read(ref _proposed) ?? context.Options))
        {
            return;
        }

        Volatile.Write(ref _proposed, wanted);
        byte[] payload = [EntryPayload.Options, .. DataOptionsCodec.Encode(wanted)];
        if (!consensus.ProposePayload(payload, _ => Forget(wanted)))
        {
            Forget(wanted);
        }
    }

    private void Forget(DataOptions proposed) => Interlocked.CompareExchange(ref _proposed, null, proposed);

    private DataOptions Wanted()
    {
        DataSection data = options.Data;
        return _debugged with
        {
            ProtoMaxBulkLen = options.ProtoMaxBulkLength,
            ListMaxListpackSize = data.ListMaxListpackSize,
            HashMaxListpackEntries = Clamp(data.HashMaxListpackEntries),
            HashMaxListpackValue = Clamp(data.HashMaxListpackValue),
            SetMaxIntsetEntries = Clamp(data.SetMaxIntsetEntries),
            ZsetMaxListpackEntries = Clamp(data.ZsetMaxListpackEntries),
            ZsetMaxListpackValue = Clamp(data.ZsetMaxListpackValue),
            HllSparseMaxBytes = Clamp(data.HllSparseMaxBytes),
        };
    }

    private static int Clamp(long value) => (int)Math.Min(value, int.MaxValue);
}
