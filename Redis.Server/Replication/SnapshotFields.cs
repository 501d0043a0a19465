using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Replication;

/// <summary>What a snapshot file tells Raft besides the data: it stands in the RDB file's auxiliary fields, which Redis ignores.</summary>
/// <param name="Last">The last entry that the snapshot covers.</param>
/// <param name="Time">Its time: cluster time as of the snapshot.</param>
/// <param name="ClusterId">The cluster's 32 characters.</param>
/// <param name="Configuration">The members as of the snapshot, and all node ids ever used.</param>
internal sealed record SnapshotFields(EntryId Last, long Time, string ClusterId, ClusterConfiguration Configuration)
{
    private const string LastIndex = "raft-last-index";
    private const string LastTerm = "raft-last-term";
    private const string LastTime = "raft-time";
    private const string Cluster = "raft-cluster-id";
    private const string Members = "raft-configuration";

    public void AddTo(RdbExtras extras)
    {
        extras.Add(LastIndex, Text(Last.Index));
        extras.Add(LastTerm, Text(Last.Term));
        extras.Add(LastTime, Text(Time));
        extras.Add(Cluster, Encoding.ASCII.GetBytes(ClusterId));
        extras.Add(Members, Configuration.Encode());
    }

    /// <summary>The fields of a file, or null when it is not one of ours (then it is a plain Redis file).</summary>
    /// <exception cref="FormatException">The fields contradict their format, or one is missing.</exception>
    public static SnapshotFields? Read(RdbExtras extras) => extras.Find(LastIndex) is null ? null : new SnapshotFields(
        new EntryId(Number(extras, LastTerm), Number(extras, LastIndex)),
        Number(extras, LastTime),
        Encoding.ASCII.GetString(Value(extras, Cluster)),
        ClusterConfiguration.Decode(Value(extras, Members)));

    private static byte[] Value(RdbExtras extras, string name) =>
        extras.Find(name) ?? throw new FormatException($"the field {name} is missing");

    private static byte[] Text(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static long Number(RdbExtras extras, string name) => long.Parse(Value(extras, name), CultureInfo.InvariantCulture);
}
