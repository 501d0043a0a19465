using NUnit.Framework;
using Redis.Server.Scripting;
using Redis.Server.Tests.Oracle;
using Digest = Redis.Server.Keyspace.Digest;

namespace Redis.Server.Tests.Scripting;

/// <summary>
/// What a script does depends on its entry and the data alone, not on what ran on the node before: a node that has just begun, and one that has run
/// and read much, are left alike.
/// </summary>
[TestFixture]
internal sealed class ScriptDeterminismTests
{
    private static readonly string[] Orders =
    [
        "local t = {} for i = 1, 60 do t[{}] = i end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {} for i = 1, 60 do t[function() return i end] = i end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {} for i = 1, 60 do t[coroutine.create(function() end)] = i end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {[type] = 1, [pairs] = 2, [next] = 3, [string.rep] = 4, [KEYS] = 5, [ARGV] = 6, [redis] = 7, [redis.call] = 8, [_G] = 9, [rawequal] = 10, [(ipairs({}))] = 11, [(pairs({}))] = 12, [coroutine.status] = 13, [cjson.null] = 14} for k, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {} for i = 1, 300 do t[{}] = i if i % 3 == 0 then t[i] = 'x' t['k' .. i] = i end if i % 7 == 0 then collectgarbage() for k in pairs(t) do t[k] = nil break end end end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {} for i = 1, 60 do t[redis.call('time')] = i t[cjson.decode('[1]')] = i t[cmsgpack.unpack(cmsgpack.pack({1}))] = i end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "local t = {} for i = 1, 60 do t[loadstring('return 1')] = i end for _, i in pairs(t) do redis.call('rpush', 'order', i) end",
        "redis.call('rpush', 'order', tostring({}), tostring(type), tostring(redis), tostring(coroutine.create(function() end)), tostring(cjson.null))",
    ];

    private static readonly string[] Greedy =
    [
        "local t = {} for i = 1, 1e9 do t[i] = {i} redis.call('set', 'n', i) end",
        "local s = 'x' while true do s = s .. s redis.call('set', 'n', #s) end",
        "local t = {} while true do pcall(function() t[#t + 1] = string.rep('x', 1500000) end) redis.call('incr', 'n') end",
        "local t = {} while true do pcall(function() t[#t + 1] = string.rep('x', 100000) .. #t end) redis.call('incr', 'n') end",
        "local t = {} while true do t[#t + 1] = 'short' .. #t if #t % 100 == 0 then redis.call('set', 'n', #t) end end",
        "local t = {} while true do t[{}] = {} if math.random(100) == 1 then redis.call('incr', 'n') end end",
        "local t = {} while true do t[#t + 1] = function() return t end t[#t + 1] = coroutine.create(t[#t]) redis.call('set', 'n', #t) end",
        "redis.call('set', 'n', 0) local t = {} while true do t[#t + 1] = redis.call('get', 'n') .. string.rep('y', 70) redis.call('set', 'n', #t) end",
        "local t = {} while true do local ok = pcall(function() t[#t + 1] = {unpack(t, math.max(1, #t - 7000), #t)} end) redis.call('set', 'n', #t) end",
        "local s = string.rep('{\"a\":[1,2,3]},', 1000) while true do s = s .. s redis.call('set', 'n', #s) local t = cjson.decode('[' .. s .. '1]') end",
    ];

    [TestCaseSource(nameof(Orders))]
    public void Orders_and_names_of_objects_are_the_same(string script)
    {
        using LocalExecutor fresh = new(), worn = new();
        Wear(worn, scripts: 150);
        worn.Now = fresh.Now;
        for (int i = 0; i < 3; i++)
        {
            Assert.That(fresh.Run("EVAL", script, "1", "k", "a").ToString(), Is.EqualTo(worn.Run("EVAL", script, "1", "k", "a").ToString()));
            Assert.That(fresh.Run("LRANGE", "order", "0", "-1").ToString(), Is.EqualTo(worn.Run("LRANGE", "order", "0", "-1").ToString()));
            Wear(worn, scripts: i * 50);
        }
    }

    [Test]
    public void A_generated_workload_leaves_the_same_data()
    {
        using LocalExecutor fresh = new() { Now = 1, ScriptInstructions = ScriptWorkload.Instructions }, worn = new() { Now = 1, ScriptInstructions = ScriptWorkload.Instructions };
        worn.Writer.IsMuted = true;
        foreach (Request request in ScriptWorkload.Sample(400, 20_260_104).Where(request => request.ToString() is not ("MULTI" or "EXEC")))
        {
            fresh.Run(request);
            worn.RunRaw(request);
            if (worn.LastEntry.Index % 100 == 0)
                Wear(worn, scripts: 3);
        }

        Assert.That(Digest.Of(worn.Keyspace), Is.EqualTo(Digest.Of(fresh.Keyspace)));
    }

    /// <summary>The leader's word decides; a follower asks at the same places and ends where the leader did.</summary>
    [TestCaseSource(nameof(Greedy))]
    public void A_script_runs_out_of_memory_at_the_same_place(string script)
    {
        using LocalExecutor leader = new() { ScriptMemory = 4 << 20 }, follower = new() { ScriptMemory = 4 << 20, Now = 0 };
        Wear(follower, scripts: 40);
        (leader.Now, follower.Now) = (1, 1);
        Queue<ScriptVerdict> verdicts = new();
        leader.Scripts.Watch.AskLeave = (_, _) =>
        {
            verdicts.Enqueue(leader.Scripts.Watch.Wish);
            return verdicts.Last();
        };
        follower.Scripts.Watch.AskLeave = (_, _) => verdicts.Dequeue();
        for (int i = 0; i < 2; i++)
        {
            Reply reply = leader.Run("EVAL", script, "0");
            Assert.That(reply.AsString, Does.StartWith("ERR Script stopped: not enough memory, it may hold 4194304 bytes."));
            Assert.That(follower.Run("EVAL", script, "0").ToString(), Is.EqualTo(reply.ToString()));
            Assert.That(verdicts, Is.Empty, "the follower asks as often as the leader");
            Assert.That(follower.Run("GET", "n").AsString, Is.EqualTo(leader.Run("GET", "n").AsString));
            Assert.That(leader.Run("EVAL", "return 1", "0").AsString, Is.EqualTo("1"));
            Assert.That(follower.Run("EVAL", "return 1", "0").AsString, Is.EqualTo("1"));
            Wear(follower, scripts: 20);
        }
    }

    /// <summary>Scripts and reads that leave garbage, compiled scripts and grown stacks, and, in the end, no data. Their entries have the same seeds as none.</summary>
    private static void Wear(LocalExecutor executor, int scripts)
    {
        for (int i = 0; i < scripts; i++)
        {
            executor.RunRaw(new Request("EVAL_RO", $"local t = {{}} for i = 1, {i * 37 % 500} do t[{{}}] = 'text' .. i t[i] = tostring({{}}) end return {i}", "0"));
            executor.RunRaw(new Request("EVALSHA_RO", "ffffffffffffffffffffffffffffffffffffffff", "0"));
        }
    }
}
