using System.Net.Security;

namespace Redis.Server.Security;

/// <summary>tls-ciphers and tls-ciphersuites as a policy of .NET, which names suites one by one.</summary>
internal static class TlsCiphers
{
    // OpenSSL's names leave out what is usual and use other words for the rest.
    private static readonly (string OpenSsl, string Iana)[] Words =
    [
        ("AES128", "AES_128"), ("AES256", "AES_256"), ("CAMELLIA128", "CAMELLIA_128"), ("CAMELLIA256", "CAMELLIA_256"),
        ("CHACHA20-POLY1305", "CHACHA20_POLY1305_SHA256"),
    ];

    private static readonly string[] Ciphers = ["AES_", "CAMELLIA_", "CHACHA20_", "ARIA"];

    private static readonly TlsCipherSuite[] UsualFor12 =
    [
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    private static readonly TlsCipherSuite[] UsualFor13 =
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    /// <summary>The policy, or null where the system's own is wanted.</summary>
    /// <exception cref="FormatException">A name is unknown, or what it asks for cannot be had here; the message says which.</exception>
    public static CipherSuitesPolicy? Policy(string ciphers, string suites)
    {
        if (ciphers.Length == 0 && suites.Length == 0)
        {
            return null;
        }

        if (OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
        {
            throw new FormatException("tls-ciphers and tls-ciphersuites cannot be chosen on this platform");
        }

        IEnumerable<TlsCipherSuite> for12 = ciphers.Length == 0 ? UsualFor12 : Split(ciphers).Select(name => Find("tls-ciphers", name, Iana(name)));
        IEnumerable<TlsCipherSuite> for13 = suites.Length == 0 ? UsualFor13 : Split(suites).Select(name => Find("tls-ciphersuites", name, name));
        try
        {
            return new CipherSuitesPolicy([.. for13, .. for12]);
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new FormatException($"tls-ciphers cannot be chosen with this OpenSSL: {exception.Message}", exception);
        }
    }

    private static string[] Split(string list) => list.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries);

    private static TlsCipherSuite Find(string option, string name, string iana) =>
        Enum.TryParse(iana, ignoreCase: true, out TlsCipherSuite suite) && !char.IsAsciiDigit(iana[0])
            ? suite
            : throw new FormatException($"{option}: '{name}' is no cipher known here; name each one, as in ECDHE-RSA-AES128-GCM-SHA256 (keywords such as HIGH or !aNULL are not understood)");

    /// <summary>ECDHE-RSA-AES128-GCM-SHA256 is TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.</summary>
    private static string Iana(string name)
    {
        string text = name.ToUpperInvariant();
        if (text.StartsWith("TLS_", StringComparison.Ordinal))
        {
            return text;
        }

        foreach ((string openSsl, string iana) in Words)
        {
            text = text.Replace(openSsl, iana, StringComparison.Ordinal);
        }

        text = text.Replace('-', '_');
        int cipher = Ciphers.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(0).Min();
        string exchange = cipher == 0 ? "RSA" : text[..(cipher - 1)];
        string rest = text[cipher..];
        // Without a mode OpenSSL means CBC.
        string[] parts = rest.Split('_');
        rest = parts is ["AES" or "CAMELLIA", _, var hash] && hash.StartsWith("SHA", StringComparison.Ordinal) ? $"{parts[0]}_{parts[1]}_CBC_{hash}" : rest;
        return $"TLS_{exchange}_WITH_{rest}";
    }
}
