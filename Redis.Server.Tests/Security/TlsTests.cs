using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Security;

/// <summary>One node with a TLS port beside its plain one: who comes in, with what, and what happens when certificates change.</summary>
[TestFixture]
internal sealed class TlsTests
{
    private readonly TestAuthority _authority = new("ours");
    private readonly TestAuthority _foreign = new("theirs");
    private readonly int _tlsPort = LoopbackPorts.Next();
    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = new TestCluster();
        await _cluster.AddAsync(1, ["--tls-port", $"{_tlsPort}", .. _authority.ServerOptions("first")]);
        await _cluster.FormAsync();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _cluster.Dispose();
        _authority.Dispose();
        _foreign.Dispose();
    }

    [TearDown]
    public void Report() => _cluster.ReportIfFailed();

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task WithACertificate_AClientIsServed(SslProtocols version)
    {
        using TestClient client = await TestClient.ConnectAsync(_tlsPort, new TestDoor(_authority, _authority.Issue("client")), version);
        Assert.That(await client.AskAsync("SET", "tls", new string('x', 100_000)), Is.EqualTo("+OK"));
        Assert.That((await client.CallAsync("GET", "tls")).Text, Has.Length.EqualTo(100_000));
        Reply[] replies = await client.PipelineAsync([.. Enumerable.Range(0, 2000).Select(i => new Request("SET", $"p{i}", "1"))]);
        Assert.That(replies.Select(ReplyText.Of), Is.All.EqualTo("+OK"));
        Assert.That(await client.AskAsync("QUIT"), Is.EqualTo("+OK"));
        Assert.That(await client.IsClosedAsync());
    }

    [Test]
    public Task WithoutACertificate_AClientIsRefused() => RefusedAsync(new TestDoor(_authority, null));

    [Test]
    public Task WithAForeignCertificate_AClientIsRefused() => RefusedAsync(new TestDoor(_authority, _foreign.Issue("stranger")));

    [Test]
    public async Task InTheClear_NothingIsAnswered()
    {
        using TestClient client = await TestClient.ConnectAsync(_tlsPort);
        await client.SendAsync("PING\r\n");
        Assert.That(await client.IsClosedAsync());
    }

    [Test]
    public async Task OptionalAndNo_LetClientsInWithoutACertificate()
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        try
        {
            Assert.That(await admin.AskAsync("CONFIG", "SET", "tls-auth-clients", "optional"), Is.EqualTo("+OK"));
            await ServedAsync(new TestDoor(_authority, null));
            await RefusedAsync(new TestDoor(_authority, _foreign.Issue("stranger")));
            Assert.That(await admin.AskAsync("CONFIG", "SET", "tls-auth-clients", "no"), Is.EqualTo("+OK"));
            await ServedAsync(new TestDoor(_authority, null));
        }
        finally
        {
            await admin.AskAsync("CONFIG", "SET", "tls-auth-clients", "yes");
        }

        await RefusedAsync(new TestDoor(_authority, null));
    }

    [Test]
    public async Task NewCertificates_CountFromTheNextHandshakeOn()
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        (string cert, string key) = _authority.IssueFiles("second", "passphrase");
        using TestClient before = await TestClient.ConnectAsync(_tlsPort, new TestDoor(_authority, _authority.Issue("client")));
        Assert.That(before.ServerName, Is.EqualTo("CN=first"));
        try
        {
            Assert.That(
                await admin.AskAsync("CONFIG", "SET", "tls-cert-file", cert, "tls-key-file", key, "tls-key-file-pass", "passphrase", "tls-ca-cert-file", "", "tls-ca-cert-dir", _authority.CaDirectory),
                Is.EqualTo("+OK"));
            using TestClient after = await TestClient.ConnectAsync(_tlsPort, new TestDoor(_authority, _authority.Issue("client")));
            Assert.That(after.ServerName, Is.EqualTo("CN=second"));
            Assert.That(await before.AskAsync("PING"), Is.EqualTo("+PONG"), "who is in stays in");
        }
        finally
        {
            (cert, key) = _authority.IssueFiles("first");
            await admin.AskAsync("CONFIG", "SET", "tls-cert-file", cert, "tls-key-file", key, "tls-key-file-pass", "", "tls-ca-cert-file", _authority.CaFile, "tls-ca-cert-dir", "");
        }
    }

    [TestCase("tls-cert-file", "/nowhere/at.all")]
    [TestCase("tls-key-file", "")]
    [TestCase("tls-ca-cert-file", "")]
    [TestCase("tls-protocols", "TLSv1.1")]
    [TestCase("tls-ciphers", "HIGH:!aNULL")]
    [TestCase("tls-ciphersuites", "TLS_NO_SUCH_THING")]
    public async Task BadSettings_AreRefusedAsAWhole(string option, string value)
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        string before = await admin.AskAsync("CONFIG", "GET", option);
        (string cert, string key) = _authority.IssueFiles("third");
        Assert.That(
            await admin.AskAsync(["CONFIG", "SET", .. option == "tls-cert-file" ? (string[])["tls-key-file", key] : ["tls-cert-file", cert], option, value]),
            Does.StartWith("-ERR CONFIG SET failed (possibly related to argument '").And.EndsWith("') - Unable to update TLS configuration. Check server logs."));
        Assert.That(await admin.AskAsync("CONFIG", "GET", option), Is.EqualTo(before));
        await ServedAsync(new TestDoor(_authority, _authority.Issue("client")));
    }

    [Test]
    public async Task Ciphers_AreThoseThatWereNamed()
    {
        using TestClient admin = await _cluster.Nodes[0].ConnectAsync();
        try
        {
            Assert.That(
                await admin.AskAsync("CONFIG", "SET", "tls-ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-RSA-CHACHA20-POLY1305:TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "tls-protocols", "TLSv1.2 TLSv1.3"),
                Is.EqualTo("+OK"));
            foreach ((SslProtocols version, TlsCipherSuite suite) in ((SslProtocols, TlsCipherSuite)[])
                [(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), (SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)])
            {
                using TestClient client = await TestClient.ConnectAsync(_tlsPort, new TestDoor(_authority, _authority.Issue("client")), version);
                Assert.That(client.CipherSuite, Is.EqualTo(suite));
            }
        }
        finally
        {
            await admin.AskAsync("CONFIG", "SET", "tls-ciphers", "", "tls-ciphersuites", "", "tls-protocols", "");
        }
    }

    [Test]
    public async Task RedisCli_ComesInToo()
    {
        if (InstalledProgram.Find("redis-cli") is not { } cli)
        {
            Assert.Ignore("redis-cli is not installed");
            return;
        }

        (string cert, string key) = _authority.IssueFiles("cli");
        ProcessStartInfo start = new(cli, ["--tls", "--cert", cert, "--key", key, "--cacert", _authority.CaFile, "-p", $"{_tlsPort}", "PING"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.That(await process.StandardOutput.ReadToEndAsync(), Is.EqualTo("PONG\n"));
        await process.WaitForExitAsync();
    }

    private async Task ServedAsync(TestDoor door)
    {
        using TestClient client = await TestClient.ConnectAsync(_tlsPort, door);
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
    }

    /// <summary>By the handshake, or, in TLS 1.3, right after what the client takes for its end.</summary>
    private async Task RefusedAsync(TestDoor door)
    {
        Exception? refusal = null;
        try
        {
            using TestClient client = await TestClient.ConnectAsync(_tlsPort, door);
            await client.AskAsync("PING");
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            refusal = exception;
        }

        Assert.That(refusal, Is.Not.Null, "the server let it in");
    }
}
