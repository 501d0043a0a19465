using System.Buffers;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting;

/// <summary>Turns what a script returns into a reply, as Redis does (luaReplyToRedisReply).</summary>
/// <param name="lua">The script's stack.</param>
/// <param name="reply">The client's reply, in its own protocol.</param>
/// <param name="version">The protocol that the script chose by redis.setresp.</param>
internal sealed class LuaToReply(LuaThread lua, RespWriter reply, int version)
{
    private const int MaxDepth = 2000;

    // A table that contains itself twice would be written 2^2000 times.
    private const int MostTooDeep = 10_000;
    private const int LongestReply = 512 << 20;

    private readonly int _start = reply.Length;
    private int _tooDeep;

    private bool IsFull => _tooDeep > MostTooDeep || reply.Length - _start > LongestReply;

    /// <summary>Writes the value on top and pops it.</summary>
    public void Write()
    {
        Write(0);
        if (!IsFull)
            return;
        reply.Truncate(_start);
        reply.Error("ERR the reply of the script has no end or is too large"u8);
    }

    private void Write(int depth)
    {
        if (IsFull)
        {
            lua.Pop();
            return;
        }

        if (depth > MaxDepth || !lua.TryReserve(4))
        {
            _tooDeep++;
            reply.Error("ERR reached lua stack limit"u8);
            lua.Pop();
            return;
        }

        switch (lua.TypeOf(-1))
        {
            case LuaType.String:
                reply.BulkString(lua.Bytes(-1));
                break;
            case LuaType.Number:
                reply.Integer(Libraries.LuaNumbers.Truncate(lua.Number(-1)));
                break;
            case LuaType.Boolean when version >= 3:
                reply.Boolean(lua.IsTrue(-1));
                break;
            case LuaType.Boolean when lua.IsTrue(-1):
                reply.Integer(1);
                break;
            case LuaType.Table:
                WriteTable(depth + 1);
                break;
            default:
                reply.Null();
                break;
        }

        lua.Pop();
    }

    /// <summary>The table on top stays there.</summary>
    private void WriteTable(int depth)
    {
        if (TryWriteSpecial(depth))
            lua.Pop();
        else
            WriteArray(depth);
    }

    /// <summary>Writes what a table stands for that has one of the fields with a meaning; the field is then on top.</summary>
    private bool TryWriteSpecial(int depth)
    {
        if (HasField("err"u8, LuaType.String))
            WriteError();
        else if (HasField("ok"u8, LuaType.String))
            reply.SimpleString(WithoutLineEnds(BeforeZero(lua.Bytes(-1))));
        else if (HasField("double"u8, LuaType.Number))
            WriteDouble(lua.Number(-1));
        else if (HasField("map"u8, LuaType.Table))
            WriteMap(depth);
        else if (HasField("set"u8, LuaType.Table))
            WriteSet(depth);
        else if (HasField("big_number"u8, LuaType.String))
            reply.BigNumber(WithoutLineEnds(lua.Bytes(-1)));
        else
            return HasField("verbatim_string"u8, LuaType.Table) && TryWriteVerbatim();
        return true;
    }

    /// <summary>An error with the text on top. That of a command that the script called was counted then.</summary>
    private void WriteError()
    {
        bool isCounted = lua.GetField(-2, "ignore_error_stats_update"u8) == LuaType.Boolean && lua.IsTrue(-1);
        lua.Pop();
        if (isCounted)
            reply.RepeatError(BeforeZero(lua.Bytes(-1)));
        else
            reply.Error(BeforeZero(lua.Bytes(-1)));
    }

    /// <summary>Where C sees the end of a text.</summary>
    public static ReadOnlySpan<byte> BeforeZero(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;

    /// <summary>Leaves the field on top if it is there.</summary>
    private bool HasField(ReadOnlySpan<byte> name, LuaType type)
    {
        if (lua.GetField(-1, name) == type)
            return true;
        lua.Pop();
        return false;
    }

    private static ReadOnlySpan<byte> WithoutLineEnds(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'\r', (byte)'\n') < 0)
            return text;
        byte[] line = text.ToArray();
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        return line;
    }

    private void WriteArray(int depth)
    {
        int place = reply.BeginDeferred();
        int count = 0;
        while (lua.GetRaw(-1, count + 1) != LuaType.Nil)
        {
            Write(depth);
            count++;
        }

        lua.Pop();
        reply.EndDeferred(place, '*', count);
    }

    private void WriteMap(int depth)
    {
        int place = reply.BeginDeferred();
        int count = 0;
        lua.PushNil();
        while (lua.Next(-2))
        {
            lua.PushCopy(-2);
            Write(depth);
            Write(depth);
            count++;
        }

        reply.EndDeferred(place, '%', count);
    }

    private void WriteSet(int depth)
    {
        int place = reply.BeginDeferred();
        int count = 0;
        lua.PushNil();
        while (lua.Next(-2))
        {
            lua.Pop();
            lua.PushCopy(-1);
            Write(depth);
            count++;
        }

        reply.EndDeferred(place, '~', count);
    }

    /// <summary>The table on top has to have both fields; otherwise it is popped.</summary>
    private bool TryWriteVerbatim()
    {
        bool isWhole = lua.GetField(-1, "format"u8) == LuaType.String & lua.GetField(-2, "string"u8) == LuaType.String;
        if (isWhole)
        {
            Span<byte> format = stackalloc byte[3];
            format.Fill((byte)' ');
            ReadOnlySpan<byte> given = lua.Bytes(-2);
            given[..Math.Min(3, given.Length)].CopyTo(format);
            reply.VerbatimString(format, lua.Bytes(-1));
        }

        lua.Pop(isWhole ? 2 : 3);
        return isWhole;
    }

    /// <summary>What is not a number has a sign in C, and on x86 most often this one.</summary>
    private void WriteDouble(double value)
    {
        if (double.IsNaN(value))
            reply.DoubleText("-nan"u8);
        else
            reply.Double(value);
    }
}
