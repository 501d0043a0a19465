using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Scripting;

/// <summary>
/// Generates scripts: expressions over numbers, texts and tables, control flow, commands. Most are of the kind that is expected where they
/// stand; now and then one is not, so that every function is also misused. Left out is what differs by nature: the order of a set, of a hash
/// with long values and of a map in RESP3, addresses, the sign of what is not a number (of a logarithm it is another in redis-server), the length of a list with
/// holes, and a 0 among constants (also one that the compiler computes), which Lua 5.1 makes -0 when there is a -0 as well.
/// </summary>
internal static class ScriptGenerator
{
    private const string Named = "local tostring = function(v) return type(v) == 'table' and 'a table' or type(v) == 'function' and 'a function' or tostring(v) end ";

    /// <summary>
    /// What a script stores passes through keep. A text that a loop joins to itself, and a table that holds itself twice, double with each step: after some
    /// forty steps redis-server builds them for ever. So what is stored has at most 60 characters and tables (short enough for a listpack, too, whose order
    /// is defined), and never holds t.
    /// </summary>
    private const string Kept = """
        local t, room = {1, 2, x = 'y', k = {}}
        local function fits(v)
          room = room - (type(v) == 'string' and #v or type(v) == 'table' and (v == t and 60 or 1) or 0)
          if type(v) == 'table' and room > 0 then for i, w in pairs(v) do fits(i) fits(w) if room <= 0 then break end end end
          return room > 0
        end
        local function keep(v) room = 60 if fits(v) then return v end return 'much' end

        """;

    private static readonly Gen<string> NumberLiteral = Gen.Elements(
        "1", "2", "3", "7", "10", "-1", "1.5", "0.1", "1e3", "1e15", "2^53", "255", "100", "1/3", "-2.5", "10/2", "3e-4", "0x1F", "4294967296", "123456789012");

    private static readonly Gen<string> TextLiteral = Gen.Elements(
        "''", "'a'", "'10'", "'3.5'", "'abc'", "\"x y\"", "'k1'", "'hello world'", "'a,b,c'", "'-7'", "'0x10'", "[[long]]", "'a\\0b'", "KEYS[1]", "ARGV[1]", "ARGV[2]");

    private static readonly Gen<string> Pattern = Gen.Elements("'%d+'", "'(%w)(%w*)'", "'.'", "'l+'", "'^%s*(.-)%s*$'", "'%a'", "'[%w_]+'", "'(o)'", "','", "'()'", "'x*'", "'%'", "'[a'", "'%f[%w]%w+'");

    private static readonly Gen<string> Format = Gen.Elements("'%d'", "'%5.2f'", "'%s'", "'%x'", "'%q'", "'%g'", "'%-8s|'", "'%05d'", "'%c'", "'%i%%'", "'%.3s'", "'%e'", "'%u'");

    private static readonly Gen<string> Command = Gen.Elements(
        "redis.call('set', 'k1', a)", "redis.call('get', 'k1')", "redis.call('incrby', 'n', 3)", "redis.pcall('incr', 'k1')", "redis.call('rpush', 'l', a, b)", "redis.call('incrbyfloat', 'f', a)",
        "redis.call('lrange', 'l', 0, -1)", "redis.call('hset', 'h', a, b)", "redis.call('hvals', 'h')", "redis.call('hset', 'one', 'f', b)", "redis.call('hgetall', 'one')", "redis.call('zadd', 'z', 1.5, b)", "redis.call('exists', 'k1', 'l')", "redis.call('ping')",
        "redis.call('mget', 'k1', 'nokey')", "redis.call('type', 'l')", "redis.pcall('hset', 'k1', 'f', 'v')", "redis.call('del', 'k1')", "redis.call('append', 'k1', b)", "redis.pcall(b, a)",
        "redis.call('sadd', 's', a)", "redis.call('sort', 's', 'alpha')", "redis.call('zscore', 'z', b)", "redis.call('zrange', 'z', 0, -1, 'withscores')", "redis.call('hget', 'h', a)", "redis.pcall('zadd', 'z', 'x', a)");

    /// <summary>A whole script.</summary>
    public static Gen<string> Script { get; } =
        from a in NumberLiteral
        from b in TextLiteral
        from version in Gen.Elements("", "", "redis.setresp(3) ")
        from count in Gen.Choose(0, 4)
        from statements in Gen.ArrayOf(Statement(2), count)
        from result in Any(3)
        select $"{Named}{version}{Kept}local a, b, c = {a}, {b}, 'c'\n{string.Join('\n', statements)}\nreturn {result}";

