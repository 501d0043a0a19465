using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What one step of BITFIELD does.</summary>
internal enum BitFieldAction
{
    Get,
    Set,
    IncrementBy,
}

/// <summary>One GET, SET or INCRBY of BITFIELD.</summary>
internal readonly record struct BitFieldStep(BitFieldAction Action, BitField Field, long Bit, long Operand, BitFieldOverflow Overflow)
{
    public long LastBit => Bit + Field.Width - 1;
}

/// <summary>Reads BITFIELD's steps from its arguments, one by one.</summary>
internal ref struct BitFieldSteps(CommandContext context, CommandArgs args)
{
    private readonly CommandContext _context = context;
    private readonly CommandArgs _args = args;
    private BitFieldOverflow _overflow = BitFieldOverflow.Wrap;
    private int _next = 2;

    /// <summary>Whether reading stopped at an error, which has been replied.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The next step; false at the end or after an error reply.</summary>
    public bool TryNext(out BitFieldStep step)
    {
        step = default;
        while (_next < _args.Count)
        {
            ReadOnlySpan<byte> word = _args[_next];
            int following = _args.Count - _next - 1;
            if (Ascii.EqualsIgnoreCase(word, "overflow"u8) && following >= 1)
            {
                if (!TryOverflow(_args[_next + 1]))
                    return false;
                _next += 2;
            }
            else if (Ascii.EqualsIgnoreCase(word, "get"u8) && following >= 2)
            {
                return TryStep(BitFieldAction.Get, out step);
            }
            else if (Ascii.EqualsIgnoreCase(word, "set"u8) && following >= 3)
            {
                return TryStep(BitFieldAction.Set, out step);
            }
            else if (Ascii.EqualsIgnoreCase(word, "incrby"u8) && following >= 3)
            {
                return TryStep(BitFieldAction.IncrementBy, out step);
            }
            else
            {
                return Fail(Errors.Syntax);
            }
        }

        return false;
    }

    private bool TryStep(BitFieldAction action, out BitFieldStep step)
    {
        step = default;
        if (!TryField(_args[_next + 1], out BitField field))
            return Fail("ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."u8);
        long operand = 0;
        if (!BitmapCommands.TryOffset(_context, _args[_next + 2], out long bit, field.Width)
            || (action != BitFieldAction.Get && !_context.TryInteger(_args[_next + 3], out operand)))
        {
            HasFailed = true;
            return false;
        }

        _next += action == BitFieldAction.Get ? 3 : 4;
        step = new BitFieldStep(action, field, bit, operand, _overflow);
        return true;
    }

    private static bool TryField(ReadOnlySpan<byte> type, out BitField field)
    {
        field = default;
        if (type.IsEmpty || type[0] is not ((byte)'i' or (byte)'u') || !Numbers.TryParseInteger(type[1..], out long width))
            return false;
        bool isSigned = type[0] == 'i';
        field = new BitField(isSigned, (int)Math.Clamp(width, 0, 65));
        return field.Width >= 1 && field.Width <= (isSigned ? 64 : 63);
    }

    private bool TryOverflow(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "wrap"u8))
            _overflow = BitFieldOverflow.Wrap;
        else if (Ascii.EqualsIgnoreCase(name, "sat"u8))
            _overflow = BitFieldOverflow.Saturate;
        else if (Ascii.EqualsIgnoreCase(name, "fail"u8))
            _overflow = BitFieldOverflow.Fail;
        else
            return Fail("ERR Invalid OVERFLOW type specified"u8);
        return true;
    }

    private bool Fail(ReadOnlySpan<byte> error)
    {
        _context.Reply.Error(error);
        HasFailed = true;
        return false;
    }
}
