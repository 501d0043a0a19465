using Redis.Server.Keyspace;

namespace Redis.Server.Commands;

/// <summary>Finds hashes. A hash whose fields are all due is absent to readers; a writer removes the due fields first.</summary>
internal static class HashAccess
{
    /// <summary>The hash at <paramref name="key"/> for reading, null when absent. False after a WRONGTYPE reply.</summary>
    public static bool TryRead(CommandContext context, ReadOnlySpan<byte> key, out HashValue? hash)
    {
        if (!context.TryRead(key, out hash))
            return false;
        if (hash?.Expiry != null && hash.CountAt(context.Now) == 0)
            hash = null;
        return true;
    }

    /// <summary>As <see cref="TryRead"/>, for changing it in place.</summary>
    public static bool TryWrite(CommandContext context, ReadOnlySpan<byte> key, out HashValue? hash)
    {
        if (!context.TryWrite(key, out hash))
            return false;
        if (hash?.Expiry == null || hash.RemoveDue(context.Now, int.MaxValue) == 0)
            return true;
        Removed(context, key, hash, "hexpired"u8);
        if (hash.Count == 0)
            hash = null;
        return true;
    }

    /// <summary>After fields changed: says so, and has the keyspace watch their expiry.</summary>
    public static void Changed(CommandContext context, ReadOnlySpan<byte> key, HashValue hash, ReadOnlySpan<byte> name)
    {
        context.Keyspace.WatchFields(key, hash);
        context.Keyspace.Modified(key, EventClass.Hash, name);
    }

    /// <summary>As <see cref="TryWrite"/>; an absent hash is created. False after a WRONGTYPE reply.</summary>
    public static bool TryWriteOrCreate(CommandContext context, ReadOnlySpan<byte> key, out HashValue hash)
    {
        hash = null!;
        if (!TryWrite(context, key, out HashValue? found))
            return false;
        hash = found ?? new HashValue();
        if (found == null)
            context.Keyspace.Set(key, new RedisValue(hash));
        return true;
    }

    /// <summary>After fields went: says so, and removes the key when none are left.</summary>
    public static void Removed(CommandContext context, ReadOnlySpan<byte> key, HashValue hash, ReadOnlySpan<byte> name)
    {
        Changed(context, key, hash, name);
        if (hash.Count > 0)
            return;
        context.Keyspace.Remove(key);
        context.Keyspace.Notify(EventClass.Generic, "del"u8, key);
    }
}
