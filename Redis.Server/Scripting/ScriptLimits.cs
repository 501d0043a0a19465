namespace Redis.Server.Scripting;

/// <summary>What a script may use. The leader decides it for each entry, so that all replicas stop a script at the same place.</summary>
/// <param name="Instructions">Instructions of Lua, and what functions of ours count as.</param>
/// <param name="Memory">Bytes of Lua's objects, beyond what is there when the script begins.</param>
/// <param name="IsOutOfMemory">Whether the data exceeded maxmemory when the leader took the request.</param>
internal readonly record struct ScriptLimits(long Instructions, long Memory, bool IsOutOfMemory)
{
    public const long DefaultInstructions = 200_000_000;

    public const long DefaultMemory = 256L << 20;

    public static ScriptLimits Default { get; } = new(DefaultInstructions, DefaultMemory, false);
}
