namespace Raft.Core.Tests.Storage;

/// <summary>The power went off. Not an <see cref="IOException"/>: no code under test may handle it.</summary>
internal sealed class PowerCutException() : Exception("The power was cut.");
