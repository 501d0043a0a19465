using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Security;

/// <summary>Users on the wire: what they may do, what they are told, and what becomes of their connections.</summary>
[TestFixture]
internal sealed class AclTests : SingleNode
{
    private const string Denied = "-NOPERM this user has no permissions to run the '";
    private const string KeyDenied = "-NOPERM this user has no permissions to access one of the keys used as arguments";

    private TestClient _admin = null!;

    [SetUp]
    public async Task ConnectAdminAsync()
    {
        _admin = await ConnectAsync();
        await _admin.AskAsync("ACL", "LOG", "RESET");
    }

    [TearDown]
    public void Disconnect() => _admin.Dispose();

    [Test]
    public async Task AUser_MayDoWhatItsRulesSay()
    {
        using TestClient user = await LoginAsync("cache", "~cache:*", "%R~shared:*", "+@read", "+set", "-mget");
        Assert.That(await user.AskAsync("SET", "cache:1", "x"), Is.EqualTo("+OK"));
        Assert.That(await user.AskAsync("GET", "cache:1"), Is.EqualTo("$x"));
        Assert.That(await user.AskAsync("GET", "shared:1"), Is.EqualTo("(nil)"));
        Assert.That(await user.AskAsync("SET", "shared:1", "x"), Is.EqualTo(KeyDenied));
        Assert.That(await user.AskAsync("GET", "other"), Is.EqualTo(KeyDenied));
        Assert.That(await user.AskAsync("MGET", "cache:1"), Is.EqualTo(Denied + "mget' command"));
        Assert.That(await user.AskAsync("ACL", "LIST"), Is.EqualTo(Denied + "acl|list' command"));
        Assert.That(await user.AskAsync("AUTH", "default", "x"), Is.EqualTo("+OK"), "AUTH is always allowed");
    }

    [Test]
    public async Task ChangedRules_CountFromTheNextCommandOn()
    {
        using TestClient user = await LoginAsync("changing", "~*", "+@all");
        Assert.That(await user.AskAsync("SET", "a", "1"), Is.EqualTo("+OK"));
        await _admin.AskAsync("ACL", "SETUSER", "changing", "-set", "resetpass");
        Assert.That(await user.AskAsync("SET", "a", "1"), Is.EqualTo(Denied + "set' command"));
        Assert.That(await user.AskAsync("GET", "a"), Is.EqualTo("$1"), "who is in stays in");
    }

    [Test]
    public async Task ADeletedUser_LosesItsConnections()
    {
        using TestClient user = await LoginAsync("leaving", "~*", "+@all");
        using TestClient blocked = await LoginAsync("leaving");
        await blocked.SendAsync(TestClient.Encode(new Request("BLPOP", "never", "0")));
        Assert.That(await _admin.AskAsync("ACL", "DELUSER", "leaving", "nobody"), Is.EqualTo(":1"));
        Assert.That(await user.IsClosedAsync());
        Assert.That(await blocked.IsClosedAsync());
        using TestClient again = await ConnectAsync();
        Assert.That(await again.AskAsync("AUTH", "leaving", "pass"), Does.StartWith("-WRONGPASS"));
    }

    [Test]
    public async Task WhoDeletesItself_HearsOfItAndIsOut()
    {
        using TestClient user = await LoginAsync("quitting", "+@all");
        Assert.That(await user.AskAsync("ACL", "DELUSER", "quitting"), Is.EqualTo(":1"));
        Assert.That(await user.IsClosedAsync());
    }

    [Test]
    public async Task ADisabledUser_CannotComeInAnyMore()
    {
        using TestClient user = await LoginAsync("disabled", "+ping");
        await _admin.AskAsync("ACL", "SETUSER", "disabled", "off");
        Assert.That(await user.AskAsync("PING"), Is.EqualTo("+PONG"), "as in Redis");
        using TestClient other = await ConnectAsync();
        Assert.That(await other.AskAsync("AUTH", "disabled", "pass"), Is.EqualTo("-WRONGPASS invalid username-password pair or user is disabled."));
    }

