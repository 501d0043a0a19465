using System.Globalization;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>What happens to nodes that were removed from the cluster: they are told, stop, and put their files aside.</summary>
internal sealed class Retirement(ServerOptions options, Errands errands, ILogger logger)
{
    /// <summary>How the folder begins that the files of a removed node are put into; its id follows.</summary>
    public const string FolderPrefix = "removed-node-";

    private ClusterConfiguration _known = ClusterConfiguration.Empty;

    /// <summary>A configuration was applied: tells the nodes that it removed, best effort, when this node leads.</summary>
    public void Applied(ClusterConfiguration configuration, bool leads)
    {
        Member[] removed = [.. _known.Members.Where(m => configuration.Find(m.Id) is null)];
        _known = configuration;
        if (leads)
        {
            foreach (Member member in removed)
            {
                _ = TellAsync(member);
            }
        }
    }

    /// <summary>
    /// Moves the node's files into a directory of their own, so that nothing is lost and the next start is that of a
    /// node without a cluster.
    /// </summary>
    public void PutAside(int nodeId)
    {
        string target = Path.Combine(options.Directory, string.Create(CultureInfo.InvariantCulture, $"{FolderPrefix}{nodeId}"));
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(options.Directory))
        {
            string name = Path.GetFileName(file);
            if (name == options.DbFileName || name.StartsWith(options.Raft.LogFileName, StringComparison.Ordinal) || name.StartsWith("raft.", StringComparison.Ordinal))
            {
                File.Move(file, Path.Combine(target, name), overwrite: true);
            }
        }

        logger.LogWarning("Node {NodeId} was removed from its cluster; its files are now in {Directory}", nodeId, target);
    }

    private async Task TellAsync(Member member)
    {
        try
        {
            using CancellationTokenSource limit = new(options.Raft.ResponseTimeout);
            await errands.AskAsync(member.Address, ["RAFT.NODESHUTDOWN", member.Id.ToString(CultureInfo.InvariantCulture)], limit.Token).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            logger.LogDebug("Node {NodeId} could not be told that it was removed: {Reason}", member.Id, exception.Message);
        }
    }
}
