using System.Buffers.Binary;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// The bytes of a snapshot: the state as of an entry, and filling that differs at every place of every snapshot, so that
/// two snapshots mixed are noticed.
/// </summary>
internal static class SnapshotImage
{
    /// <param name="id">The last entry covered.</param>
    /// <param name="digest">The state.</param>
    /// <param name="variant">Two nodes may write the same state as different bytes.</param>
    public static byte[] Encode(EntryId id, ulong digest, int variant)
    {
        byte[] bytes = new byte[200 + (int)(((id.Index * 37) + (variant * 11)) % 300)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, digest);
        for (int i = 8; i + 8 <= bytes.Length; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i), SimulationRandom.Mix(digest + (ulong)(i + (variant << 16))));
        }

        return bytes;
    }

    public static SnapshotId Name(EntryId id, ReadOnlySpan<byte> bytes)
    {
        ulong checksum = 0;
        foreach (byte value in bytes)
        {
            checksum = (checksum * 1_000_003) + value;
        }

        return new SnapshotId(id, bytes.Length, SimulationRandom.Mix(checksum));
    }

    public static ulong Digest(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>The state after one more entry.</summary>
    public static ulong Next(ulong digest, in LogEntry entry)
    {
        ulong payload = (ulong)entry.Type;
        foreach (byte value in entry.Payload.Span)
        {
            payload = (payload * 257) + value;
        }

        return SimulationRandom.Mix(digest + SimulationRandom.Mix((ulong)entry.Index + SimulationRandom.Mix((ulong)entry.Term + SimulationRandom.Mix((ulong)entry.Time + payload))));
    }
}