    private static Gen<string> Any(int depth) => depth == 0
        ? Gen.OneOf(NumberLiteral, TextLiteral, Gen.Elements("nil", "true", "false", "{}", "a", "b", "c", "t", "t.x", "t[1]", "t.k", "t.none"))
        : Gen.Frequency((4, Number(depth)), (5, Text(depth)), (3, Table(depth)), (2, Bool(depth)), (3, Command), (1, Codec(depth)), (1, Any(0)));

    /// <summary>Now and then something else.</summary>
    private static Gen<string> Mostly(Gen<string> expected) => Gen.Frequency((24, expected), (1, Any(0)));

    private static Gen<string> Number(int depth)
    {
        Gen<string> leaf = Gen.Frequency((4, NumberLiteral), (2, Gen.Elements("a", "#t", "t[1]", "#b", "t[2]")));
        if (depth == 0)
            return leaf;
        Gen<string> number = Mostly(Number(depth - 1)), text = Mostly(Text(depth - 1));
        return Gen.Frequency(
            (2, leaf),
            (4, from left in number from operation in Gen.Elements("+", "-", "%", "+", "-") from right in number select $"({left} {operation} {right})"),
            (2, from left in number from operation in Gen.Elements("*", "/") from right in number select $"({left} {operation} keep({right}))"),
            (1, from name in Gen.Elements("a", "#t", "t[1]") select $"-{name}"),
            (3, from function in Gen.Elements("floor", "ceil", "abs", "sqrt", "exp") from one in number select $"math.{function}({one})"),
            (1, from one in number select $"math.log10(math.abs({one}))"),
            (2, from function in Gen.Elements("max", "min", "pow", "fmod") from one in number from two in number select $"math.{function}({one}, {two})"),
            (1, from one in text select $"tonumber({one})"),
            (1, from one in text from radix in Gen.Elements("2", "8", "10", "16", "36") select $"tonumber({one}, {radix})"),
            (2, from one in text select $"string.len({one})"),
            (1, from one in text select $"string.byte({one})"),
            (2, from function in Gen.Elements("band", "bor", "bxor", "lshift", "rshift", "arshift", "rol") from one in number from two in number select $"bit.{function}({one}, {two})"),
            (1, from function in Gen.Elements("tobit", "bnot", "bswap") from one in number select $"bit.{function}({one})"),
            (1, from one in Mostly(Table(depth - 1)) from function in Gen.Elements("#", "table.getn", "table.maxn") select $"{function}({one})"));
    }

    private static Gen<string> Text(int depth)
    {
        Gen<string> leaf = Gen.Frequency((4, TextLiteral), (2, Gen.Elements("b", "c", "t.x")));
        if (depth == 0)
            return leaf;
        Gen<string> number = Mostly(Number(depth - 1)), text = Mostly(Text(depth - 1));
        Gen<string> replacement = Gen.Frequency((3, text), (1, Gen.Elements("'<%1>'", "'%0%0'", "'%2'", "function(m) return m .. '!' end", "{a = 'A', l = true}", "function() end", "string.upper")));
        return Gen.Frequency(
            (2, leaf),
            (4, from left in Mostly(Gen.OneOf(text, number)) from right in Mostly(Gen.OneOf(text, number)) select $"({left} .. {right})"),
            (3, from function in Gen.Elements("upper", "lower", "reverse") from one in text select $"string.{function}({one})"),
            (2, from one in text from function in Gen.Elements("upper", "lower", "reverse", "len") select $"({one}):{function}()"),
            (2, from one in text from times in Gen.Elements("0", "2", "3", "-1", "1.5", "'2'") select $"string.rep({one}, {times})"),
            (2, from one in text from i in number from j in number select $"string.sub({one}, {i}, {j})"),
            (3, from format in Format from one in Mostly(Gen.OneOf(number, text)) select $"string.format({format}, {one})"),
            (2, from one in text from pattern in Pattern select $"string.match({one}, {pattern})"),
            (2, from one in text from pattern in Pattern from other in replacement select $"string.gsub({one}, {pattern}, {other})"),
            (1, from one in text from pattern in Pattern select $"string.find({one}, {pattern})"),
            (3, from one in Any(depth - 1) select $"tostring({one})"),
            (1, from one in Any(depth - 1) select $"type({one})"),
            (1, from one in number select $"bit.tohex({one})"),
            (1, from one in text select $"redis.sha1hex({one})"),
            (1, from one in Mostly(Table(depth - 1)) from separator in TextLiteral select $"table.concat({one}, {separator})"));
    }

