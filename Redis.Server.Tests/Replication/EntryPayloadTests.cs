using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Replication;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Replication;

[TestFixture]
internal sealed class EntryPayloadTests
{
    [TestCase("PING", ExpectedResult = "")]
    [TestCase("GET key", ExpectedResult = "key")]
    [TestCase("SET key value", ExpectedResult = "key")]
    [TestCase("EVAL script 1 key value", ExpectedResult = "key")]
    [TestCase("evalsha sha 2 key other", ExpectedResult = "key")]
    [TestCase("FCALL function 1 key", ExpectedResult = "key")]
    [TestCase("EVAL script 0", ExpectedResult = "")]
    [TestCase("EVAL script", ExpectedResult = "")]
    [TestCase("EXPIRE key 1 NX", ExpectedResult = "key")]
    public string LikelyKey_IsTheFirstAfterTheNameOrTheScript(string words) =>
        Encoding.ASCII.GetString(EntryPayload.LikelyKey(TestClient.Encode(new Request(words.Split(' ')))));

    [Test]
    public void LikelyKey_OfAnyCommand() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<byte[]>>(),
        args =>
        {
            byte[] payload = TestClient.Encode(new Request(["NAME"u8.ToArray(), .. args.Get]));
            return EntryPayload.LikelyKey(payload).SequenceEqual(args.Get[0]);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void LikelyKey_OfOtherEntries_IsEmpty() =>
        Assert.That(EntryPayload.LikelyKey(EntryPayload.TickBytes).IsEmpty);
}
