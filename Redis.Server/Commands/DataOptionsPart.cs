using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Commands;

/// <summary>The data options that entries have set.</summary>
internal sealed class DataOptionsPart(CommandContext context) : ISnapshotPart
{
    private const string Field = "raft-data-options";

    public void Save(RdbExtras extras) => extras.Add(Field, DataOptionsCodec.Encode(context.Options));

    public void Restore(RdbExtras extras) =>
        context.Options = extras.Find(Field) is { } bytes ? DataOptionsCodec.Decode(bytes) : new DataOptions();
}
