using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>A large sorted set: a table from member to score, and the order in a tree. Both share the members' bytes.</summary>
internal sealed class SortedSetTable
{
    private readonly Dict<double> _scores;
    private readonly ScoreTree _order = new();
    private long _memberBytes;

    public SortedSetTable()
        : this(new Dict<double>())
    {
    }

    private SortedSetTable(Dict<double> scores) => _scores = scores;

    public int Count => _scores.Count;

    public long MemoryBytes => 40 + _scores.TableBytes + _order.MemoryBytes + _memberBytes;

    public ScoreTree Order => _order;

    /// <summary>The members in the table's own order.</summary>
    public Dict<double> Members => _scores;

    /// <summary>Length of the longest member; looks at all of them.</summary>
    public int LongestMember
    {
        get
        {
            int longest = 0;
            for (int index = 0; index < _scores.Count; index++)
                longest = Math.Max(longest, _scores.KeyAt(index).Length);
            return longest;
        }
    }

    /// <summary>The members and scores as they are now, for reading by number; without the order.</summary>
    public SortedSetTable Freeze() => new(_scores.Freeze());

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score)
    {
        ref double found = ref _scores.Find(member);
        bool exists = !Unsafe.IsNullRef(ref found);
        score = exists ? found : 0;
        return exists;
    }

    /// <summary>Adds a member or gives it another score; true when it is new.</summary>
    public bool Set(ReadOnlySpan<byte> member, double score)
    {
        int index = _scores.GetOrAddIndex(member, out bool existed);
        byte[] key = _scores.KeyArrayAt(index);
        ref double current = ref _scores.ValueAt(index);
        if (existed)
        {
            if (current.Equals(score))
                return false;
            _order.Remove(current, member);
        }
        else
        {
            _memberBytes += HeapSize.Array(key.Length);
        }
        current = score;
        _order.Add(score, key);
        return !existed;
    }

    public bool Remove(ReadOnlySpan<byte> member)
    {
        int index = _scores.IndexOf(member);
        if (index < 0)
            return false;
        _order.Remove(_scores.ValueAt(index), member);
        Forget(index);
        return true;
    }

    public void RemoveRange(RankRange range)
    {
        ScoreTreeCursor at = _order.Seek(range.First);
        for (int left = range.Count; left > 0; left--)
        {
            Forget(_scores.IndexOf(at.Member));
            at.MoveNext();
        }
        _order.RemoveRange(range.First, range.Count);
    }

    private void Forget(int index)
    {
        _memberBytes -= HeapSize.Array(_scores.KeyAt(index).Length);
        _scores.RemoveAt(index);
    }
}
