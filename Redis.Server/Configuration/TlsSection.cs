namespace Redis.Server.Configuration;

/// <summary>The tls-* options.</summary>
internal sealed class TlsSection
{
    private readonly IntegerOption _port;
    private readonly TextOption _certFile;
    private readonly TextOption _keyFile;
    private readonly TextOption _keyFilePass;
    private readonly TextOption _clientCertFile;
    private readonly TextOption _clientKeyFile;
    private readonly TextOption _clientKeyFilePass;
    private readonly TextOption _caCertFile;
    private readonly TextOption _caCertDir;
    private readonly EnumOption<TlsClientAuthentication> _authClients;
    private readonly YesNoOption _cluster;
    private readonly WordsOption _protocols;
    private readonly TextOption _ciphers;
    private readonly TextOption _cipherSuites;
    private readonly YesNoOption _preferServerCiphers;

    public TlsSection(OptionTable table)
    {
        const OptionFlags None = OptionFlags.None;
        table.Begin(OptionSection.Tls);
        _port = table.Add(new IntegerOption("tls-port", 0, 0, 65535, "", None, "Port for TLS clients; 0: none."));
        _certFile = table.Add(new TextOption("tls-cert-file", "", None, "The server's certificate, PEM.", accepts: "path"));
        _keyFile = table.Add(new TextOption("tls-key-file", "", None, "Its private key, PEM.", accepts: "path"));
        _keyFilePass = table.Add(new TextOption("tls-key-file-pass", "", OptionFlags.Sensitive, "The key's passphrase."));
        _clientCertFile = table.Add(new TextOption("tls-client-cert-file", "", None, "Certificate shown to other nodes; empty: the server's.", accepts: "path"));
        _clientKeyFile = table.Add(new TextOption("tls-client-key-file", "", None, "Its private key.", accepts: "path"));
        _clientKeyFilePass = table.Add(new TextOption("tls-client-key-file-pass", "", OptionFlags.Sensitive, "That key's passphrase."));
        _caCertFile = table.Add(new TextOption("tls-ca-cert-file", "", None, "Certificates of the authorities that are trusted, PEM.", accepts: "path"));
        _caCertDir = table.Add(new TextOption("tls-ca-cert-dir", "", None, "Directory of such certificates.", accepts: "path"));
        _authClients = table.Add(new EnumOption<TlsClientAuthentication>("tls-auth-clients", TlsClientAuthentication.Yes, GeneralNames.TlsClientAuthentications, None, "Whether clients must show a certificate."));
        _cluster = table.Add(new YesNoOption("tls-cluster", false, None, "Whether nodes talk to each other over TLS, as raft.tls-enabled."));
        _protocols = table.Add(new WordsOption("tls-protocols", [], ' ', "TLSv1.2 TLSv1.3", None, "Versions of TLS; empty: both."));
        _ciphers = table.Add(new TextOption("tls-ciphers", "", None, "Ciphers of TLS 1.2, in OpenSSL's names.", accepts: "name:name:..."));
        _cipherSuites = table.Add(new TextOption("tls-ciphersuites", "", None, "Cipher suites of TLS 1.3.", accepts: "name:name:..."));
        _preferServerCiphers = table.Add(new YesNoOption("tls-prefer-server-ciphers", false, None, "The server's order of ciphers always counts."));
    }

    public int Port => (int)_port.Value;

    public string CertFile => _certFile.Value;

    public string KeyFile => _keyFile.Value;

    public string KeyFilePass => _keyFilePass.Value;

    public string ClientCertFile => _clientCertFile.Value;

    public string ClientKeyFile => _clientKeyFile.Value;

    public string ClientKeyFilePass => _clientKeyFilePass.Value;

    public string CaCertFile => _caCertFile.Value;

    public string CaCertDir => _caCertDir.Value;

    public TlsClientAuthentication AuthClients => _authClients.Value;

    public bool Cluster => _cluster.Value;

    public IReadOnlyList<string> Protocols => _protocols.Value;

    public string Ciphers => _ciphers.Value;

    public string CipherSuites => _cipherSuites.Value;

    public bool PreferServerCiphers => _preferServerCiphers.Value;
}
