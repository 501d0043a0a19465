using System.Text;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// Runs sequences of requests on a real redis-server and on our executor, from an empty dataset, and tells where replies or the
/// datasets left behind differ. A second executor, muted as a follower's, must end with an equal digest.
/// </summary>
internal sealed class Comparison : IDisposable
{
    private readonly OracleConnection _oracle2 = OracleServer.Connect(2);
    private readonly OracleConnection _oracle3 = OracleServer.Connect(3);
    private readonly Dictionary<string, ReplyRule> _rules = new(DatasetRules);

    /// <summary>How the closing comparison of datasets reads unordered types and times.</summary>
    private static readonly Dictionary<string, ReplyRule> DatasetRules = new()
    {
        ["keys"] = ReplyRule.AnyOrder("the order of keys is that of a hash table"),
        ["smembers"] = ReplyRule.AnyOrder("the order of members is that of a hash table"),
        ["hgetall"] = ReplyRule.AnyOrderOfPairs("the order of fields is that of a hash table"),
        ["ttl"] = ReplyRule.Near(2, "the clocks differ by the time a batch takes"),
        ["pttl"] = ReplyRule.Near(2000, "the clocks differ by the time a batch takes"),
        ["expiretime"] = ReplyRule.Near(2, "the clocks differ by the time a batch takes"),
        ["pexpiretime"] = ReplyRule.Near(2000, "the clocks differ by the time a batch takes"),
    };

    public Comparison(IEnumerable<CommandFamily> families)
    {
        foreach ((string name, ReplyRule rule) in families.SelectMany(family => family.Rules))
            _rules[name] = rule;
    }

    /// <summary>Number of commands compared so far.</summary>
    public int Commands { get; private set; }

    /// <summary>Null when all is alike; else the sequence and the difference, as redis-cli lines.</summary>
    public string? FindDifference(IReadOnlyList<Request> requests, int version)
    {
        using LocalExecutor local = new(), follower = new();
        local.Writer.Version = version;
        follower.Writer.IsMuted = true;
        follower.Now = local.Now;
        List<Request> all = [.. requests];
        List<Reply> ours = [];
        foreach (Request request in requests)
        {
            ours.Add(local.Run(request));
            follower.RunRaw(request);
        }

        foreach (Request request in ReadAll(local))
        {
            all.Add(request);
            ours.Add(local.Run(request));
        }

        Commands += requests.Count;
        OracleConnection oracle = version == 3 ? _oracle3 : _oracle2;
        List<Reply> theirs = oracle.Run([new Request("FLUSHALL"), .. all]).Skip(1).ToList();
        for (int i = 0; i < all.Count; i++)
        {
            if (!AreAlike(all[i], ours[i], theirs[i]))
                return Describe(requests, version, all[i], ours[i], theirs[i]);
        }

        Digest digest = local.Keyspace.ComputeDigest(), replica = follower.Keyspace.ComputeDigest();
        return digest.Equals(replica) ? null : $"{Lines(requests)}\nleader's digest {digest}, follower's {replica}";
    }

    public void Dispose()
    {
        _oracle2.Dispose();
        _oracle3.Dispose();
    }

    private bool AreAlike(Request request, Reply ours, Reply theirs)
    {
        if (ours.Raw.AsSpan().SequenceEqual(theirs.Raw))
            return true;
        return _rules.TryGetValue(request.Name, out ReplyRule? rule) && rule.Accepts(ours, theirs);
    }

    /// <summary>Commands that read the whole dataset.</summary>
    private static IEnumerable<Request> ReadAll(LocalExecutor local)
    {
        Reply keys = local.Run(new Request("KEYS", "*"));
        yield return new Request("KEYS", "*");
        foreach (byte[] key in keys.Elements.Select(element => element.Text))
        {
            yield return Of("TYPE", key);
            yield return new Request(["OBJECT"u8.ToArray(), "ENCODING"u8.ToArray(), key]);
            yield return Of("PEXPIRETIME", key);
            switch (local.Keyspace.Peek(key).Type)
            {
                case RedisType.String:
                    yield return Of("GET", key);
                    break;
                case RedisType.List:
                    yield return new Request(["LRANGE"u8.ToArray(), key, "0"u8.ToArray(), "-1"u8.ToArray()]);
                    break;
                case RedisType.Set:
                    yield return Of("SMEMBERS", key);
                    break;
                case RedisType.Hash:
                    yield return Of("HGETALL", key);
                    break;
                case RedisType.SortedSet:
                    yield return new Request(["ZRANGE"u8.ToArray(), key, "0"u8.ToArray(), "-1"u8.ToArray(), "WITHSCORES"u8.ToArray()]);
                    break;
            }
        }
    }

    private static Request Of(string command, byte[] key) => new([Encoding.ASCII.GetBytes(command), key]);

    private static string Describe(IReadOnlyList<Request> requests, int version, Request request, Reply ours, Reply theirs) =>
        $"""
        RESP{version}, from FLUSHALL:
        {Lines(requests)}
        differs at: {request}
              ours: {ours}
             redis: {theirs}
        """;

    private static string Lines(IReadOnlyList<Request> requests) => string.Join('\n', requests.Select(request => "  " + request));
}
