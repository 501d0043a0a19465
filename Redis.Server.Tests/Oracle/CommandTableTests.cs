using System.Text;
using NUnit.Framework;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>What the rows say of themselves is what a real redis-server 7.0 says of the same commands.</summary>
[TestFixture]
internal sealed class CommandTableTests
{
    private static readonly CommandTable Table = new([.. DataCommands.Rows, .. CommandCommands.Rows]);

    /// <summary>Younger than 7.0, and rows that a Redis in cluster mode has too.</summary>
    private static IEnumerable<Command> Known(OracleConnection oracle) => Table.Commands
        .Where(command => !oracle.Run([new Request("COMMAND", "INFO", command.Name)])[0].Elements[0].IsNull);

    [TestCase(2)]
    [TestCase(3)]
    public void Every_row_is_the_same(int version)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        int compared = 0;
        foreach (Command command in Known(oracle))
        {
            Reply theirs = oracle.Run([new Request("COMMAND", "INFO", command.Name)])[0].Elements[0];
            Reply ours = Ours(version, CommandIntrospection.Info, "COMMAND", "INFO", command.Name).Elements[0];
            Assert.That(Describe(ours), Is.EqualTo(Describe(theirs)), command.Name);
            compared++;
        }

        TestContext.Out.WriteLine($"{compared} rows compared.");
        Assert.That(compared, Is.GreaterThan(100));
    }

    [TestCase(2)]
    [TestCase(3)]
    public void Documentation_is_the_same(int version)
    {
        using OracleConnection oracle = OracleServer.Connect(version);
        foreach (Command command in Known(oracle).Where(command => command.Subcommands.Count == 0))
        {
            Reply theirs = oracle.Run([new Request("COMMAND", "DOCS", command.Name)])[0];
            Reply ours = Ours(version, CommandIntrospection.Docs, "COMMAND", "DOCS", command.Name);
            Assert.That(Request.Quote(ours.Raw), Is.EqualTo(Request.Quote(theirs.Raw)), command.Name);
        }
    }

    [TestCase("set a b")]
    [TestCase("set a b get")]
    [TestCase("mset a b c d")]
    [TestCase("mset a")]
    [TestCase("get a b")]
    [TestCase("nothing a")]
    [TestCase("ping a b")]
    [TestCase("blpop a b c 0")]
    [TestCase("lmpop 2 a b left")]
    [TestCase("lmpop x a b left")]
    [TestCase("lmpop 9 a b left")]
    [TestCase("object encoding k")]
    [TestCase("copy a b replace")]
    [TestCase("bitfield a get u8 0")]
    [TestCase("bitfield a get u8 0 set u8 0 1")]
    [TestCase("bitop and dest a b c")]
    [TestCase("zunionstore d 2 a b weights 1 2")]
    [TestCase("zinter 2 a b")]
    [TestCase("sort a by w_* get # store d")]
    [TestCase("sort a store x store y")]
    [TestCase("georadius a 1 2 3 km store d")]
    [TestCase("sintercard 2 a b limit 3")]
    public void Finds_the_same_keys(string line)
    {
        using OracleConnection oracle = OracleServer.Connect(3);
        string[] words = line.Split(' ');
        if (Table.Find(Encoding.ASCII.GetBytes(words[0])) == null && words[0] != "nothing")
            Assert.Ignore("not in the table");
        Reply theirs = oracle.Run([new Request(["COMMAND", "GETKEYSANDFLAGS", .. words])])[0];
        Reply ours = Ours(3, CommandIntrospection.GetKeysAndFlags, ["COMMAND", "GETKEYSANDFLAGS", .. words]);
        Assert.That(Describe(ours), Is.EqualTo(Describe(theirs)));
    }

    [Test]
    public void List_filters_by_category_and_pattern()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        foreach (string[] filter in new[] { new[] { "ACLCAT", "hash" }, ["ACLCAT", "bitmap"], ["ACLCAT", "nothing"], ["PATTERN", "get*"], ["PATTERN", "object|*"], ["MODULE", "x"] })
        {
            Request request = new(["COMMAND", "LIST", "FILTERBY", .. filter]);
            HashSet<string> theirs = [.. oracle.Run([request])[0].Elements.Select(element => element.AsString)];
            string[] ours = [.. Ours(2, CommandIntrospection.List, ["COMMAND", "LIST", "FILTERBY", .. filter]).Elements.Select(element => element.AsString)];
            // Theirs may have commands that we do not have, ours those younger than 7.0.
            Assert.That(ours.Where(name => Exists(oracle, name)), Is.SubsetOf(theirs), string.Join(' ', filter));
            Assert.That(theirs.Where(name => Table.Find(Encoding.ASCII.GetBytes(name)) != null), Is.SubsetOf(ours), string.Join(' ', filter));
        }
    }

    private static bool Exists(OracleConnection oracle, string name) => !oracle.Run([new Request("COMMAND", "INFO", name)])[0].Elements[0].IsNull;

    private static Reply Ours(int version, Action<CommandTable, CommandArgs, RespWriter> answer, params string[] words)
    {
        using RespWriter frame = new(), reply = new() { Version = version };
        new Request(words).WriteTo(frame);
        RequestParser parser = new();
        parser.Parse(frame.Written, out _);
        answer(Table, parser.Args(frame.Written), reply);
        return Reply.TryRead(reply.Written, out _)!;
    }

    /// <summary>As text, with flags in a defined order, and the subcommands we have in theirs.</summary>
    private static string Describe(Reply reply)
    {
        if (reply.Elements.Length == 0)
            return reply.Kind + reply.AsString;
        IEnumerable<string> parts = reply.Elements.Select(Describe);
        bool isFlags = reply.Elements.All(element => element.Kind == '+');
        bool isSubcommands = reply.Elements.All(element => element.Elements.Length == 10);
        if (isSubcommands)
            parts = reply.Elements.Where(element => Has(element.Elements[0].AsString)).Select(Describe);
        return $"{reply.Kind}[{string.Join(' ', isFlags || isSubcommands ? parts.Order(StringComparer.Ordinal) : parts)}]";
    }

    private static bool Has(string fullName)
    {
        string[] parts = fullName.Split('|');
        Command? container = Table.Find(Encoding.ASCII.GetBytes(parts[0]));
        return container != null && (parts.Length == 1 || Table.FindSubcommand(container, Encoding.ASCII.GetBytes(parts[1])) != null);
    }
}
