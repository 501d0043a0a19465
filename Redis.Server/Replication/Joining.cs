using System.Globalization;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// RAFT.CLUSTER JOIN: asks the given members, and those they point to, in turn for a place in their cluster, until one
/// gives it or raft.join-timeout is over.
/// </summary>
internal sealed class Joining(RaftHost host, ServerOptions options, Errands errands, ILogger logger)
{
    private const string Failure = "failed to connect to cluster for join operation, please check logs";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Null once this node is a member; otherwise why not.</summary>
    public async Task<string?> RunAsync(IReadOnlyList<string> addresses, CancellationToken cancellation = default)
    {
        NodeState before = host.Admission.State;
        host.Admission.State = NodeState.Joining;
        string reason = "no address answered";
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Raft.JoinTimeout);
        LinkedList<string> candidates = new(addresses);
        while (!limit.IsCancellationRequested)
        {
            foreach (string address in addresses)
            {
                if (!candidates.Contains(address))
                {
                    candidates.AddLast(address);
                }
            }

            while (candidates.First is { } next && !limit.IsCancellationRequested)
            {
                candidates.RemoveFirst();
                JoinAnswer answer = await AskAsync(next.Value, limit.Token).ConfigureAwait(false);
                if (answer.NodeId > 0)
                {
                    host.BecomeMember(answer.ClusterId, answer.NodeId);
                    logger.LogInformation("Joined cluster {ClusterId} as node {NodeId} through {Address}", answer.ClusterId, answer.NodeId, next.Value);
                    return null;
                }

                reason = $"{next.Value}: {answer.Refusal}";
                logger.LogInformation("Not joined through {Address}: {Reason}", next.Value, answer.Refusal);
                if (answer.IsFinal)
                {
                    host.Admission.State = before;
                    return $"{Failure}: {reason}{AdviceOn(answer.Refusal)}";
                }

                if (answer.Redirect is { } redirect)
                {
                    candidates.AddFirst(redirect);
                }
            }

            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
        }

        host.Admission.State = before;
        return $"{Failure}: {reason}";
    }

    /// <summary>A node that lost its disk has forgotten what it promised: its id stays with the promises.</summary>
    private static string AdviceOn(string refusal) => refusal.Contains("already been used", StringComparison.Ordinal)
        ? ". A node that was removed or lost its data joins under a new id: CONFIG SET raft.id 0 and JOIN again for the next free one; then RAFT.NODE REMOVE the old id"
        : "";

    private async Task<JoinAnswer> AskAsync(string address, CancellationToken cancellation)
    {
        string id = options.Raft.Id.ToString(CultureInfo.InvariantCulture);
        try
        {
            return JoinAnswer.Of(await errands.AskAsync(address, ["RAFT.NODE", "ADD", id, options.AdvertisedAddress], cancellation).ConfigureAwait(false));
        }
        catch (IOException exception)
        {
            return JoinAnswer.Refused(exception.Message);
        }
    }

    /// <summary>What a member said: a place, another address to ask, or why not.</summary>
    private sealed record JoinAnswer(int NodeId, string ClusterId, string? Redirect, string Refusal, bool IsFinal)
    {
        public static JoinAnswer Refused(string reason) => new(0, "", null, reason, false);

        public static JoinAnswer Of(RespReply reply)
        {
            if (reply.Items is [{ Text: { } id }, { Text: { } clusterId }])
            {
                return new JoinAnswer(int.Parse(id, CultureInfo.InvariantCulture), clusterId, null, "", true);
            }

            string text = reply.ToString();
            string? redirect = text.StartsWith("MOVED ", StringComparison.Ordinal) ? text.Split(' ')[^1] : null;
            bool isFinal = text.StartsWith("ERR node id", StringComparison.Ordinal) || text.StartsWith("ERR invalid", StringComparison.Ordinal);
            return new JoinAnswer(0, "", redirect, text, isFinal);
        }
    }
}
