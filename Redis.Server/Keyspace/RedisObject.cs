namespace Redis.Server.Keyspace;

/// <summary>
/// A value that is not a string: list, hash, set, sorted set. Changed in place, and only after
/// <see cref="Keyspace.FindForWrite(ReadOnlySpan{byte})"/> gave it for writing.
/// </summary>
internal abstract class RedisObject
{
    /// <summary>What TYPE says.</summary>
    public abstract RedisType Type { get; }

    /// <summary>What OBJECT ENCODING says.</summary>
    public abstract string Encoding { get; }

    /// <summary>Number of elements, fields or members. A value that becomes empty is removed by the command that emptied it.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// An honest estimate of the bytes this value takes on the heap; must be cheap (kept up to date, not counted anew).
    /// </summary>
    public abstract long MemoryBytes { get; }

    /// <summary>When the first part of the value expires (fields of hashes do); long.MaxValue when none will.</summary>
    public virtual long EarliestExpiry => long.MaxValue;

    /// <summary>Whether readers find nothing any more at <paramref name="now"/>: all parts are due.</summary>
    public virtual bool IsGoneAt(long now) => false;

    /// <summary>What the keyspace's memory account holds for this value.</summary>
    public long AccountedBytes { get; set; }

    /// <summary>A deep copy (COPY).</summary>
    public abstract RedisObject Clone();

    /// <summary>
    /// A copy for a snapshot to read, made in a short time however large the value is: large parts are shared, and this value
    /// copies them before it changes them.
    /// </summary>
    public abstract RedisObject Freeze();

    /// <summary>
    /// Adds the contents to <paramref name="digest"/>, independent of encoding, and of order where the type has none:
    /// two values that answer all commands alike have the same digest.
    /// </summary>
    public abstract void AddTo(ref Digest digest);
}
