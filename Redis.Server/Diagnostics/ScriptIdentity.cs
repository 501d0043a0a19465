namespace Redis.Server.Diagnostics;

/// <summary>To the slow log a script is a client of its own, without an address or a name, as in Redis.</summary>
internal sealed class ScriptIdentity : IClientIdentity
{
    public static ScriptIdentity Instance { get; } = new();

    public string Address => "?:0";

    public string Name => "";

    public bool WritesLowerCase => false;
}
