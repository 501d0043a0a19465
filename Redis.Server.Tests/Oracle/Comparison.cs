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
    private readonly ReplyTable _rules;

    public Comparison(IEnumerable<CommandFamily> families) => _rules = new ReplyTable(families);

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

        foreach (Request request in Dataset.Read(local.Run))
        {
            all.Add(request);
            ours.Add(local.Run(request));
        }

        Commands += requests.Count;
        OracleConnection oracle = version == 3 ? _oracle3 : _oracle2;
        List<Reply> theirs = oracle.Run([new Request("FLUSHALL"), .. all]).Skip(1).ToList();
        for (int i = 0; i < all.Count; i++)
        {
            if (!_rules.AreAlike(all[i], ours[i], theirs[i]))
                return Describe(requests, version, all[i], ours[i], theirs[i]);
        }

        Digest digest = Digest.Of(local.Keyspace), replica = Digest.Of(follower.Keyspace);
        return digest.Equals(replica) ? null : $"{Lines(requests)}\nleader's digest {digest}, follower's {replica}";
    }

    public void Dispose()
    {
        _oracle2.Dispose();
        _oracle3.Dispose();
    }

    public static string Describe(IReadOnlyList<Request> requests, int version, Request request, Reply ours, Reply theirs) =>
        $"""
        RESP{version}, from FLUSHALL:
        {Lines(requests)}
        differs at: {request}
              ours: {ours}
             redis: {theirs}
        """;

    private static string Lines(IReadOnlyList<Request> requests) => string.Join('\n', requests.Select(request => "  " + request));
}
