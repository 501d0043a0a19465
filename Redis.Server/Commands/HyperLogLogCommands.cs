using System.Globalization;
using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Counting distinct elements: https://redis.io/docs/latest/commands/?group=hyperloglog</summary>
/// <remarks>PFCOUNT of one key stores the estimate in the value, as in Redis. It is a read, so that is left to an entry, which the leader asks for
/// when there is none stored. On a follower it stores nothing.</remarks>
internal static class HyperLogLogCommands
{
    private static ReadOnlySpan<byte> NotHyperLogLog => "WRONGTYPE Key is not a valid HyperLogLog string value."u8;

    private static ReadOnlySpan<byte> Corrupted => "INVALIDOBJ Corrupted HLL object detected"u8;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("pfadd", -2, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.HyperLogLog, PfAdd,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("pfcount", -2, CommandFlags.ReadOnly | CommandFlags.MayReplicate, AclCategories.HyperLogLog, PfCount,
            Keys.Range(1, -1, KeyFlags.ReadWrite | KeyFlags.Access)),
        new("pfmerge", -2, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.HyperLogLog, PfMerge,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Insert), Keys.Range(2, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("pfdebug", 3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Admin, AclCategories.HyperLogLog, PfDebug,
            Keys.At(2, KeyFlags.ReadWrite | KeyFlags.Access)),
        new("pfselftest", 1, CommandFlags.Admin, AclCategories.HyperLogLog, PfSelfTest),
    ];

    public static void PfAdd(CommandContext context, CommandArgs args)
    {
        if (!TryWrite(context, args[1], out RedisValue value, out int entry))
            return;
        bool isNew = value.IsNone;
        HyperLogLogEditor editor = new(isNew ? HyperLogLog.Create() : context.Keyspace.BufferForChange(value, 0, value.Length)[..value.Length], context.Options.HllSparseMaxBytes);
        bool isRaised = isNew;
        bool isDamaged = false;
        for (int i = 2; i < args.Count && !isDamaged; i++)
        {
            (int register, byte count) = HllHash.Locate(args[i]);
            HllChange change = editor.Raise(register, count);
            isRaised |= change == HllChange.Raised;
            isDamaged = change == HllChange.Damaged;
        }

        if (isRaised && !isDamaged)
            HyperLogLog.Invalidate(editor.Value);
        if (isRaised)
            Store(context, args[1], entry, editor);
        if (isDamaged)
        {
            context.Reply.Error(Corrupted);
            return;
        }

        if (isRaised)
            context.Keyspace.Modified(args[1], EventClass.String, "pfadd"u8);
        context.Reply.Integer(isRaised);
    }

    public static void PfCount(CommandContext context, CommandArgs args)
    {
        if (args.Count > 2)
        {
            Span<byte> maxima = stackalloc byte[HyperLogLog.Registers];
            maxima.Clear();
            if (TryMerge(context, args, maxima, out _))
                context.Reply.Integer((long)HyperLogLog.Count(maxima));
            return;
        }

        if (!TryRead(context, args[1], out ReadOnlySpan<byte> value))
            return;
        if (value.IsEmpty)
        {
            context.Reply.Integer(0);
            return;
        }

        if (!HyperLogLog.TryGetCached(value, out ulong cardinality))
        {
            if (!HyperLogLog.TryCount(value, out cardinality))
            {
                context.Reply.Error(Corrupted);
                return;
            }

            context.HasFindings = context.MayHaveFindings;
            if (context.IsApplying)
                StoreEstimate(context, args[1], cardinality);
        }

        context.Reply.Integer((long)cardinality);
    }

    private static void StoreEstimate(CommandContext context, ReadOnlySpan<byte> key, ulong cardinality)
    {
        if (!TryWrite(context, key, out RedisValue value, out int entry))
            return;
        byte[] bytes = value.Buffer[..value.Length].ToArray();
        HyperLogLog.Cache(bytes, cardinality);
        context.Keyspace.Store(entry, RedisValue.FromBuffer(bytes, bytes.Length));
        context.Keyspace.Modified(key);
    }

    public static void PfMerge(CommandContext context, CommandArgs args)
    {
        Span<byte> maxima = stackalloc byte[HyperLogLog.Registers];
        maxima.Clear();
        if (!TryMerge(context, args, maxima, out bool anyDense) || !TryWrite(context, args[1], out RedisValue value, out int entry))
            return;
        HyperLogLogEditor editor = new(value.IsNone ? HyperLogLog.Create() : context.Keyspace.BufferForChange(value, 0, value.Length)[..value.Length], context.Options.HllSparseMaxBytes);
        if (anyDense && !editor.TryMakeDense())
        {
            context.Reply.Error(Corrupted);
            return;
        }

        for (int i = 0; i < maxima.Length; i++)
        {
            if (maxima[i] != 0)
                editor.Raise(i, maxima[i]);
        }

        HyperLogLog.Invalidate(editor.Value);
        Store(context, args[1], entry, editor);
        context.Keyspace.Modified(args[1], EventClass.String, "pfadd"u8);
        context.Reply.Ok();
    }

    public static void PfDebug(CommandContext context, CommandArgs args)
    {
        if (!TryWrite(context, args[2], out RedisValue value, out int entry, "ERR The specified key does not exist"u8) || value.IsNone)
            return;
        ReadOnlySpan<byte> what = args[1];
        Span<byte> bytes = value.Buffer[..value.Length];
        if (Ascii.EqualsIgnoreCase(what, "getreg"u8))
        {
            if (TryStoreDense(context, args[2], entry, ref bytes, out _))
                ReplyRegisters(context.Reply, bytes[HyperLogLog.HeaderLength..]);
        }
        else if (Ascii.EqualsIgnoreCase(what, "decode"u8))
        {
            if (HyperLogLog.IsSparse(bytes))
                context.Reply.BulkString(Describe(bytes[HyperLogLog.HeaderLength..]));
            else
                context.Reply.Error("ERR HLL encoding is not sparse"u8);
        }
        else if (Ascii.EqualsIgnoreCase(what, "encoding"u8))
        {
            context.Reply.SimpleString(HyperLogLog.IsSparse(bytes) ? "sparse"u8 : "dense"u8);
        }
        else if (Ascii.EqualsIgnoreCase(what, "todense"u8))
        {
            if (TryStoreDense(context, args[2], entry, ref bytes, out bool isConverted))
                context.Reply.Integer(isConverted);
        }
        else
        {
            context.Reply.Error("ERR Unknown PFDEBUG subcommand '"u8, what, "'"u8);
        }
    }

    /// <summary>Redis tests its own registers and estimates here; ours are tested where the rest is.</summary>
    public static void PfSelfTest(CommandContext context, CommandArgs args) => context.Reply.Ok();

    private static bool TryStoreDense(CommandContext context, ReadOnlySpan<byte> key, int entry, ref Span<byte> bytes, out bool isConverted)
    {
        isConverted = HyperLogLog.IsSparse(bytes);
        if (!isConverted)
            return true;
        byte[]? dense = HyperLogLog.ToDense(bytes);
        if (dense == null)
        {
            context.Reply.Error(Corrupted);
            return false;
        }

        context.Keyspace.Store(entry, RedisValue.FromBuffer(dense, dense.Length));
        bytes = dense;
        return true;
    }

    private static void ReplyRegisters(RespWriter reply, ReadOnlySpan<byte> registers)
    {
        reply.ArrayHeader(HyperLogLog.Registers);
        for (int i = 0; i < HyperLogLog.Registers; i++)
            reply.Integer(HllDense.Get(registers, i));
    }

    private static string Describe(ReadOnlySpan<byte> runs)
    {
        StringBuilder text = new();
        foreach (HllSparse.Run run in new HllSparse.Runs(runs))
        {
            string kind = run.Value != 0
                ? string.Create(CultureInfo.InvariantCulture, $"v:{run.Value},{run.Length} ")
                : string.Create(CultureInfo.InvariantCulture, $"{(run.Size == 1 ? 'z' : 'Z')}:{run.Length} ");
            text.Append(kind);
        }

        return text.ToString().TrimEnd(' ');
    }

    /// <summary>Raises <paramref name="maxima"/> to every register of every key named. False after an error reply.</summary>
    private static bool TryMerge(CommandContext context, CommandArgs args, Span<byte> maxima, out bool anyDense)
    {
        anyDense = false;
        for (int i = 1; i < args.Count; i++)
        {
            if (!TryRead(context, args[i], out ReadOnlySpan<byte> value))
                return false;
            if (value.IsEmpty)
                continue;
            anyDense |= !HyperLogLog.IsSparse(value);
            if (HyperLogLog.TryMergeInto(value, maxima))
                continue;
            context.Reply.Error(Corrupted);
            return false;
        }

        return true;
    }

    /// <summary>The bytes at a key, empty when absent. False after an error reply.</summary>
    private static bool TryRead(CommandContext context, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (!context.TryReadString(key, out RedisValue value))
            return false;
        if (value.IsNone)
            return true;
        // An integer has no buffer and is no HyperLogLog.
        bytes = value.IsInteger ? default : value.Buffer[..value.Length];
        return IsValid(context, bytes);
    }

    /// <summary>The value at a key for changing, none when absent (after an error reply if there is an <paramref name="absent"/>).</summary>
    private static bool TryWrite(
        CommandContext context, ReadOnlySpan<byte> key, out RedisValue value, out int entry, ReadOnlySpan<byte> absent = default)
    {
        if (!context.TryWriteString(key, out value, out entry))
            return false;
        if (value.IsNone)
        {
            if (!absent.IsEmpty)
                context.Reply.Error(absent);
            return true;
        }

        if (!IsValid(context, value.IsInteger ? default : value.Buffer[..value.Length]))
            return false;
        // Redis makes the string one of its own, encoding raw, before it looks further.
        value = value.Resize(value.Length);
        context.Keyspace.Store(entry, value);
        return true;
    }

    private static bool IsValid(CommandContext context, ReadOnlySpan<byte> bytes)
    {
        if (HyperLogLog.IsValid(bytes))
            return true;
        context.Reply.Error(NotHyperLogLog);
        return false;
    }

    private static void Store(CommandContext context, ReadOnlySpan<byte> key, int entry, in HyperLogLogEditor editor)
    {
        byte[]? replaced = editor.Replacement;
        if (entry < 0)
            context.Keyspace.Set(key, RedisValue.FromBuffer(replaced ?? editor.Value.ToArray(), editor.Value.Length));
        else if (replaced != null)
            context.Keyspace.Store(entry, RedisValue.FromBuffer(replaced, editor.Value.Length));
    }
}
