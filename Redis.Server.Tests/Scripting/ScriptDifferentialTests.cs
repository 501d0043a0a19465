using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Oracle.Families;
using Digest = Redis.Server.Keyspace.Digest;

namespace Redis.Server.Tests.Scripting;

/// <summary>
/// Generated scripts answer as on a real redis-server 7.0 and leave the same dataset, and leave a second copy, as a follower has it, like the first.
/// The default run is the same every time; REDIS_ORACLE_SEED=&lt;number&gt; explores, REDIS_ORACLE_SCRIPTS=&lt;number&gt; makes it longer or shorter.
/// </summary>
[TestFixture]
internal sealed partial class ScriptDifferentialTests
{
    private const int Batch = 50;
    private const int Shown = 20;

    private static readonly ReplyTable Rules = new(AllFamilies.List);

    private static readonly ulong Seed = ulong.Parse(Environment.GetEnvironmentVariable("REDIS_ORACLE_SEED") ?? "20260102", CultureInfo.InvariantCulture);

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("REDIS_ORACLE_SCRIPTS") ?? "2000", CultureInfo.InvariantCulture);

    [Test]
    public void Generated_scripts_answer_as_Redis()
    {
        StringBuilder differences = new();
        int found = 0;
        for (int batch = 0; batch < Count / Batch && found < Shown; batch++)
        {
            string[] scripts = Gen.ArrayOf(ScriptGenerator.Script, Batch).Sample(1, new Rnd(Seed + (ulong)batch), 100)[0];
            found += Compare(scripts, batch % 2 + 2, differences);
        }

        Assert.That(found, Is.Zero, () => $"REDIS_ORACLE_SEED={Seed}\n{differences}");
    }

    /// <summary>Answers how many scripts, or sets of data, differ.</summary>
    private static int Compare(string[] scripts, int version, StringBuilder differences)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        using LocalExecutor local = new(), follower = new();
        local.Writer.Version = version;
        follower.Writer.IsMuted = true;
        follower.Now = local.Now;
        Request[] requests = [.. scripts.Select(script => new Request("EVAL", script, "1", "k1", "arg", "12"))];
        int found = Compare(requests, [.. oracle.Run([new Request("FLUSHALL"), .. requests]).Skip(1)], local, IsSameText, version, differences);
        foreach (Request request in requests)
            follower.RunRaw(request);
        if (found == 0)
        {
            Request[] reads = [.. Dataset.Read(local.Run)];
            found += Compare(reads, oracle.Run(reads), local, (request, ours, theirs) => IsSameText(request, ours, theirs) || Rules.AreAlike(request, ours, theirs), version, differences);
        }

        if (Digest.Of(local.Keyspace).Equals(Digest.Of(follower.Keyspace)))
            return found;
        differences.Append(CultureInfo.InvariantCulture, $"leader and follower differ after\n{string.Join('\n', scripts)}\n");
        return found + 1;
    }

    private static int Compare(Request[] requests, IReadOnlyList<Reply> theirs, LocalExecutor local, Func<Request, Reply, Reply, bool> areAlike, int version, StringBuilder differences)
    {
        int found = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            Reply ours = local.Run(requests[i]);
            if (areAlike(requests[i], ours, theirs[i]))
                continue;
            found++;
            differences.Append(CultureInfo.InvariantCulture, $"RESP{version} {requests[i]}\n   ours: {ours}\n  redis: {theirs[i]}\n");
        }

        return found;
    }

    private static bool IsSameText(Request request, Reply ours, Reply theirs) => Text(ours).Equals(Text(theirs), StringComparison.Ordinal);

    /// <summary>
    /// Addresses are each server's own. C compilers choose which of several wrong arguments is named, arithmetic with a text does
    /// not name the variable that is wrong, and what is not a number has no sign (docs/using.md). So the lengths of texts do not count either: the texts do.
    /// </summary>
    private static string Text(Reply reply)
    {
        string text = Address().Replace(reply.ToString(), "0xADDRESS");
        text = WrongArgument().Replace(text, "bad argument to $1 script");
        text = WrongOperand().Replace(text, "perform arithmetic on $1").Replace("-nan", "nan", StringComparison.Ordinal);
        return Length().Replace(text, "$$");
    }

    [GeneratedRegex(@"\$[0-9]+")]
    private static partial Regex Length();

    [GeneratedRegex("0x[0-9a-f]{8,}")]
    private static partial Regex Address();

    [GeneratedRegex(@"bad argument #\d+ to '(\w+)' \(.*?\) script")]
    private static partial Regex WrongArgument();

    [GeneratedRegex(@"perform arithmetic on \w+ '[^']*' \((a \w+ value)\)")]
    private static partial Regex WrongOperand();
}
