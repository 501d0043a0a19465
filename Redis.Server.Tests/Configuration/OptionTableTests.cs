using NUnit.Framework;
using Redis.Server.Configuration;

namespace Redis.Server.Tests.Configuration;

internal sealed class OptionTableTests
{
    private ServerOptions _options = new();

    [SetUp]
    public void StartAfresh() => _options = new ServerOptions();

    [Test]
    public void Get_TakesSeveralNamesAndPatterns()
    {
        List<(string, string)> found = _options.Table.Get(["*listpack-entries", "PORT", "port", "h?"]);
        Assert.That(found, Is.EquivalentTo(new[]
        {
            ("PORT", "6379"), ("hash-max-listpack-entries", "512"), ("zset-max-listpack-entries", "128"), ("hz", "10"),
        }));
    }

    [Test]
    public void Get_AnswersByBothNames()
    {
        Set("lua-time-limit", "7");
        Assert.That(_options.Table.Get(["lua-time-limit", "busy-reply-threshold"]),
            Is.EquivalentTo(new[] { ("busy-reply-threshold", "7"), ("lua-time-limit", "7") }));
    }

    [Test]
    public void Get_ShowsHiddenOptionsOnlyByName()
    {
        Assert.That(_options.Table.Get(["raft.snapshot-fail"]), Is.EqualTo(new[] { ("raft.snapshot-fail", "no") }));
        Assert.That(_options.Table.Get(["*"]).Select(p => p.Name), Has.None.EqualTo("raft.snapshot-fail"));
    }

    [Test]
    public void Set_ReachesTheTypedProperty()
    {
        Assert.That(Set("raft.election-timeout", "250", "maxmemory", "1gb", "loglevel", "DEBUG", "notify-keyspace-events", "KEA"), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(_options.Raft.ElectionTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
            Assert.That(_options.Data.MaxMemory, Is.EqualTo(1L << 30));
            Assert.That(_options.LogLevel, Is.EqualTo(LogVerbosity.Debug));
            Assert.That(_options.Data.NotifyKeyspaceEvents, Is.EqualTo(KeyspaceEventClasses.All | KeyspaceEventClasses.Keyspace | KeyspaceEventClasses.Keyevent));
        });
    }

    [Test]
    public void Set_IsAllOrNothing()
    {
        string? error = Set("maxmemory", "1gb", "timeout", "5", "hz", "foo");
        Assert.That(error, Is.EqualTo("ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer"));
        Assert.That((_options.Data.MaxMemory, _options.ClientTimeout), Is.EqualTo((0L, TimeSpan.Zero)));
    }

    [TestCase("foo", "1", "ERR Unknown option or number of arguments for CONFIG SET - 'foo'")]
    [TestCase("databases", "3", "ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config")]
    [TestCase("dir", "/tmp", "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config")]
    [TestCase("save", "3600 1", "ERR CONFIG SET failed (possibly related to argument 'save') - must be \"\": the Raft log decides when a snapshot is due")]
    public void Set_RefusesInRedisWords(string name, string value, string error) => Assert.That(Set(name, value), Is.EqualTo(error));

    [Test]
    public void Set_RefusesTheSameNameTwice_ButNotTheOtherNameBesideIt()
    {
        Assert.That(Set("hash-max-listpack-entries", "1", "HASH-MAX-LISTPACK-ENTRIES", "2"), Does.EndWith("duplicate parameter"));
        Assert.That(Set("hash-max-listpack-entries", "1", "hash-max-ziplist-entries", "2"), Is.Null); // as redis-server
        Assert.That(_options.Table.Get(["hash-max-listpack-entries"]), Is.EqualTo(new[] { ("hash-max-listpack-entries", "2") }));
    }

    [TestCase("raft.id", "5", "6")]
    [TestCase("raft.addr", "localhost:1", "localhost:2")]
    [TestCase("raft.log-filename", "other.db", "another.db")]
    public void Set_RefusesWhatIsFixed_OnceTheNodeIsAMember(string name, string value, string other)
    {
        Assert.That(Set(name, value), Is.Null);
        _options.Table.IsMember = true;
        Assert.That(Set(name, value), Is.Null, "it is no change");
        Assert.That(Set(name, other), Is.EqualTo(
            $"ERR CONFIG SET failed (possibly related to argument '{name}') - Configuration change is not allowed after init/join for this parameter"));
    }

    [Test]
    public void Changed_NamesWhatChanged_AndNothingElse()
    {
        List<string> changed = [];
        _options.Table.Changed += o => changed.Add(o.Name);
        Set("timeout", "5", "maxclients", "10000");
        Assert.That(changed, Is.EqualTo(new[] { "timeout" }));
    }

    [Test]
    public void AnApplierThatRefuses_BringsTheOldValuesBack()
    {
        List<string> seen = [];
        _options.Table.OnApply(_ =>
        {
            seen.Add(_options.Tls.CertFile);
            return _options.Tls.CertFile.Length > 0 ? "Unable to update TLS configuration. Check server logs." : null;
        });
        Assert.That(Set("tls-cert-file", "x.pem"), Does.EndWith("'tls-cert-file') - Unable to update TLS configuration. Check server logs."));
        Assert.That(seen, Is.EqualTo(new[] { "x.pem", "" }));
    }

    [Test]
    public void EveryEffectiveOption_SaysWhatItIs()
    {
        foreach (Option option in _options.Table.All.Where(o => !o.Has(OptionFlags.NoEffect)))
            Assert.That((option.Summary, option.Accepts), Is.Not.EqualTo(("", "")).And.Matches<(string, string)>(t => t.Item1.EndsWith('.')), option.Name);
    }

    [Test]
    public void EveryOption_TakesBackItsOwnValue()
    {
        foreach (Option option in _options.Table.All)
        {
            string before = option.Text;
            foreach (string line in option.FileLines)
            {
                List<string> words = Words.Split(line)!;
                Assert.That(option.Set(words.Count == 1 ? [""] : words[1..]), Is.Null, line);
            }
            Assert.That(option.Text, Is.EqualTo(before), option.Name);
        }
    }

    private string? Set(params string[] namesAndValues) =>
        _options.Table.Set([.. namesAndValues.Chunk(2).Select(p => (p[0], p[1]))]);
}
