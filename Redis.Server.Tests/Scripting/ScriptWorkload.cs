using FsCheck;
using FsCheck.Fluent;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>What clients that live on scripts send: scripts pure and impure, known and new, libraries, transactions, and plain writes between them.</summary>
internal static class ScriptWorkload
{
    /// <summary>Enough for all of these; those that would not end do so soon.</summary>
    public const long Instructions = 2_000_000;

    /// <summary>Whatever a script can get hold of that a replica might see differently.</summary>
    private static readonly Gen<string> Impure = Gen.Elements(
        "local t = redis.call('time') return redis.call('rpush', 'times', t[1], t[2])",
        "return redis.call('zadd', 'rnd', math.random(), math.random(1000))",
        "local names = {} for i = 1, 40 do names['name' .. math.random(1000)] = i end for k, v in pairs(names) do redis.call('rpush', 'order', k, v) end redis.call('ltrim', 'order', -200, -1)",
        "local names = {} for i = 1, 40 do names[math.random() * 1000] = i end for k, v in pairs(names) do redis.call('rpush', 'order', k) end redis.call('ltrim', 'order', -200, -1)",
        "for i = 1, 10 do redis.call('sadd', 'set', 'm' .. math.random(50)) end return redis.call('spop', 'set', 3)",
        "return redis.call('set', 'member', redis.call('srandmember', 'set') or 'none')",
        "return redis.call('set', 'key', redis.call('randomkey') or 'none', 'px', math.random(2000))",
        "for _, k in ipairs(redis.call('keys', '*')) do redis.call('rpush', 'keys', k) end redis.call('ltrim', 'keys', -200, -1)",
        "local s = redis.call('scan', 0, 'count', 20) for _, k in ipairs(s[2]) do redis.call('hset', 'scanned', k, s[1]) end",
        "redis.call('set', 'text', tostring({}) .. tostring(function() end) .. tostring(coroutine.create(function() end)))",
        "redis.call('hset', 'h', 'a', cjson.encode({b = 1, c = {1, 2}, d = math.random()})) return redis.call('hrandfield', 'h')",
        "redis.call('set', 'packed', cmsgpack.pack({x = 1, y = 2, z = {a = 1, b = 2, c = 3}}))",
        "redis.call('set', 'expiring', 1, 'px', 1) return redis.call('exists', 'expiring')",
        "for i = 1, 2000 do redis.call('incrby', 'sum', i) end error('in the end')",
        "redis.call('set', 'before', 'error') return redis.call('incr', 'before')",
        "redis.setresp(3) redis.call('set', 'resp', cjson.encode(redis.call('hgetall', 'h')))");

    private static readonly Gen<string> Script = Gen.Frequency((3, Impure), (2, ScriptGenerator.Script));

    /// <summary>A few requests that belong together.</summary>
    private static Gen<Request[]> Step { get; } = Gen.Frequency(
        (10, from script in Script select new[] { Eval(script) }),
        (3, from script in Script select new[] { new Request("SCRIPT", "LOAD", script), new Request("EVALSHA", Redis.Server.Scripting.ScriptCache.NameOf(System.Text.Encoding.Latin1.GetBytes(script)), "1", "k1", "arg", "12") }),
        (3, from name in Gen.Elements("f1", "f2", "f3") from script in Impure select new[] { Library(name, script), new Request("FCALL", name, "1", "k1", "arg") }),
        (2, from name in Gen.Elements("f1", "f2", "f3") select new[] { new Request("FCALL", name, "1", "k1", "arg") }),
        (2, from one in Script from two in Script select new[] { new Request("MULTI"), Eval(one), new Request("INCR", "n"), Eval(two), new Request("EXEC") }),
        (2, from key in Gen.Elements("k1", "l", "set", "h", "z") select new[] { new Request("DEL", key) }),
        (1, from request in Gen.Elements(new Request("SCRIPT", "FLUSH"), new Request("FUNCTION", "FLUSH"), new Request("EVAL_RO", "return redis.call('get', 'k1')", "0")) select new[] { request }));

    /// <summary>A sequence, the same for the same seed.</summary>
    public static Request[] Sample(int steps, ulong seed) => [.. Gen.ArrayOf(Step, steps).Sample(1, new Rnd(seed), 100)[0].SelectMany(step => step)];

    private static Request Eval(string script) => new("EVAL", script, "1", "k1", "arg", "12");

    private static Request Library(string name, string body) =>
        new("FUNCTION", "LOAD", "REPLACE", $"#!lua name=lib_{name}\nlocal calls = 0\nredis.register_function('{name}', function(KEYS, ARGV) calls = calls + 1 redis.call('hincrby', 'calls', '{name}', calls) {body} end)");
}