    private static Gen<string> Table(int depth)
    {
        if (depth == 0)
            return Gen.Elements("t", "t.k", "{}", "{1, 2, 3}", "{'a', 'b'}", "{x = 1}", "KEYS", "ARGV");
        Gen<string> any = Any(depth - 1);
        return Gen.Frequency(
            (2, Table(0)),
            (3, from one in any from two in any select $"{{{one}, {two}}}"),
            (1, from one in any select $"{{n = {one}}}"),
            (1, from one in any select $"{{{one}, nil, 3}}"),
            (1, from one in Mostly(Text(depth - 1)) select $"redis.status_reply({one})"),
            (1, from one in Mostly(Text(depth - 1)) select $"redis.error_reply({one})"),
            (1, from one in Mostly(Number(depth - 1)) select $"{{double = {one}}}"),
            (1, from one in any select $"{{map = {{k = {one}}}}}"),
            (1, from one in Mostly(Table(depth - 1)) select $"{{unpack({one})}}"),
            (1, from one in any select $"{{pcall(function() return {one} end)}}"));
    }

    private static Gen<string> Bool(int depth)
    {
        Gen<string> number = Mostly(Number(depth - 1)), text = Mostly(Text(depth - 1)), any = Any(depth - 1);
        return Gen.OneOf(
            from left in number from operation in Gen.Elements("<", "<=", ">", ">=", "==", "~=") from right in number select $"({left} {operation} {right})",
            from left in text from operation in Gen.Elements("<", "<=", ">", ">=", "==", "~=") from right in text select $"({left} {operation} {right})",
            from left in any from operation in Gen.Elements("and", "or") from right in any select $"({left} {operation} {right})",
            from one in any select $"not {one}");
    }

    /// <summary>There, and there and back.</summary>
    private static Gen<string> Codec(int depth)
    {
        Gen<string> any = Any(depth - 1);
        return Gen.OneOf(
            from one in any select $"cjson.encode({one})",
            from one in any select $"cjson.decode(cjson.encode({one}))",
            from one in any select $"cmsgpack.pack({one})",
            from one in any select $"cmsgpack.unpack(cmsgpack.pack({one}))",
            from one in Mostly(Text(depth - 1)) select $"cjson.decode({one})",
            from format in Gen.Elements("'>I2'", "'<i4'", "'b'", "'>d'", "'<f'", "'>l'") from one in Mostly(Number(depth - 1)) select $"struct.unpack({format}, struct.pack({format}, {one}))",
            from one in Mostly(Text(depth - 1)) select $"struct.pack('<I2s', 7, {one})");
    }

    private static Gen<string> Statement(int depth)
    {
        Gen<string> one = Gen.Frequency(
            (4, from name in Gen.Elements("b", "c", "t.x", "t[1]", "t.new") from value in Any(2) select $"{name} = keep({value})"),
            (2, from value in Number(2) select $"a = keep({value})"),
            (4, Command),
            (1, from value in Any(1) select $"local c = keep({value})"),
            (2, from value in Any(1) from at in Gen.Elements("", "1, ", "2, ") select $"table.insert(t, {at}keep({value}) or false)"),
            (1, Gen.Elements("table.remove(t)", "table.remove(t, 1)", "table.sort(t)", "table.sort(t, function(x, y) return tostring(x) < tostring(y) end)", "global = 1", "string.x = 1")),
            (2, from value in Any(2) select $"local ok, e = pcall(function() return {value} end) if not ok then c = keep(e) end"));
        if (depth == 0)
            return one;
        Gen<string> inner = Statement(depth - 1);
        return Gen.Frequency(
            (6, one),
            (2, from condition in Any(1) from then in inner from otherwise in inner select $"if {condition} then {then} else {otherwise} end"),
            (2, from to in Gen.Elements("3", "#t", "'2'") from step in Gen.Elements("", ", 2", ", -1", ", 0.5") from body in inner select $"for i = 1, {to}{step} do if i > 5 then break end {body} end"),
            (1, from body in inner select $"for i, v in ipairs(t) do if i > 5 then break end {body} end"),
            (1, from body in inner select $"do local a = 1 {body} end"),
            (1, from body in inner select $"local n = 0 repeat {body} n = n + 1 until n > 1"));
    }
}
