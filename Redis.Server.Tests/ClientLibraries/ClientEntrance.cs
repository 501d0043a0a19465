using Redis.Server.Tests.Security;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>
/// How clients of a library come in: plainly, or over TLS as a user of the ACL, at nodes that have no plain port and a password
/// for everybody else.
/// </summary>
internal sealed class ClientEntrance : IDisposable
{
    public const string User = "app";
    public const string Password = "app's secret";

    private const string AdminPassword = "admin's secret";

    public ClientEntrance(bool isSecure)
    {
        if (!isSecure)
            return;
        Authority = new TestAuthority("ours");
        Door = new TestDoor(Authority, null, AdminPassword);
        ServerOptions =
        [
            .. Authority.ServerOptions("node"), "--tls-cluster", "yes", "--tls-auth-clients", "no",
            "--requirepass", AdminPassword, "--raft.cluster-password", AdminPassword,
            "--user", User, "on", $"#{Server.Security.AclPassword.Hash(System.Text.Encoding.UTF8.GetBytes(Password))}", "~*", "&*", "+@all",
        ];
    }

    /// <summary>Whom clients have to trust; null: no TLS.</summary>
    public TestAuthority? Authority { get; }

    /// <summary>The test's own way in.</summary>
    public TestDoor Door { get; } = TestDoor.Plain;

    /// <summary>What nodes need for it.</summary>
    public string[] ServerOptions { get; } = [];

    /// <summary>What the scripts of other languages get: the authority's certificate, the user and the password.</summary>
    public string[] ScriptArguments => Authority is null ? [] : [Authority.CaFile, User, Password];

    /// <summary>What redis-cli needs.</summary>
    public string[] CliArguments => Authority is null ? [] : ["--tls", "--cacert", Authority.CaFile, "--user", User, "--pass", Password, "--no-auth-warning"];

    public void Dispose() => Authority?.Dispose();
}
