using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Redis.Server.Configuration;

namespace Redis.Server.Security;

/// <summary>One reading of the tls-* options and the files they name: what handshakes use until the next.</summary>
internal sealed class TlsSettings
{
    private TlsSettings(SslServerAuthenticationOptions server, SslClientAuthenticationOptions client)
    {
        Server = server;
        Client = client;
    }

    public SslServerAuthenticationOptions Server { get; }

    /// <summary>For connections to other nodes; each sets its own target.</summary>
    private SslClientAuthenticationOptions Client { get; }

    /// <exception cref="FormatException">What is missing, unreadable or wrong.</exception>
    public static TlsSettings Load(ServerOptions options)
    {
        TlsSection tls = options.Tls;
        if (tls.CertFile.Length == 0)
        {
            throw new FormatException("No tls-cert-file configured!");
        }

        if (tls.KeyFile.Length == 0)
        {
            throw new FormatException("No tls-key-file configured!");
        }

        bool verifies = tls.AuthClients != TlsClientAuthentication.No || options.PeersUseTls;
        if (verifies && tls.CaCertFile.Length == 0 && tls.CaCertDir.Length == 0)
        {
            throw new FormatException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!");
        }

        SslProtocols protocols = Protocols(tls.Protocols);
        CipherSuitesPolicy? ciphers = TlsCiphers.Policy(tls.Ciphers, tls.CipherSuites);
        X509ChainPolicy trust = Trust(options);
        SslStreamCertificateContext identity = Identity(options, tls.CertFile, tls.KeyFile, tls.KeyFilePass);
        SslStreamCertificateContext clientIdentity = tls.ClientCertFile.Length == 0
            ? identity
            : Identity(options, tls.ClientCertFile, tls.ClientKeyFile.Length > 0 ? tls.ClientKeyFile : tls.ClientCertFile, tls.ClientKeyFilePass);
        return new TlsSettings(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = identity,
                ClientCertificateRequired = tls.AuthClients != TlsClientAuthentication.No,
                CertificateChainPolicy = trust,
                EnabledSslProtocols = protocols,
                CipherSuitesPolicy = ciphers,
                AllowRenegotiation = false,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) => certificate is null
                    ? tls.AuthClients != TlsClientAuthentication.Yes
                    : errors == SslPolicyErrors.None,
            },
            new SslClientAuthenticationOptions
            {
                ClientCertificateContext = clientIdentity,
                CertificateChainPolicy = trust,
                EnabledSslProtocols = protocols,
                CipherSuitesPolicy = ciphers,
                AllowRenegotiation = false,

                // As between nodes of Redis the authority counts, not the name: members are known by addresses that change.
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
            });
    }

    /// <summary>
    /// For an operator's tool: the certificate is shown if there is one; the authorities are those of tls-ca-cert-*, or else
    /// those that this machine trusts.
    /// </summary>
    /// <exception cref="FormatException">What is missing, unreadable or wrong.</exception>
    public static Func<string, SslClientAuthenticationOptions> OfTool(ServerOptions options, bool trustsAnyone)
    {
        TlsSection tls = options.Tls;
        X509ChainPolicy? trust = tls.CaCertFile.Length + tls.CaCertDir.Length > 0 ? Trust(options) : null;
        SslStreamCertificateContext? identity = tls.CertFile.Length > 0 ? Identity(options, tls.CertFile, tls.KeyFile, tls.KeyFilePass) : null;
        return host => new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ClientCertificateContext = identity,
            CertificateChainPolicy = trust,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => trustsAnyone
                || (certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None),
        };
    }

    public SslClientAuthenticationOptions ClientTo(string host) => new()
    {
        TargetHost = host,
        ClientCertificateContext = Client.ClientCertificateContext,
        CertificateChainPolicy = Client.CertificateChainPolicy,
        EnabledSslProtocols = Client.EnabledSslProtocols,
        CipherSuitesPolicy = Client.CipherSuitesPolicy,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = Client.RemoteCertificateValidationCallback,
    };

    private static SslProtocols Protocols(IReadOnlyList<string> names)
    {
        SslProtocols protocols = names.Count == 0 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.None;
        foreach (string name in names)
        {
            protocols |= name.ToUpperInvariant() switch
            {
                "TLSV1.2" => SslProtocols.Tls12,
                "TLSV1.3" => SslProtocols.Tls13,
                _ => throw new FormatException($"tls-protocols: '{name}' is not offered, only TLSv1.2 and TLSv1.3"),
            };
        }

        return protocols;
    }

    private static X509ChainPolicy Trust(ServerOptions options)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        List<string> files = options.Tls.CaCertFile.Length > 0 ? [options.PathOf(options.Tls.CaCertFile)] : [];
        try
        {
            if (options.Tls.CaCertDir.Length > 0)
            {
                files.AddRange(Directory.EnumerateFiles(options.PathOf(options.Tls.CaCertDir)).Where(IsCertificateFile).Order(StringComparer.Ordinal));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"tls-ca-cert-dir: {exception.Message}", exception);
        }

        foreach (string file in files)
        {
            X509Certificate2Collection found = Read("tls-ca-cert", file);
            policy.CustomTrustStore.AddRange(found);
            policy.ExtraStore.AddRange(found);
        }

        return policy;
    }

    /// <summary>PEM files by their usual names, and the names that openssl rehash gives.</summary>
    private static bool IsCertificateFile(string path) =>
        Path.GetExtension(path) is ".pem" or ".crt" or ".cer" or [_, >= '0' and <= '9'];

    private static X509Certificate2Collection Read(string what, string path)
    {
        X509Certificate2Collection found = [];
        try
        {
            found.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FormatException($"{what}: '{path}' cannot be read: {exception.Message}", exception);
        }

        return found.Count > 0 ? found : throw new FormatException($"{what}: there is no PEM certificate in '{path}'");
    }

    private static SslStreamCertificateContext Identity(ServerOptions options, string certFile, string keyFile, string passphrase)
    {
        string certPath = options.PathOf(certFile);
        string keyPath = options.PathOf(keyFile);
        X509Certificate2Collection chain = Read("tls-cert-file", certPath);
        try
        {
            X509Certificate2 certificate = passphrase.Length > 0
                ? X509Certificate2.CreateFromEncryptedPemFile(certPath, passphrase, keyPath)
                : X509Certificate2.CreateFromPemFile(certPath, keyPath);
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new FormatException($"tls-key-file: '{keyPath}' cannot be read, or is not the key of '{certPath}', or needs another passphrase (an encrypted key has to be in PKCS#8): {exception.Message}", exception);
        }
    }
}
