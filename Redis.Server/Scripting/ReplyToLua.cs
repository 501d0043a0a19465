using System.Buffers.Text;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting;

/// <summary>Turns the reply of a command, as RESP, into a Lua value, as Redis does (redisProtocolToLuaType).</summary>
internal ref struct ReplyToLua(LuaThread lua, ReadOnlySpan<byte> reply)
{
    private readonly ReadOnlySpan<byte> _reply = reply;
    private int _position;

    /// <summary>Pushes the value.</summary>
    public void Push()
    {
        lua.TryReserve(5);
        char kind = (char)_reply[_position++];
        ReadOnlySpan<byte> line = Line();
        switch (kind)
        {
            case '+':
                PushField("ok"u8, line);
                break;
            case '-':
                PushError(lua, line);
                break;
            case ':':
                lua.Push((double)Number(line));
                break;
            case '$':
                PushText(Number(line));
                break;
            case '*':
                PushArray(Number(line));
                break;
            case '%':
                PushMap(Number(line));
                break;
            case '~':
                PushSet(Number(line));
                break;
            case '_':
                lua.PushNil();
                break;
            case '#':
                lua.Push(line[0] == 't');
                break;
            case ',':
                lua.NewTable();
                lua.Push(Numbers.TryParseDouble(line, out double number) ? number : double.NaN);
                lua.SetField(-2, "double"u8);
                break;
            case '(':
                PushField("big_number"u8, line);
                break;
            case '=':
                PushVerbatim(Number(line));
                break;
            default:
                throw new LuaErrorException($"unknown kind of reply '{kind}'");
        }
    }

    /// <summary>The table of an error reply; a script that raises it again does not count as another error.</summary>
    public static void PushError(LuaThread lua, ReadOnlySpan<byte> message)
    {
        lua.NewTable(0, 2);
        lua.Push(message);
        lua.SetField(-2, "err"u8);
        lua.Push(true);
        lua.SetField(-2, "ignore_error_stats_update"u8);
    }

    private static long Number(ReadOnlySpan<byte> line) => Utf8Parser.TryParse(line, out long value, out _) ? value : 0;

    private ReadOnlySpan<byte> Line()
    {
        ReadOnlySpan<byte> rest = _reply[_position..];
        int end = rest.IndexOf((byte)'\r');
        _position += end + 2;
        return rest[..end];
    }

    private readonly void PushField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        lua.NewTable(0, 1);
        lua.Push(text);
        lua.SetField(-2, name);
    }

    private void PushText(long length)
    {
        if (length < 0)
        {
            lua.Push(false);
            return;
        }

        lua.Push(_reply.Slice(_position, (int)length));
        _position += (int)length + 2;
    }

    private void PushVerbatim(long length)
    {
        ReadOnlySpan<byte> text = _reply.Slice(_position, (int)length);
        _position += (int)length + 2;
        lua.NewTable(0, 1);
        lua.NewTable(0, 2);
        lua.Push(text[4..]);
        lua.SetField(-2, "string"u8);
        lua.Push(text[..3]);
        lua.SetField(-2, "format"u8);
        lua.SetField(-2, "verbatim_string"u8);
    }

    private void PushArray(long count)
    {
        if (count < 0)
        {
            lua.Push(false);
            return;
        }

        lua.NewTable((int)count);
        for (long i = 1; i <= count; i++)
        {
            Push();
            lua.SetRaw(-2, i);
        }
    }

    private void PushMap(long count)
    {
        lua.NewTable(0, 1);
        lua.NewTable(0, (int)count);
        for (long i = 0; i < count; i++)
        {
            Push();
            Push();
            lua.SetRaw(-3);
        }

        lua.SetField(-2, "map"u8);
    }

    private void PushSet(long count)
    {
        lua.NewTable(0, 1);
        lua.NewTable(0, (int)count);
        for (long i = 0; i < count; i++)
        {
            Push();
            lua.Push(true);
            lua.SetRaw(-3);
        }

        lua.SetField(-2, "set"u8);
    }
}
