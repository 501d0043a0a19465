using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Redis.Server.Tests.Security;

/// <summary>A certificate authority of a test's own: PEM files for servers, certificates for clients.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset End = DateTimeOffset.UtcNow.AddDays(2);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly string _directory = Directory.CreateTempSubdirectory("authority").FullName;
    private byte _serial;

    public TestAuthority(string name)
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        _root = request.CreateSelfSigned(Start, End);
        CaFile = Write("ca.crt", _root.ExportCertificatePem());
        CaDirectory = Directory.CreateDirectory(Path.Combine(_directory, "authorities")).FullName;
        File.Copy(CaFile, Path.Combine(CaDirectory, "ca.pem"));
    }

    public string CaFile { get; }

    public string CaDirectory { get; }

    public X509Certificate2 Root => _root;

    /// <summary>A certificate and its private key.</summary>
    public X509Certificate2 Issue(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(_root, Start, End.AddHours(-1), [++_serial]);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>The same in files.</summary>
    public (string CertFile, string KeyFile) IssueFiles(string name, string? passphrase = null)
    {
        using X509Certificate2 certificate = Issue(name);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string pem = passphrase is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        return (Write($"{name}.crt", certificate.ExportCertificatePem()), Write($"{name}.key", pem));
    }

    /// <summary>The options of a server with a certificate of this authority.</summary>
    public string[] ServerOptions(string name)
    {
        (string cert, string key) = IssueFiles(name);
        return ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", CaFile];
    }

    public void Dispose()
    {
        _key.Dispose();
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
