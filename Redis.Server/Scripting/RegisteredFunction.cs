namespace Redis.Server.Scripting;

/// <summary>A function that a library registers.</summary>
internal sealed record RegisteredFunction(string Name, ScriptFlags Flags, string? Description);
