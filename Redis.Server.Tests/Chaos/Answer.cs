using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos;

/// <summary>What became of the requests that a client sent together: their replies, or none where the connection ended or took too long.</summary>
internal sealed record Answer(Fate Fate, Reply[] Replies)
{
    /// <summary>Errors that promise that nothing happened.</summary>
    private static readonly string[] Refusals = ["MOVED ", "CLUSTERDOWN ", "NOTLEADER ", "LOADING ", "NOCLUSTER ", "TRYAGAIN ", "EXECABORT "];

    /// <summary>Errors that promise nothing.</summary>
    private static readonly string[] Doubts = ["TIMEOUT ", "UNBLOCKED "];

    public static Answer NotSent { get; } = new(Fate.Failed, []);

    public static Answer Lost { get; } = new(Fate.Unknown, []);

    public Reply Last => Replies[^1];

    public string Text => Replies.Length == 0 ? Fate == Fate.Failed ? "not sent" : "no answer" : ReplyText.Of(Last);

    public static Answer Of(Reply[] replies) => new(FateOf(replies[^1]), replies);

    /// <exception cref="UnexpectedErrorException">An error that no fault explains.</exception>
    public static Fate FateOf(Reply reply)
    {
        if (reply.Kind != '-')
            return Fate.Done;
        string text = reply.AsString;
        return Array.Exists(Refusals, start => text.StartsWith(start, StringComparison.Ordinal)) ? Fate.Failed
            : Array.Exists(Doubts, start => text.StartsWith(start, StringComparison.Ordinal)) ? Fate.Unknown
            : throw new UnexpectedErrorException(text);
    }
}

/// <summary>An error reply that the workload could not get whatever goes wrong around it.</summary>
internal sealed class UnexpectedErrorException(string text) : Exception(text);
