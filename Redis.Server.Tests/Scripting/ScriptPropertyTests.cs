using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>Generated scripts answer as on a real redis-server 7.0, and leave leader and follower alike.</summary>
[TestFixture]
internal sealed class ScriptPropertyTests
{
    private const int Batch = 50;

    // The default run is the same every time; REDIS_ORACLE_SEED=<number> explores.
    private static readonly ulong Seed = ulong.TryParse(Environment.GetEnvironmentVariable("REDIS_ORACLE_SEED"), out ulong seed) ? seed : 20_260_102;

    [Test]
    public void Generated_scripts_answer_as_Redis()
    {
        using OracleConnection oracle2 = OracleServer.Connect(2), oracle3 = OracleServer.Connect(3);
        int batch = 0;
        string? difference = null;
        Property property = Prop.ForAll(Arb.From(Gen.ArrayOf(ScriptGenerator.Script, Batch)), scripts =>
        {
            int version = batch++ % 2 + 2;
            string? found = Compare(scripts, version == 2 ? oracle2 : oracle3, version);
            difference ??= found;
            return found == null;
        });
        try
        {
            property.Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(Seed, 1));
        }
        catch (Exception failure) when (difference != null)
        {
            Assert.Fail($"{difference}\n{failure.Message.Split('\n')[0]}");
        }
    }

    private static string? Compare(string[] scripts, OracleConnection oracle, int version)
    {
        using LocalExecutor local = new(), follower = new();
        local.Writer.Version = version;
        follower.Writer.IsMuted = true;
        follower.Now = local.Now;
        Request[] requests = [.. scripts.Select(script => new Request("EVAL", script, "1", "k1", "arg", "12"))];
        IReadOnlyList<Reply> theirs = [.. oracle.Run([new Request("FLUSHALL"), .. requests]).Skip(1)];
        string differences = "";
        for (int i = 0; i < requests.Length; i++)
        {
            Reply ours = local.Run(requests[i]);
            follower.RunRaw(requests[i]);
            if (!Text(ours).Equals(Text(theirs[i]), StringComparison.Ordinal))
                differences += $"{scripts[i]}\n   ours: {ours}\n  redis: {theirs[i]}\n";
        }

        if (differences.Length > 0)
            return $"RESP{version}\n{differences}";
        return local.Keyspace.ComputeDigest().Equals(follower.Keyspace.ComputeDigest()) ? null : "leader and follower differ";
    }

    /// <summary>
    /// Addresses are each server's own. C compilers choose which of several wrong arguments is named, and arithmetic with a text does
    /// not name the variable that is wrong (docs/using.md).
    /// </summary>
    private static string Text(Reply reply)
    {
        string text = Regex.Replace(reply.ToString(), "0x[0-9a-f]{8,}", "0xADDRESS");
        text = Regex.Replace(text, @"bad argument #\d+ to '(\w+)' \(.*?\) script", "bad argument to $1 script");
        return Regex.Replace(text, @"perform arithmetic on \w+ '[^']*' \((a \w+ value)\)", "perform arithmetic on $1");
    }
}
