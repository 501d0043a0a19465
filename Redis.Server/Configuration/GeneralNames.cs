namespace Redis.Server.Configuration;

/// <summary>Who may use a command that is dangerous in the wrong hands (enable-debug-command and its kin).</summary>
internal enum CommandAccess
{
    No,
    Yes,
    Local,
}

/// <summary>Whether TLS clients must show a certificate.</summary>
internal enum TlsClientAuthentication
{
    No,
    Yes,
    Optional,
}

/// <summary>The spellings that several options share.</summary>
internal static class GeneralNames
{
    public static (string, LogVerbosity)[] LogVerbosities =>
        [("debug", LogVerbosity.Debug), ("verbose", LogVerbosity.Verbose), ("notice", LogVerbosity.Notice), ("warning", LogVerbosity.Warning)];

    public static (string, CommandAccess)[] CommandAccesses =>
        [("no", CommandAccess.No), ("yes", CommandAccess.Yes), ("local", CommandAccess.Local)];

    public static (string, TlsClientAuthentication)[] TlsClientAuthentications =>
        [("no", TlsClientAuthentication.No), ("yes", TlsClientAuthentication.Yes), ("optional", TlsClientAuthentication.Optional)];
}
