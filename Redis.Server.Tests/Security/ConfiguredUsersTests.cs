using NUnit.Framework;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Security;

namespace Redis.Server.Tests.Security;

/// <summary>Where a node's users come from, and what the cluster's do to them.</summary>
[TestFixture]
internal sealed class ConfiguredUsersTests
{
    private static readonly CommandTable Table = new([.. DataCommands.Rows, .. AclCommands.Rows]);

    [Test]
    public void RequirePass_IsTheDefaultUsersPassword()
    {
        UserDirectory users = Load("--requirepass", "secret");
        Assert.That(users.Authenticate("default"u8, "secret"u8), Is.SameAs(users.Default));
        Assert.That(users.Authenticate("default"u8, "wrong"u8), Is.Null);
        Assert.That(users.LetsAnyoneIn, Is.False);
    }

    [Test]
    public void UserDirectives_MakeUsers()
    {
        UserDirectory users = Load("--user", "alice", "on", ">a", "~a*", "(+get", "~b)", "--requirepass", "x", "--user", "default", "on", "nopass", "+get");
        Assert.That(AclText.Rules(users.Find("alice")!.Rights, Table), Does.EndWith("~a* resetchannels -@all (~b resetchannels -@all +get)"));
        Assert.That(users.LetsAnyoneIn, "the directive counts, not requirepass");
    }

    [TestCase("Error in user declaration '+nope': Unknown command or category name in ACL", "--user", "a", "+nope")]
    [TestCase("Duplicate user found", "--user", "a", "on", "--user", "a", "off")]
    [TestCase("Unmatched parenthesis", "--user", "a", "(+get")]
    [TestCase("spaces or null characters", "--user", "a b", "on")]
    [TestCase("define either an ACL file or declare users directly", "--user", "a", "on", "--aclfile", "users.acl")]
    [TestCase("Aborting Redis startup because of ACL errors: Error loading ACLs, opening file", "--aclfile", "/nowhere/at.all")]
    public void WrongOnes_AreToldAtTheStart(string reason, params string[] arguments) =>
        Assert.That(() => Load(arguments), Throws.InstanceOf<ConfigurationException>().With.Message.Contains(reason));

    [Test]
    public void TheClustersUsers_HideANodesOwn()
    {
        UserDirectory users = Load("--user", "alice", "on", ">a");
        AclUser alice = users.Find("alice")!;
        List<string> deleted = [];
        users.Deleted += user => deleted.Add(user.Name);
        users.Shared.Set("alice", users.Rules.NewUser(), wasOwn: true);
        Assert.That(users.Find("alice"), Is.SameAs(alice), "connections keep their user");
        Assert.That(alice.Rights.IsEnabled, Is.False);
        Assert.That(users.Shared.Delete("alice", isOwn: false));
        Assert.That(users.Shared.Delete("alice", isOwn: false), Is.False);
        Assert.That(users.Find("alice"), Is.Null, "the configuration does not bring it back");
        Assert.That(deleted, Is.EqualTo(new[] { "alice" }));
    }

    [Test]
    public void ASnapshot_HoldsTheClustersUsers()
    {
        UserDirectory users = Load("--user", "own", "on", ">a");
        AclRules rules = users.Rules;
        _ = rules.Apply(rules.NewUser(), ["on", ">p", "%R~r*", "~a\"b", "&c", "+@all", "-@dangerous", "(+get ~x)"], out AclRights rights);
        users.Shared.Set("alice", rights, wasOwn: false);
        users.Shared.Set("own", rules.NewUser(), wasOwn: true);
        users.Shared.Delete("own", isOwn: true);
        RdbExtras extras = [];
        users.Shared.Save(extras);

        UserDirectory restored = Load("--user", "own", "on", ">a");
        restored.Shared.Set("later", rules.NewUser(), wasOwn: false);
        restored.Shared.Restore(extras);
        Assert.That(restored.All.Select(user => user.Name), Is.EqualTo(new[] { "alice", "default" }));
        Assert.That(AclText.Rules(restored.Find("alice")!.Rights, Table), Is.EqualTo(AclText.Rules(rights, Table)));
        restored.Shared.Restore([]);
        Assert.That(restored.All.Select(user => user.Name), Is.EqualTo(new[] { "default", "own" }), "a file of a new cluster has none");
    }

    [Test]
    public void Rewrite_KeepsANodesOwnUsers()
    {
        ServerOptions options = CommandLine.Parse(["--requirepass", "x"], TextReader.Null);
        UserDirectory users = new(Table, options.Security);
        ConfiguredUsers.Load(users, options);
        _ = users.Rules.Apply(users.Rules.NewUser(), ["on", "nopass", "~a", "+get"], out AclRights rights);
        users.SetOwn("alice", rights);
        users.Shared.Set("bob", rights, wasOwn: false);
        string text = ConfigRewrite.Rewrite("port 1\n# mine\nuser old on\n", options.Table, ConfiguredUsers.Lines(users, options.Security));
        Assert.That(text, Does.StartWith("port 6379\n# mine\n").And.EndsWith("\nuser alice on nopass ~a resetchannels -@all +get\n").And.Not.Contain("old").And.Not.Contain("bob").And.Not.Contain("user default"));
    }

    [Test]
    public void RequirePass_IsRefused_OnceTheDefaultUserIsTheClusters()
    {
        ServerOptions options = CommandLine.Parse([], TextReader.Null);
        UserDirectory users = new(Table, options.Security);
        options.Table.OnApply(changed => ConfiguredUsers.Reconfigure(users, options.Security, changed));
        Assert.That(options.Table.Set([("requirepass", "one")]), Is.Null);
        Assert.That(users.Authenticate("default"u8, "one"u8), Is.Not.Null);
        users.Shared.Set("default", users.Default.Rights, wasOwn: true);
        Assert.That(options.Table.Set([("requirepass", "two")]), Does.StartWith("ERR CONFIG SET failed").And.Contain("ACL SETUSER default"));
        Assert.That(options.Security.RequirePass, Is.EqualTo("one"));
    }

    [TestCase("~a\"b", "(~'x +get)")]
    [TestCase("~a\\b", "(\"~a\\\"b)\" +get)")]
    [TestCase("%R~it's", "(\"~c)\" %W~d)", "(+get ~e*)", "&f'")]
    public void Rules_ComeBackFromTheirText(params string[] rules)
    {
        UserDirectory users = Load();
        _ = users.Rules.Apply(users.Rules.NewUser(), ["on", .. rules], out AclRights rights);
        string text = AclText.Rules(rights, Table);
        Assert.That(AclText.Rules(users.Rules.Parse(text), Table), Is.EqualTo(text));
        string path = Path.GetTempFileName();
        try
        {
            users.SetOwn("it's", rights);
            AclFile.Save(path, users);
            Assert.That(AclFile.Load(path, users.Rules, out Dictionary<string, AclRights> loaded), Is.Null);
            Assert.That(AclText.Rules(loaded["it's"], Table), Is.EqualTo(text));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static UserDirectory Load(params string[] arguments)
    {
        ServerOptions options = CommandLine.Parse(arguments, TextReader.Null);
        UserDirectory users = new(Table, options.Security);
        ConfiguredUsers.Load(users, options);
        return users;
    }
}