    [Test]
    public async Task ARefusalInMulti_BreaksTheTransaction()
    {
        using TestClient user = await LoginAsync("multi", "~*", "+@all", "-del");
        Reply[] replies = await user.PipelineAsync([new("MULTI"), new("SET", "m", "1"), new("DEL", "m"), new("EXEC")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "+QUEUED", Denied + "del' command", "-EXECABORT Transaction discarded because of previous errors." }));
        Assert.That(await LogAsync(), Does.StartWith("[[$count, :1, $reason, $command, $context, $multi, $object, $del, $username, $multi, "));
    }

    [Test]
    public async Task RulesThatChangeBeforeExec_AreJudgedAgain()
    {
        using TestClient user = await LoginAsync("exec", "~*", "+@all");
        await user.PipelineAsync([new("MULTI"), new("SET", "e", "1"), new("DEL", "e"), new("GET", "e")]);
        await _admin.AskAsync("ACL", "SETUSER", "exec", "-del", "resetkeys", "%W~e");
        const string Changed = "-NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ";
        Assert.That(await user.AskAsync("EXEC"), Is.EqualTo(
            $"[+OK, {Changed}no permission to execute the command or subcommand, {Changed}no permission to touch the specified keys]"));
    }

    [Test]
    public async Task TheLog_TellsWhatWasRefusedAndCountsWhatIsAlike()
    {
        using TestClient user = await LoginAsync("logged", "~a", "+get");
        await user.AskAsync("SET", "a", "1");
        await user.AskAsync("GET", "b");
        await user.AskAsync("GET", "b");
        using TestClient stranger = await ConnectAsync();
        await stranger.AskAsync("AUTH", "logged", "wrong");
        await stranger.AskAsync("HELLO", "3", "AUTH", "nobody", "wrong");
        Reply log = await _admin.CallAsync("ACL", "LOG");
        Assert.That(log.Elements.Select(entry => string.Join(' ', entry.Elements.Where((_, i) => i % 2 == 1).Take(5).Select(one => one.AsString))), Is.EqualTo(new[]
        {
            "1 auth toplevel HELLO nobody", "1 auth toplevel AUTH logged", "2 key toplevel b logged", "1 command toplevel set logged",
        }));
        Assert.That(log.Elements[2].Elements[13].AsString, Does.Contain("cmd=get user=logged"));
        Assert.That((await _admin.CallAsync("ACL", "LOG", "1")).Elements, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Sort_ReadsNoKeysThatAreNotTheUsers()
    {
        await _admin.PipelineAsync([new("RPUSH", "l", "1", "2"), new("SET", "secret_1", "hidden")]);
        using TestClient user = await LoginAsync("sorter", "~l", "+sort", "+sort_ro", "+@transaction");
        Assert.That(await user.AskAsync("SORT", "l", "DESC"), Is.EqualTo("[$2, $1]"));
        Assert.That(await user.AskAsync("SORT_RO", "l", "GET", "secret_*"), Is.EqualTo("-ERR GET option of SORT denied due to insufficient ACL permissions."));
        Assert.That(await user.AskAsync("SORT", "l", "BY", "secret_*"), Is.EqualTo("-ERR BY option of SORT denied due to insufficient ACL permissions."));
        Reply[] replies = await user.PipelineAsync([new("MULTI"), new("SORT", "l", "GET", "secret_*"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[2]), Is.EqualTo("[-ERR GET option of SORT denied due to insufficient ACL permissions.]"));
        await _admin.AskAsync("ACL", "SETUSER", "sorter", "%R~*");
        Assert.That(await user.AskAsync("SORT", "l", "GET", "secret_*"), Is.EqualTo("[$hidden, (nil)]"));
    }

    [Test]
    public async Task AScript_MayDoWhatItsCallerMay()
    {
        using TestClient user = await LoginAsync("scripter", "~mine:*", "+eval", "+eval_ro", "+get", "+set", "+@transaction");
        const string Refused = "-ERR The user executing the script can't ";
        Assert.That(await user.AskAsync("EVAL", "return redis.call('set', 'mine:1', 'x')", "0"), Is.EqualTo("+OK"));
        Assert.That(await user.AskAsync("EVAL", "return redis.call('del', 'mine:1')", "0"), Does.StartWith(Refused + "run this command or subcommand script: "));
        Assert.That(await user.AskAsync("EVAL", "return redis.call('set', 'other', 'x')", "0"), Does.StartWith(Refused + "access at least one of the keys mentioned in the command arguments script: "));
        Assert.That(await user.AskAsync("EVAL_RO", "return redis.pcall('get', 'other')", "0"), Is.EqualTo(Refused + "access at least one of the keys mentioned in the command arguments"));
        Assert.That(await user.AskAsync("EVAL", "return 1", "1", "other"), Is.EqualTo(KeyDenied));
        Assert.That(await user.AskAsync("EVAL_RO", "return {redis.acl_check_cmd('get', 'mine:1'), redis.acl_check_cmd('get', 'other'), 1}", "0"), Is.EqualTo("[:1, (nil), :1]"));
        Reply[] replies = await user.PipelineAsync([new("MULTI"), new("SET", "mine:2", "1"), new("EVAL", "return redis.call('get', 'other')", "0"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[3]), Does.StartWith($"[+OK, {Refused}access at least one of the keys"));
        Assert.That(await _admin.AskAsync("EVAL", "return redis.call('set', 'other', 'x')", "0"), Is.EqualTo("+OK"));
        Assert.That(await LogAsync(), Does.Contain("$reason, $key, $context, $lua, $object, $other, $username, $scripter").And.Contain("$reason, $command, $context, $lua, $object, $del"));
    }

    [Test]
    public async Task ASubscriber_WhoseChannelWasTakenAway_IsOut()
    {
        using TestClient user = await LoginAsync("listener", "&news:*", "+subscribe", "+psubscribe");
        Assert.That(await user.AskAsync("SUBSCRIBE", "other"), Is.EqualTo("-NOPERM this user has no permissions to access one of the channels used as arguments"));
        Assert.That(await user.AskAsync("SUBSCRIBE", "news:1"), Is.EqualTo("[$subscribe, $news:1, :1]"));
        Assert.That(await _admin.AskAsync("ACL", "SETUSER", "listener", "&more:*"), Is.EqualTo("+OK"));
        Assert.That(await _admin.AskAsync("ACL", "SETUSER", "listener", "resetchannels", "&more:*"), Is.EqualTo("+OK"));
        Assert.That(await user.IsClosedAsync());
    }

    [Test]
    public async Task UsersInMulti_ChangeWithTheRest()
    {
        Reply[] replies = await _admin.PipelineAsync([new("MULTI"), new("ACL", "SETUSER", "inmulti", "on"), new("ACL", "DELUSER", "inmulti"), new("EXEC"), new("ACL", "GETUSER", "inmulti")]);
        Assert.That(replies.Skip(3).Select(ReplyText.Of), Is.EqualTo(new[] { "[+OK, :1]", "(nil)" }));
    }

    [Test]
    public async Task Reset_MakesItTheDefaultUserAgain()
    {
        using TestClient user = await LoginAsync("resetting", "+reset", "+acl|whoami");
        Assert.That(await user.AskAsync("ACL", "WHOAMI"), Is.EqualTo("$resetting"));
        Assert.That(await user.AskAsync("RESET"), Is.EqualTo("+RESET"));
        Assert.That(await user.AskAsync("ACL", "WHOAMI"), Is.EqualTo("$default"));
    }

    private async Task<string> LogAsync() => ReplyText.Of(await _admin.CallAsync("ACL", "LOG"));

    private async Task<TestClient> LoginAsync(string name, params string[] rules)
    {
        Assert.That(await _admin.AskAsync(["ACL", "SETUSER", name, "on", ">pass", .. rules]), Is.EqualTo("+OK"));
        TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("AUTH", name, "pass"), Is.EqualTo("+OK"));
        return client;
    }
}
