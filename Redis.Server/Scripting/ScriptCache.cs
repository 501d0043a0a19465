using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Scripting;

/// <summary>A script that EVALSHA finds.</summary>
internal sealed class CachedScript(string sha, byte[] body, ScriptHeader header)
{
    public string Sha => sha;

    public byte[] Body => body;

    public ScriptHeader Header => header;

    /// <summary>The compiled function, once it was needed.</summary>
    public int? Compiled { get; set; }
}

/// <summary>
/// The scripts by their SHA-1: part of the state, the same on every replica, as only entries fill and empty it. The
/// application changes it; other threads may look up.
/// </summary>
/// <param name="release">Lets go of a compiled script.</param>
internal sealed class ScriptCache(Action<int> release) : ISnapshotPart
{
    /// <summary>Digits of a name.</summary>
    public const int NameLength = 40;

    private const string Field = "raft-script";

    // The name as a string, the script's object, the table's node.
    private const int EntryBytes = 240;

    private readonly ConcurrentDictionary<string, CachedScript> _scripts = new();
    private long _textBytes;
    private CachedScript? _last;

    /// <summary>Any thread.</summary>
    public int Count => _scripts.Count;

    /// <summary>Bytes of the scripts' texts and of what is kept with each. Any thread.</summary>
    public long Bytes => Volatile.Read(ref _textBytes) + (long)Count * EntryBytes;

    /// <summary>The name of a script: 40 hexadecimal digits.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1.")]
    public static string NameOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA1.HashData(body));

    /// <summary>The script of this name in any case, or null. Any thread.</summary>
    public CachedScript? Find(ReadOnlySpan<byte> sha)
    {
        if (sha.Length != NameLength)
            return null;
        Span<char> name = stackalloc char[NameLength];
        for (int i = 0; i < NameLength; i++)
            name[i] = char.ToLowerInvariant((char)sha[i]);
        return _scripts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out CachedScript? script) ? script : null;
    }

    /// <summary>The script of this name, or null. Any thread.</summary>
    public CachedScript? Find(string sha) => _scripts.GetValueOrDefault(sha);

    /// <summary>The script with this text, or null: the same one is often called again, and its SHA-1 costs more than the comparison. Application's turn only.</summary>
    public CachedScript? FindText(ReadOnlySpan<byte> body)
    {
        if (_last is null || !body.SequenceEqual(_last.Body))
            _last = Find(NameOf(body));
        return _last;
    }

    public void Add(CachedScript script)
    {
        if (_scripts.TryAdd(script.Sha, script))
            Volatile.Write(ref _textBytes, _textBytes + script.Body.Length);
    }

    public void Clear()
    {
        foreach (CachedScript script in _scripts.Values)
        {
            if (script.Compiled is { } compiled)
                release(compiled);
        }

        _scripts.Clear();
        _last = null;
        Volatile.Write(ref _textBytes, 0);
    }

    public void Save(RdbExtras extras)
    {
        foreach (CachedScript script in _scripts.Values)
            extras.Add(Field, script.Body);
    }

    public void Restore(RdbExtras extras)
    {
        Clear();
        foreach ((byte[] name, byte[] body) in extras)
        {
            if (!name.AsSpan().SequenceEqual("raft-script"u8))
                continue;
            if (!ScriptHeader.TryRead(body, out ScriptHeader header, out string error))
                throw new FormatException(error);
            Add(new CachedScript(NameOf(body), body, header));
        }
    }
}
