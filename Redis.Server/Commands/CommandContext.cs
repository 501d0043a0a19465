using System.Diagnostics.CodeAnalysis;
using Raft.Core;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol;
using Redis.Server.PubSub;
using Redis.Server.Scripting;
using Redis.Server.Security;
using Redis.Server.Tracking;

namespace Redis.Server.Commands;

/// <summary>What a data command may use besides its arguments: everything here is the same on every replica.</summary>
internal sealed class CommandContext
{
    private readonly DeterministicRandom _random = new();
    private Waiting? _waiting;
    private bool _isSeeded;
    private long _reads;

    /// <summary>The data.</summary>
    public required Keyspace.Keyspace Keyspace { get; init; }

    /// <summary>All commands.</summary>
    public required CommandTable Table { get; init; }

    /// <summary>Limits and thresholds of the data types.</summary>
    public DataOptions Options { get; set; } = new();

    /// <summary>What snapshots hold besides the keys. Complete before the first entry.</summary>
    public IList<ISnapshotPart> SnapshotParts => field ??= [new BlockedClientsPart(Keyspace.Blocked), Scripts.Cache, Scripts.Libraries, new DataOptionsPart(this)];

    /// <summary>Scripts and functions, and what runs them.</summary>
    public Scripts Scripts => field ??= new Scripts(this);

    /// <summary>What scripts of this entry or read may use.</summary>
    public ScriptLimits ScriptLimits { get; set; } = ScriptLimits.Default;

    /// <summary>Whether an entry is applied, not a read answered: only entries may change state, scripts included.</summary>
    public bool IsApplying { get; private set; }

    /// <summary>Where the reply goes.</summary>
    public RespWriter Reply { get; set; } = new();

    /// <summary>Where PUBLISH delivers to; empty on nodes that do not lead.</summary>
    public Channels Channels { get; } = new();

    /// <summary>Tells clients what they cache no longer holds.</summary>
    public Invalidations Invalidations => field ??= new Invalidations(Keyspace);

    /// <summary>Publishes what happens to keys; null while nobody wants to know.</summary>
    public KeyspaceNotifications? Notifications { get; set; }

    /// <summary>Cluster time in milliseconds since the Unix epoch: the time of the entry that is applied, or, for a read, of the last applied one.</summary>
    public long Now => Keyspace.Now;

    /// <summary>The entry that is applied; for a read the last applied one.</summary>
    public EntryId Entry { get; private set; }

    /// <summary>Whether the command runs inside MULTI or a script, where nothing blocks.</summary>
    public bool IsInTransaction { get; set; }

    /// <summary>Whether a read found what an entry with the same command would keep (<see cref="MayHaveFindings"/>).</summary>
    public bool HasFindings { get; set; }

    /// <summary>Whether an entry can be asked for: during a read on the leader.</summary>
    public bool MayHaveFindings => Keyspace.LeaderClock > 0;

    /// <summary>Whether the read that runs, or was run, is going to be run again, behind an entry.</summary>
    public bool IsRunAgain => Keyspace.LeaderClock > 0 && (Keyspace.MetDueKey || HasFindings);

    /// <summary>During a read the keys that its client watches; null where nobody could end the watch.</summary>
    public WatchSet? Watches { get; set; }

    /// <summary>
    /// The rights of whoever called, or null when they are not restricted. Known to commands that run others or look at keys
    /// which their arguments do not name (<see cref="Command.AsksForRights"/>).
    /// </summary>
    public AclRights? Caller { get; set; }

    /// <summary>Where refusals of <see cref="WhyCallerMayNot"/> are noted: the node that owes the reply has an ACL log for them.</summary>
    public IDenialWitness? Witness { get; set; }

    /// <summary>Whether a script of the command that runs has called one that reads: to client-side caching its keys are read then.</summary>
    public bool HasReadInScript { get; set; }

    /// <summary>Counts what scripts call; null where nobody does.</summary>
    public ICallMeter? CallMeter { get; set; }

    /// <summary>Sees what the script calls that runs; null while nobody wants to.</summary>
    public ICallWitness? CallWitness { get; set; }

    /// <summary>Rights that come with entries.</summary>
    public CallerRights CallerRights => field ??= new CallerRights(Table);

    /// <summary>Lets commands wait for keys, and ends their waits.</summary>
    public Waiting Waiting => _waiting ??= new Waiting(this);

