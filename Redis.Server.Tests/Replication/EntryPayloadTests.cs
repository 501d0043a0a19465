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
    public string FirstArgument_IsTheSecondWord(string words) =>
        Encoding.ASCII.GetString(EntryPayload.FirstArgument(TestClient.Encode(new Request(words.Split(' ')))));

    [Test]
    public void FirstArgument_OfAnyCommand() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<byte[]>>(),
        args =>
        {
            byte[] payload = TestClient.Encode(new Request(["NAME"u8.ToArray(), .. args.Get]));
            return EntryPayload.FirstArgument(payload).SequenceEqual(args.Get[0]);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void FirstArgument_OfOtherEntries_IsEmpty() =>
        Assert.That(EntryPayload.FirstArgument(EntryPayload.TickBytes).IsEmpty);

}
