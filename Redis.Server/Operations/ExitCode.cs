namespace Redis.Server.Operations;

/// <summary>How the process ends; scripts and supervisors rely on the numbers, docs/using.md lists them.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A bad option, as in Redis.</summary>
    public const int BadOptions = 1;

    /// <summary>Another process uses the data directory.</summary>
    public const int DirectoryLocked = 2;

    /// <summary>The data is damaged, or belongs to another node.</summary>
    public const int DataDamaged = 3;

    /// <summary>The data directory cannot be read or written.</summary>
    public const int DirectoryUnusable = 4;

    /// <summary>A port cannot be listened on.</summary>
    public const int CannotListen = 5;

    /// <summary>What an operator's command was asked for did not succeed.</summary>
    public const int CommandFailed = 6;

    /// <summary>A defect of the server.</summary>
    public const int Unexpected = 70;
}
