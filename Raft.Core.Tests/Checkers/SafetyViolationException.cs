namespace Raft.Core.Tests.Checkers;

/// <summary>A checker saw something that must never happen.</summary>
internal sealed class SafetyViolationException(string rule) : Exception(rule);