    /// <summary>Random numbers, the same for this entry on every replica.</summary>
    public DeterministicRandom Random
    {
        get
        {
            if (!_isSeeded)
                _random.Seed(Entry.Term, Entry.Index);
            _isSeeded = true;
            return _random;
        }
    }

    /// <summary>Starts an entry: its commands see this time and this seed.</summary>
    public void BeginEntry(EntryId entry, long time)
    {
        Entry = entry;
        IsApplying = true;
        Keyspace.Now = time;
        _isSeeded = false;
        Waiting.BeginEntry();
    }

    /// <summary>Ends an entry: serves those who waited for what it made, and removes at most <paramref name="expiries"/> due keys.</summary>
    public void EndEntry(int expiries)
    {
        Waiting.EndEntry();
        Keyspace.ExpireDue(expiries);
        Keyspace.EndEntry();
    }

    /// <summary>Whether whoever called a script may run this command in it: null, or what the script is told.</summary>
    public string? WhyCallerMayNot(Command command, CommandArgs args)
    {
        if (Caller?.Check(command, args) is not { IsDenied: true } denial)
            return null;
        Witness?.Denied(denial.Reason, denial.Object(command, args));
        return denial.ReplyInScript();
    }

    /// <summary>
    /// Starts a read on the state that entry <paramref name="at"/> left. Reads are not repeated on other nodes, so each has
    /// a seed of its own.
    /// </summary>
    public void BeginRead(EntryId at, long time)
    {
        Entry = at;
        IsApplying = false;
        Keyspace.Now = time;
        _random.Seed(Entry.Term, long.MinValue + _reads++);
        _isSeeded = true;
    }

    /// <summary>
    /// The list, hash, … at <paramref name="key"/> for reading, null when absent. False after a WRONGTYPE reply.
    /// </summary>
    public bool TryRead<T>(ReadOnlySpan<byte> key, out T? value)
        where T : RedisObject
    {
        RedisValue found = Keyspace.Find(key);
        value = found.Object as T;
        return value != null || IsAbsent(found);
    }

    /// <summary>As <see cref="TryRead{T}"/>, for changing the value in place.</summary>
    public bool TryWrite<T>(ReadOnlySpan<byte> key, out T? value)
        where T : RedisObject
    {
        RedisValue found = Keyspace.FindForWrite(key);
        value = found.Object as T;
        return value != null || IsAbsent(found);
    }

    /// <summary>The string at <paramref name="key"/> for reading, none when absent. False after a WRONGTYPE reply.</summary>
    public bool TryReadString(ReadOnlySpan<byte> key, out RedisValue value)
    {
        value = Keyspace.Find(key);
        return value.IsString || IsAbsent(value);
    }

    /// <summary>As <see cref="TryReadString"/>, for changing; <paramref name="entry"/> is for <see cref="Keyspace.Keyspace.Store"/>.</summary>
    public bool TryWriteString(ReadOnlySpan<byte> key, out RedisValue value, out int entry)
    {
        value = Keyspace.FindForWrite(key, out entry);
        return value.IsString || IsAbsent(value);
    }

    /// <summary>An argument that must be an integer. False after an error reply.</summary>
    public bool TryInteger(ReadOnlySpan<byte> argument, out long value)
    {
        if (Numbers.TryParseInteger(argument, out value))
            return true;
        Reply.Error(Errors.NotInteger);
        return false;
    }

    /// <summary>An argument that must be an integer within bounds. False after an error reply, Redis's own or <paramref name="error"/>.</summary>
    public bool TryInteger(ReadOnlySpan<byte> argument, long min, long max, out long value, ReadOnlySpan<byte> error = default)
    {
        if (Numbers.TryParseInteger(argument, out value) && value >= min && value <= max)
            return true;
        Reply.Error(error.IsEmpty ? Errors.NotInteger : error);
        return false;
    }

    /// <summary>An argument that must be a double (infinities allowed). False after an error reply.</summary>
    public bool TryDouble(ReadOnlySpan<byte> argument, out double value)
    {
        if (Numbers.TryParseDouble(argument, out value))
            return true;
        Reply.Error(Errors.NotFloat);
        return false;
    }

    private bool IsAbsent(in RedisValue found)
    {
        if (found.IsNone)
            return true;
        Reply.Error(Errors.WrongType);
        return false;
    }
}
