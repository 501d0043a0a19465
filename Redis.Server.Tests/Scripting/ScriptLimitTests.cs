using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>What has no end is ended, whatever the script does against it, and the next script runs as if nothing had been.</summary>
[TestFixture]
internal sealed class ScriptLimitTests
{
    [TestCase("while true do end")]
    [TestCase("pcall(function() while true do end end) while true do end")]
    [TestCase("while true do pcall(error) end")]
    [TestCase("while true do coroutine.wrap(function() while true do end end)() end")]
    [TestCase("return string.find(string.rep('a', 100000), '.-.-.-.-.-b')")]
    [TestCase("local function f() return f() end f()")]
    [TestCase("while true do redis.call('get', 'k') end")]
    [TestCase("table.sort({1, 2, 3}, function() while true do end end)")]
    [TestCase("string.gsub('abc', '.', function() while true do end end)")]
    [TestCase("setmetatable({}, {__index = function() while true do end end}).x = nil return setmetatable({}, {__index = function() while true do end end}).y")]
    public void A_script_without_end_is_stopped(string script)
    {
        using LocalExecutor local = new() { ScriptInstructions = 3_000_000 };
        Assert.That(local.Run("EVAL", script, "0").AsString, Does.StartWith("ERR Script stopped: it has used up its 3000000 instructions."));
        Assert.That(local.Run("EVAL", "return 1", "0").AsString, Is.EqualTo("1"));
    }

    [TestCase("local t = {} for i = 1, 5 do t[i] = t end return t", "ERR the reply of the script has no end or is too large")]
    [TestCase("local t = {} for i = 1, 5 do t[i] = t end return cmsgpack.pack(t)", "the result is too large")]
    [TestCase("local t = {1} for i = 1, 60 do t = {t, t} end return cjson.encode(t)", "the result is too large")]
    public void What_contains_itself_again_and_again_has_an_end(string script, string error)
    {
        using LocalExecutor local = new() { ScriptInstructions = 3_000_000 };
        Assert.That(local.Run("EVAL", script, "0").AsString, Does.Contain(error).Or.Contain("has used up its 3000000 instructions"));
        Assert.That(local.Run("EVAL", "return 1", "0").AsString, Is.EqualTo("1"));
    }

    [TestCase("local s = 'x' while true do s = s .. s end")]
    [TestCase("local t = {} for i = 1, 1e9 do t[i] = {i} end")]
    [TestCase("return string.rep('x', 1e10)")]
    [TestCase("local t = {} while true do t[#t + 1] = string.rep('x', 1e6) .. #t end")]
    public void A_script_that_takes_all_memory_fails(string script)
    {
        using LocalExecutor local = new() { ScriptInstructions = 100_000_000 };
        Assert.That(local.Run("EVAL", script, "0").AsString, Does.Contain("not enough memory").Or.Contain("resulting string too large"));
        Assert.That(local.Run("EVAL", "return 1", "0").AsString, Is.EqualTo("1"));
    }

    [Test]
    public void Out_of_memory_is_the_leaders_word()
    {
        using LocalExecutor local = new() { IsOutOfMemory = true };
        Assert.That(local.Run("EVAL", "return redis.call('set', 'k', 'v')", "0").AsString, Does.StartWith("OOM command not allowed when used memory > 'maxmemory'."));
        Assert.That(local.Run("EVAL", "return redis.call('get', 'k')", "0").IsNull);
        Assert.That(local.Run("EVAL", "redis.call('del', 'k') return redis.call('set', 'k', 'v')", "0").AsString, Is.EqualTo("OK"));
        Assert.That(local.Run("EVAL", "#!lua\nreturn 1", "0").AsString, Is.EqualTo("OOM command not allowed when used memory > 'maxmemory'."));
        Assert.That(local.Run("EVAL", "#!lua flags=allow-oom\nreturn redis.call('set', 'k', 'v')", "0").AsString, Is.EqualTo("OK"));
        Assert.That(local.Run("EVAL", "#!lua flags=no-writes\nreturn redis.call('get', 'k')", "0").AsString, Is.EqualTo("v"));
    }
}
