namespace Raft.Core.Tests.Simulation;

/// <summary>The process dies in the middle of an input, at one of the server's calls to disk or network.</summary>
internal sealed class SimulatedCrashException() : Exception("the process dies here");
