using System.Collections.Concurrent;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>
/// Pipelines of requests whose right answers are known: every reply has to be that of its request. Every key is written once;
/// what was acknowledged is on every node in the end, and what was refused is on none.
/// </summary>
internal sealed class PipelineWorkload(string prefix, Journal journal, Tally tally) : Workload("pipelines", journal, tally)
{
    private const int Writes = 3;
    private const int KeysARead = 500;

    private readonly ConcurrentDictionary<string, Fate> _fates = [];
    private int _lastKey;

    public override async Task StepAsync(ChaosClient client)
    {
        string[] keys = [.. Enumerable.Range(0, Writes).Select(_ => $"{prefix}once:{Interlocked.Increment(ref _lastKey)}")];
        List<Request> requests = [];
        foreach (string key in keys)
            requests.AddRange([new Request("SET", key, key), new Request("MGET", key), new Request("EVAL", "return {ARGV[1]}", "0", key)]);
        Answer answer = await AskAsync(client, true, [.. requests]);
        try
        {
            CheckReplies(keys, requests, answer);
        }
        catch (UnexpectedErrorException error)
        {
            Saw("unexpected error", $"one of {string.Join(" ; ", requests)} was answered with: {error.Message}");
        }
    }

    public override async Task FinishAsync(ChaosCluster cluster)
    {
        foreach (ChaosNode node in cluster.Members)
        {
            using TestClient client = await node.Server.ConnectAsync();
            foreach (string[] keys in _fates.Keys.Chunk(KeysARead))
            {
                Reply[] values = (await client.CallAsync(["RAFT.DEBUG", "EXEC", "MGET", .. keys])).Elements;
                for (int i = 0; i < keys.Length; i++)
                    CheckHeld(node, keys[i], values[i]);
            }
        }
    }

    protected override IEnumerable<Anomaly> CheckHistory() => [];

    private void CheckReplies(string[] keys, List<Request> requests, Answer answer)
    {
        for (int i = 0; i < requests.Count; i++)
        {
            Fate fate = answer.Replies.Length == 0 ? answer.Fate : Answer.FateOf(answer.Replies[i]);
            string key = keys[i / (requests.Count / Writes)];
            if (requests[i].Name == "set")
                _fates[key] = fate;
            if (fate == Fate.Done)
                CheckReply(requests[i], ReplyText.Of(answer.Replies[i]), isWritten: _fates[key]);
        }
    }

    private void CheckReply(Request request, string reply, Fate isWritten)
    {
        string key = System.Text.Encoding.ASCII.GetString(request.Args[^1]);
        bool isRight = request.Name switch
        {
            "set" => reply == "+OK",
            "eval" => reply == $"[${key}]",
            _ => reply == $"[${key}]" || (isWritten != Fate.Done && reply == "[(nil)]"),
        };
        if (!isRight)
            Saw("reply to another request", $"{request} was answered with {reply}");
    }

    private void CheckHeld(ChaosNode node, string key, Reply value)
    {
        Fate fate = _fates[key];
        if (fate == Fate.Done && value.IsNull)
            Saw("lost write", $"node {node.Number} does not have {key}, which was acknowledged");
        else if (fate == Fate.Failed && !value.IsNull)
            Saw("aborted read (G1a)", $"node {node.Number} has {key}, whose client was told that it was not written");
        else if (!value.IsNull && value.AsString != key)
            Saw("wrong value", $"node {node.Number} has {value.AsString} in {key}");
    }
}
