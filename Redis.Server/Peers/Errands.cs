using System.Net.Sockets;
using Redis.Server.Configuration;

namespace Redis.Server.Peers;

/// <summary>A node as the client of another: connects, logs in as nodes do, asks one thing.</summary>
internal sealed class Errands(ServerOptions options, TransportDialer dial)
{
    /// <summary>The reply, which may be an error reply; also the one that refused the login.</summary>
    /// <exception cref="IOException">There was no answer, for whatever reason.</exception>
    public async Task<RespReply> AskAsync(string address, IReadOnlyList<string> words, CancellationToken cancellation)
    {
        try
        {
            Transport transport = await dial(address, cancellation).ConfigureAwait(false);
            using RespClient client = new(transport);
            if (options.Raft.LogsInToPeers)
            {
                RespReply accepted = await client.CallAsync(["AUTH", options.Raft.ClusterUser, options.Raft.ClusterPassword], cancellation).ConfigureAwait(false);
                if (accepted.IsError)
                {
                    return accepted;
                }
            }

            return await client.CallAsync(words, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
