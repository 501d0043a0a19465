using System.Security.Cryptography.X509Certificates;

namespace Redis.Server.Tests.Security;

/// <summary>How a test's clients come in: over TLS, with which certificate, and as whom.</summary>
/// <param name="Authority">Whom to trust; null: no TLS.</param>
/// <param name="Certificate">What to show.</param>
/// <param name="Login">The words behind AUTH; empty: none.</param>
internal sealed record TestDoor(TestAuthority? Authority, X509Certificate2? Certificate, params string[] Login)
{
    public static TestDoor Plain { get; } = new(null, null);
}
