using System.Diagnostics;

namespace Redis.Server.Security;

/// <summary>Where a command was refused.</summary>
internal enum AclContext
{
    TopLevel,
    Multi,
    Lua,
}

/// <summary>One line of ACL LOG.</summary>
internal sealed record AclLogEntry(AclReason Reason, AclContext Context, string Object, string User, string Client)
{
    public long Count { get; set; } = 1;

    public long At { get; set; } = Stopwatch.GetTimestamp();

    public TimeSpan Age => Stopwatch.GetElapsedTime(At);

    /// <summary>Whether both tell of the same: it is counted then, not repeated.</summary>
    public bool IsLike(AclLogEntry other) =>
        Reason == other.Reason && Context == other.Context && Object == other.Object && User == other.User
        && Stopwatch.GetElapsedTime(At, other.At) <= AclLog.Together;
}

/// <summary>ACL LOG: what was refused on this node, latest first. Any thread.</summary>
internal sealed class AclLog(Func<long> maxLength)
{
    /// <summary>Like refusals within this time are one entry.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromSeconds(60);

    private const int LookedAt = 10;

    private readonly LinkedList<AclLogEntry> _entries = new();

    public void Add(AclLogEntry entry)
    {
        lock (_entries)
        {
            LinkedListNode<AclLogEntry>? like = _entries.First;
            for (int i = 0; like is not null && !like.Value.IsLike(entry); i++)
            {
                like = i + 1 < LookedAt ? like.Next : null;
            }

            if (like is not null)
            {
                entry.Count = like.Value.Count + 1;
                _entries.Remove(like);
            }

            _entries.AddFirst(entry);
            while (_entries.Count > maxLength())
            {
                _entries.RemoveLast();
            }
        }
    }

    public IReadOnlyList<AclLogEntry> Latest(long count)
    {
        lock (_entries)
        {
            return [.. _entries.Take((int)Math.Min(count, int.MaxValue))];
        }
    }

    public void Clear()
    {
        lock (_entries)
        {
            _entries.Clear();
        }
    }
}
