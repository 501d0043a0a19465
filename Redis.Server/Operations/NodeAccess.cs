using System.Net.Security;

namespace Redis.Server.Operations;

/// <summary>How an operator's tool comes in at a node: as whom, and over TLS or not.</summary>
/// <param name="User">Empty: the default user.</param>
/// <param name="Password">Empty: nobody logs in.</param>
/// <param name="Tls">What to say and to trust in a handshake with a host; null: plain TCP.</param>
internal sealed record NodeAccess(string User, string Password, Func<string, SslClientAuthenticationOptions>? Tls)
{
    public static NodeAccess Plain { get; } = new("", "", null);

    /// <summary>A connection for commands, logged in.</summary>
    /// <exception cref="IOException">There is no connection, or not in time, or the node does not let this user in.</exception>
    public RespConnection Connect(string host, int port, TimeSpan timeout)
    {
        RespConnection connection = RespConnection.Open(host, port, timeout, Tls?.Invoke(host));
        try
        {
            if (Password.Length > 0 && connection.Call(User.Length > 0 ? ["AUTH", User, Password] : ["AUTH", Password]) is { IsError: true } refusal)
                throw new IOException($"{host}:{port} answers: {refusal.Text}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
