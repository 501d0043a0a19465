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
    private volatile bool _expiresActively = true;

    /// <summary>DEBUG SET-ACTIVE-EXPIRE.</summary>
    public bool ExpiresActively
    {
        get => _expiresActively;
        set
        {
            _expiresActively = value;
            Offer();
        }
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
        return new DataOptions
        {
            ProtoMaxBulkLen = options.ProtoMaxBulkLength,
            ListMaxListpackSize = data.ListMaxListpackSize,
            HashMaxListpackEntries = Clamp(data.HashMaxListpackEntries),
            HashMaxListpackValue = Clamp(data.HashMaxListpackValue),
            SetMaxIntsetEntries = Clamp(data.SetMaxIntsetEntries),
            ZsetMaxListpackEntries = Clamp(data.ZsetMaxListpackEntries),
            ZsetMaxListpackValue = Clamp(data.ZsetMaxListpackValue),
            HllSparseMaxBytes = Clamp(data.HllSparseMaxBytes),
            ExpiresActively = _expiresActively,
        };
    }

    private static int Clamp(long value) => (int)Math.Min(value, int.MaxValue);
}
