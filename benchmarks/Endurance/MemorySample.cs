namespace Benchmarks.Endurance;

/// <summary>What a node's memory was at a moment.</summary>
/// <param name="Second">Seconds since the load began.</param>
/// <param name="Resident">Physical memory of the process, bytes.</param>
/// <param name="Old">Bytes in generation 2 after the last collection.</param>
/// <param name="Large">Bytes of large objects after the last collection.</param>
/// <param name="Data">Bytes of the keyspace: used_memory.</param>
/// <param name="FullCollections">Collections of generation 2 since the node started.</param>
/// <param name="Collections">All collections.</param>
/// <param name="PauseSeconds">Seconds that collections stopped the process.</param>
internal sealed record MemorySample(double Second, double Resident, double Old, double Large, double Data, double FullCollections, double Collections, double PauseSeconds);
