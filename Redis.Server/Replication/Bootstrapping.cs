using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// raft.bootstrap: nodes that were started alike form one cluster, once. Two rules keep it one:
/// only the node whose address stands first begins a cluster, and only after every node of the list, itself by its own
/// address among them, has said that it waits, with the same list. All others join whatever member they find.
/// </summary>
/// <remarks>
/// A majority would not do: a cluster may consist of the first node and one more, and when the first one then loses its disk
/// while the other one cannot be reached, those that are left know of no cluster. With all of the list there is always
/// somebody who would know: in the moment the last answer was given no node of the list was a member, because a waiting node
/// becomes one only through a member.
/// </remarks>
internal sealed class Bootstrapping : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly RaftHost _host;
    private readonly ServerOptions _options;
    private readonly Errands _errands;
    private readonly Joining _joining;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<string> _addresses;
    private readonly string _instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly CancellationTokenSource _ended = new();
    private volatile bool _takesPart;
    private volatile bool _asksToJoin;
    private string _said = "";

    public Bootstrapping(RaftHost host, ServerOptions options, Errands errands, Joining joining, ILogger logger)
    {
        (_host, _options, _errands, _joining, _logger) = (host, options, errands, joining, logger);
        _addresses = options.Raft.Bootstrap;
    }

    /// <summary>How far this node has come. Any thread.</summary>
    public BootstrapState State => new(_instance, Phase, _host.ClusterId, Text(_addresses));

    private string Phase =>
        _host.ClusterId.Length > 0 ? BootstrapState.Member
        : _asksToJoin ? BootstrapState.Joining
        : _takesPart ? BootstrapState.Waiting
        : BootstrapState.Manual;

    /// <summary>Before clients are let in: from here on RAFT.CLUSTER INIT and JOIN by hand are refused where this node forms a cluster by itself.</summary>
    public void Prepare()
    {
        if (_addresses.Count == 0)
        {
            return;
        }

        if (_host.Admission.State != NodeState.Uninitialized)
        {
            _takesPart = true;
        }
        else if (Directory.EnumerateDirectories(_options.Directory, $"{Retirement.FolderPrefix}*").Any())
        {
            _logger.LogWarning("This node was removed from a cluster, so raft.bootstrap does nothing: with an empty directory it joins again, or by RAFT.CLUSTER JOIN");
        }
        else
        {
            _takesPart = true;
            _host.Admission.State = NodeState.Joining;
        }
    }

    /// <summary>Begins, once this node can be reached.</summary>
    public void Start()
    {
        if (_takesPart)
        {
            _ = RunAsync();
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private async Task RunAsync()
    {
        CancellationToken ended = _ended.Token;
        try
        {
            while (_host.ClusterId.Length == 0)
            {
                await AdvanceAsync(ended).ConfigureAwait(false);
                if (_host.ClusterId.Length == 0)
                {
                    await Task.Delay(Pause, ended).ConfigureAwait(false);
                }
            }

            await ReplaceFormerSelvesAsync(ended).ConfigureAwait(false);
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception exception)
        {
            _host.Fail(exception);
        }
    }

    /// <summary>Asks all of the list, and joins, begins a cluster or leaves it at that.</summary>
    private async Task AdvanceAsync(CancellationToken ended)
    {
        Answer[] answers = await Task.WhenAll(_addresses.Select(address => AskAsync(address, ended))).ConfigureAwait(false);
        Answer[] members = [.. answers.Where(answer => answer.State is { ClusterId.Length: > 0 })];
        string[] clusters = [.. members.Select(member => member.State!.ClusterId).Distinct()];
        if (clusters.Length > 1)
        {
            Say($"the nodes of raft.bootstrap belong to different clusters: {string.Join(", ", members.Select(member => $"{member.Address} to {member.State!.ClusterId}"))}");
        }
        else if (clusters.Length == 1)
        {
            _asksToJoin = true;
            string? failure = await _joining.RunAsync([.. members.Select(member => member.Address)], ended).ConfigureAwait(false);
            _asksToJoin = false;
            Say(failure ?? "");
        }
        else if (Obstacle(answers) is { } obstacle)
        {
            Say(obstacle);
        }
        else
        {
            string id = await _host.InitAsync(null).ConfigureAwait(false);
            _logger.LogInformation("All {Count} nodes of raft.bootstrap wait: began cluster {ClusterId}", _addresses.Count, id);
        }
    }

    /// <summary>Why this node does not begin a cluster now; null when it does.</summary>
    private string? Obstacle(Answer[] answers)
    {
        if (!AreEqual(_addresses[0], _options.AdvertisedAddress))
        {
            string stranger = _addresses.Any(address => AreEqual(address, _options.AdvertisedAddress))
                ? "" : $"; this node's address, {_options.AdvertisedAddress}, is not among them, so it can only join";
            return $"{_addresses[0]}, the first of raft.bootstrap, begins a cluster when all of them wait{stranger}";
        }

        string[] obstacles = [.. answers.Select(Obstacle).OfType<string>()];
        return obstacles.Length > 0 ? string.Join("; ", obstacles)
            : answers[0].State!.Instance != _instance ? $"{_addresses[0]} leads to another node: raft.addr is not this node's"
            : answers.DistinctBy(answer => answer.State!.Instance).Count() < answers.Length ? "several addresses of raft.bootstrap lead to the same node"
            : null;
    }

    private string? Obstacle(Answer answer) =>
        answer.State is not { } state ? $"{answer.Address} does not answer ({answer.Failure})"
        : state.Phase == BootstrapState.Manual ? $"{answer.Address} does not take part: it has no raft.bootstrap, or was removed from a cluster"
        : !AreEqual(state.Addresses, Text(_addresses)) ? $"{answer.Address} has another list, {state.Addresses}"
        : state.Phase != BootstrapState.Waiting ? $"{answer.Address} is {state.Phase}"
        : null;

    private async Task<Answer> AskAsync(string address, CancellationToken ended)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ended);
        limit.CancelAfter(_options.Raft.ConnectionTimeout);
        try
        {
            RespReply reply = await _errands.AskAsync(address, ["RAFT.BOOTSTRAP"], limit.Token).ConfigureAwait(false);
            return BootstrapState.Of(reply) is { } state ? new Answer(address, state, "") : new Answer(address, null, reply.ToString());
        }
        catch (IOException exception)
        {
            return new Answer(address, null, exception.Message);
        }
    }

    /// <summary>
    /// A node that lost its disk comes back under a new id; the old one at the same address counts as a voter that is down.
    /// Once this node votes, the leader has reached it at that address, so nobody else is there.
    /// </summary>
    private async Task ReplaceFormerSelvesAsync(CancellationToken ended)
    {
        while (true)
        {
            (bool isVoter, int former, string? leader) = _host.Consensus.Read((server, _) => FormerSelf(server), default);
            if (isVoter && former == 0)
            {
                return;
            }

            if (leader is not null)
            {
                await RemoveAsync(former, leader, ended).ConfigureAwait(false);
            }

            await Task.Delay(Pause, ended).ConfigureAwait(false);
        }
    }

    private async Task RemoveAsync(int former, string leader, CancellationToken ended)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ended);
        limit.CancelAfter(_options.Raft.JoinTimeout);
        try
        {
            RespReply reply = await _errands.AskAsync(leader, ["RAFT.NODE", "REMOVE", former.ToString(CultureInfo.InvariantCulture)], limit.Token).ConfigureAwait(false);
            _logger.LogInformation("Node {Former} is who this node was before it lost its data; it was to leave the cluster: {Reply}", former, reply);
        }
        catch (IOException exception)
        {
            _logger.LogInformation("Node {Former}, who this node was before it lost its data, could not be removed yet: {Reason}", former, exception.Message);
        }
    }

    private static (bool IsVoter, int Former, string? Leader) FormerSelf(RaftServer server)
    {
        ClusterConfiguration configuration = server.Configuration;
        if (configuration.Find(server.NodeId) is not { IsVoter: true } self)
        {
            return default;
        }

        Member? former = configuration.Members.FirstOrDefault(member => member.Id < self.Id && AreEqual(member.Address, self.Address));
        return former is null ? (true, 0, null) : (true, former.Id, configuration.Find(server.Leader)?.Address);
    }

    /// <summary>Once for each reason.</summary>
    private void Say(string reason)
    {
        if (reason != _said && reason.Length > 0)
        {
            _logger.LogInformation("No cluster yet: {Reason}", reason);
        }

        _said = reason;
    }

    private static string Text(IReadOnlyList<string> addresses) => string.Join(',', addresses);

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private sealed record Answer(string Address, BootstrapState? State, string Failure);
}
