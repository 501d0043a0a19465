using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>Function libraries against a real redis-server 7.0: loading and its errors, calls, LIST, DUMP and RESTORE both ways.</summary>
[TestFixture]
internal sealed class FunctionTests
{
    private static readonly string[] Libraries =
    [
        "#!lua name=l1\nredis.register_function('f1', function(k,a) return {k[1],a[1]} end)",
        "#!lua name=l2\nredis.call('ping')",
        "#!lua name=l2\nreturn 1",
        "#!lua name=l1\nredis.register_function('f1', function(k,a) return 1 end)",
        "#!lua name=l3\nredis.register_function('f1', function(k,a) return 1 end)",
        "#!lua name=l3\nredis.register_function('f-1', function(k,a) return 1 end)",
        "#!lua name=l3\nredis.register_function('f3', 1)",
        "#!lua name=l3\nredis.register_function('f3')",
        "#!lua name=l3\nredis.register_function()",
        "#!lua name=l3\nredis.register_function(1, 2, 3)",
        "#!lua name=l3\nredis.register_function(nil, function() end)",
        "#!lua name=l3\nredis.register_function{function_name='f3', callback=function(k,a) return 1 end, flags={'no-writes','x'}}",
        "#!lua name=l3\nredis.register_function{function_name='f3', callback=function(k,a) return redis.call('set','x','y') end, flags={'no-writes'}, description='descr'}",
        "#!lua name=l-4\nredis.register_function('f4', function(k,a) return 1 end)",
        "#!lua\nredis.register_function('f4', function(k,a) return 1 end)",
        "#!lua name=l5 foo=bar\nredis.register_function('f4', function(k,a) return 1 end)",
        "#!lua name=l5 name=l6\nredis.register_function('f4', function(k,a) return 1 end)",
        "#!foo name=l5\nredis.register_function('f4', function(k,a) return 1 end)",
        "redis.register_function('f4', function(k,a) return 1 end)",
        "#!lua name=l5",
        "#!lua name=l6\nx = 1",
        "#!lua name=l6\nlocal function help(n) return n * 2 end\nredis.register_function('f6', function(k,a) x = 1 end)\nredis.register_function('f7', function(k,a) return xx end)\nredis.register_function('f8', function(k,a) error('boo') end)\nredis.register_function('f9', function(k,a) return redis.register_function('z',function() end) end)\nredis.register_function('f10', function(k,a) return help(a[1]) end)\nredis.register_function('f11', function(k,a) return redis.call('set', k[1], a[1]) end)\nredis.register_function('f12', function(k,a) return KEYS[1] end)",
        "#!lua name=l7\nif",
        "#!lua name=l7\nredis.register_function('f6', function(k,a) x = 1 end)",
        "#!lua name=l7\nredis.register_function('q', function(k,a) end)\nredis.register_function('q', function(k,a) end)",
        "#!lua name=l8\nredis.register_function{callback=1}",
        "#!lua name=l8\nredis.register_function{function_name='a', callback=function() end, zz=1}",
        "#!lua name=l8\nredis.register_function{function_name='abc'}",
        "#!lua name=l8\nredis.register_function{callback=function() end}",
        "#!lua name=l8\nredis.register_function{function_name='abc', callback=function() end, flags=1}",
        "#!lua name=l8\nredis.register_function{function_name='abc', callback=function() end, description={}}",
        "#!lua name=l8\nredis.register_function{function_name={}, callback=function() end}",
        "#!lua name=l8\nredis.register_function{[1]=2}",
        "#!lua name=l8\nlocal x = nil; x()",
        "#!lua name=l8\nerror",
        "#!lua name=l8\nlocal x = foo",
    ];

    private static readonly string[] Calls =
    [
        "FCALL f1 1 a b", "FCALL f3 0", "FCALL_RO f3 0", "FCALL_RO f1 1 a", "FCALL f6 0", "FCALL f7 0", "FCALL f8 0", "FCALL f9 0", "FCALL f10 0 21", "FCALL f11 1 key value",
        "FCALL f12 1 a", "FCALL nope 0", "FCALL f1 x", "FCALL f1 -1", "FCALL f1 3 a", "FUNCTION LIST WITHCODE LIBRARYNAME l1", "FUNCTION LIST LIBRARYNAME L3", "FUNCTION LIST foo",
        "FUNCTION LIST LIBRARYNAME", "FUNCTION LIST WITHCODE WITHCODE", "FUNCTION DELETE nope", "FUNCTION STATS", "FUNCTION FLUSH x", "FUNCTION RESTORE x", "FUNCTION RESTORE x y",
        "FUNCTION KILL", "FUNCTION HELP", "FUNCTION LOAD foo x", "SCRIPT HELP", "SCRIPT KILL", "SCRIPT FLUSH x", "SCRIPT EXISTS a b", "SCRIPT LOAD if", "EVALSHA abc 0",
        "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0", "EVAL return -1", "EVAL return x", "EVAL return 3", "FUNCTION DELETE l1", "FUNCTION DELETE l3", "FUNCTION LIST LIBRARYNAME l1",
        "FCALL f1 0", "GET key",
    ];

    [TestCase(2)]
    [TestCase(3)]
    public void Libraries_and_calls_answer_as_Redis(int version)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        using LocalExecutor local = new();
        local.Writer.Version = version;
        oracle.Run([new Request("FUNCTION", "FLUSH"), new Request("SCRIPT", "FLUSH"), new Request("FLUSHALL")]);
        Request[] requests = [.. Libraries.Select(code => new Request("FUNCTION", "LOAD", code)), .. Calls.Select(line => new Request(line.Split(' ')))];
        IReadOnlyList<Reply> theirs = oracle.Run(requests);
        string differences = "";
        for (int i = 0; i < requests.Length; i++)
        {
            Reply ours = local.Run(requests[i]);
            if (!ours.Raw.AsSpan().SequenceEqual(theirs[i].Raw))
                differences += $"{requests[i]}\n   ours: {ours}\n  redis: {theirs[i]}\n";
        }

        Assert.That(differences, Is.Empty);
    }

    [Test]
    public void A_dump_goes_to_redis_server_and_comes_back()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using LocalExecutor local = new();
        oracle.Run([new Request("FUNCTION", "FLUSH")]);
        Assert.That(local.Run("FUNCTION", "LOAD", Libraries[0]).AsString, Is.EqualTo("l1"));
        byte[] dump = local.Run("FUNCTION", "DUMP").Text;
        Request restore = new(["FUNCTION"u8.ToArray(), "RESTORE"u8.ToArray(), dump]);
        Assert.That(oracle.Run([restore])[0].AsString, Is.EqualTo("OK"));
        Assert.That(oracle.Run([new Request("FUNCTION", "DUMP")])[0].Text, Is.EqualTo(dump));
        Assert.That(local.Run(restore).AsString, Is.EqualTo("ERR Library l1 already exists"));
        Assert.That(local.Run("FUNCTION", "FLUSH").AsString, Is.EqualTo("OK"));
        Assert.That(local.Run(restore).AsString, Is.EqualTo("OK"));
        Assert.That(local.Run("FCALL", "f1", "1", "a", "b").Elements.Select(element => element.AsString), Is.EqualTo(["a", "b"]));
    }
}
