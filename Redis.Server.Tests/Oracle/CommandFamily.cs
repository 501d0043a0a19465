using FsCheck;

namespace Redis.Server.Tests.Oracle;

/// <summary>A family's part of the differential tests.</summary>
/// <param name="Name">For test names.</param>
/// <param name="Requests">Generates its commands, with edge values.</param>
/// <param name="Rules">Commands whose replies may differ in bytes, by lower-case name.</param>
internal sealed record CommandFamily(string Name, Gen<Request> Requests, IReadOnlyDictionary<string, ReplyRule> Rules)
{
    public override string ToString() => Name;
}
