namespace Redis.Server.Scripting;

/// <summary>What a running script is allowed.</summary>
/// <param name="IsReadOnly">No command that writes.</param>
/// <param name="RefusesOom">Memory is over its limit: a script that has written nothing yet may not begin to.</param>
/// <param name="HasWritten">Whether it has called a command that writes.</param>
internal readonly record struct ScriptRun(bool IsReadOnly, bool RefusesOom, bool HasWritten = false);
