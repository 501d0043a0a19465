using System.Buffers.Binary;
using System.Text;

namespace Raft.Core;

/// <summary>One member of the cluster.</summary>
/// <param name="Id">Node id, 1 to 2^31-1; never used again once removed.</param>
/// <param name="IsVoter">Whether it votes and counts for commitment.</param>
/// <param name="Address">Where to reach it; means something to the transport only.</param>
/// <param name="StoreId">
/// The <see cref="RaftRestart.StoreId"/> the member had when it was promoted to voter, 0 before. A voter whose disk was
/// wiped has another: it neither votes nor counts until it is removed and added under a new id.
/// </param>
public sealed record Member(int Id, bool IsVoter, string Address, long StoreId = 0);

/// <summary>The members of the cluster and every node id ever used. Immutable; the payload of a configuration entry.</summary>
public sealed class ClusterConfiguration
{
    private const byte FormatVersion = 1;

    /// <summary>Id, voter flag, store id and address length.</summary>
    private const int MinimumMemberSize = 4 + 1 + 8 + 4;

    private readonly Member[] _members;
    private readonly int[] _usedIds;

    private ClusterConfiguration(Member[] members, int[] usedIds)
    {
        _members = members;
        _usedIds = usedIds;
    }

    /// <summary>No members: what a server knows before it joins.</summary>
    public static ClusterConfiguration Empty { get; } = new([], []);

    /// <summary>The members, ordered by id.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Every id that is or was a member, ascending.</summary>
    public IReadOnlyList<int> UsedIds => _usedIds;

    /// <summary>The member with this id, or null.</summary>
    public Member? Find(int id)
    {
        foreach (Member member in _members)
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>This configuration with one member added, or changed when its id is present.</summary>
    public ClusterConfiguration With(Member member) => new(
        [.. _members.Where(m => m.Id != member.Id).Append(member).OrderBy(m => m.Id)],
        [.. _usedIds.Append(member.Id).Distinct().Order()]);

    /// <summary>This configuration without one member; its id stays used.</summary>
    public ClusterConfiguration Without(int id) => new([.. _members.Where(m => m.Id != id)], _usedIds);

    /// <summary>The bytes of a configuration entry.</summary>
    public byte[] Encode()
    {
        int length = 1 + 4 + 4 + (4 * _usedIds.Length) + _members.Sum(m => MinimumMemberSize + Encoding.UTF8.GetByteCount(m.Address));
        byte[] bytes = new byte[length];
        bytes[0] = FormatVersion;
        Span<byte> rest = bytes.AsSpan(1);
        rest = PutInt(rest, _usedIds.Length);
        foreach (int id in _usedIds)
        {
            rest = PutInt(rest, id);
        }

        rest = PutInt(rest, _members.Length);
        foreach (Member member in _members)
        {
            rest = PutInt(rest, member.Id);
            rest[0] = member.IsVoter ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteInt64LittleEndian(rest[1..], member.StoreId);
            int count = Encoding.UTF8.GetBytes(member.Address, rest[13..]);
            PutInt(rest[9..], count);
            rest = rest[(13 + count)..];
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not a configuration of a known format.</exception>
    public static ClusterConfiguration Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes[0] != FormatVersion)
        {
            throw new FormatException("Not a cluster configuration, or one of a newer format.");
        }

        bytes = bytes[1..];
        int[] usedIds = new int[TakeCount(ref bytes, 4)];
        for (int i = 0; i < usedIds.Length; i++)
        {
            usedIds[i] = TakeInt(ref bytes);
        }

        Member[] members = new Member[TakeCount(ref bytes, MinimumMemberSize)];
        for (int i = 0; i < members.Length; i++)
        {
            int id = TakeInt(ref bytes);
            bool isVoter = Take(ref bytes, 1)[0] != 0;
            long storeId = BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, 8));
            string address = Encoding.UTF8.GetString(Take(ref bytes, TakeInt(ref bytes)));
            members[i] = new Member(id, isVoter, address, storeId);
        }

        return new ClusterConfiguration(members, usedIds);
    }

    private static Span<byte> PutInt(Span<byte> bytes, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes[4..];
    }

    private static int TakeCount(ref ReadOnlySpan<byte> bytes, int minimumSize)
    {
        int count = TakeInt(ref bytes);
        return count >= 0 && count <= bytes.Length / minimumSize
            ? count
            : throw new FormatException("A cluster configuration with an impossible count.");
    }

    private static int TakeInt(ref ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadInt32LittleEndian(Take(ref bytes, 4));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count < 0 || bytes.Length < count)
        {
            throw new FormatException("A cluster configuration that ends too early.");
        }

        ReadOnlySpan<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
