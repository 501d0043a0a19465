using NUnit.Framework;
using Redis.Server.Configuration;

namespace Redis.Server.Tests.Configuration;

internal sealed class CommandLineTests
{
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("options-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void RedisRaftsReadmeLine_IsUnderstood()
    {
        ServerOptions options = Parse(
            "--port", "5001", "--dir", _directory, "--dbfilename", "raft1.rdb", "--loadmodule", "redisraft.so",
            "--raft.log-filename", "raftlog1.db", "--raft.addr", "localhost:5001");

        Assert.Multiple(() =>
        {
            Assert.That(options.Port, Is.EqualTo(5001));
            Assert.That(options.Directory, Is.EqualTo(_directory));
            Assert.That(options.DbFileName, Is.EqualTo("raft1.rdb"));
            Assert.That(options.LoadedModules, Is.EqualTo(new[] { "redisraft.so" }));
            Assert.That(options.Raft.LogFileName, Is.EqualTo("raftlog1.db"));
            Assert.That(options.AdvertisedAddress, Is.EqualTo("localhost:5001"));
        });
    }

    [Test]
    public void Defaults_AreThoseOfRedisRaft()
    {
        RaftSection raft = Parse().Raft;
        Assert.Multiple(() =>
        {
            Assert.That(raft.RequestTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(200)));
            Assert.That(raft.ElectionTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(raft.JoinTimeout, Is.EqualTo(TimeSpan.FromMinutes(2)));
            Assert.That(raft.LogMaxFileSize, Is.EqualTo(128_000_000));
            Assert.That(raft.AppendReqMaxSize, Is.EqualTo(2_097_152));
            Assert.That(raft is { LogFsync: true, QuorumReads: QuorumReads.Yes, FollowerProxy: false }, Is.True);
        });
    }

    [Test]
    public void CommandLine_OverridesTheFile()
    {
        string file = Write("redis.conf", "# a comment\nport 7000\nbind 127.0.0.1 ::1\nrequirepass \"a b\"\n");
        ServerOptions options = Parse(file, "--port", "7001");
        Assert.Multiple(() =>
        {
            Assert.That(options.Port, Is.EqualTo(7001));
            Assert.That(options.Bind, Is.EqualTo(new[] { "127.0.0.1", "::1" }));
            Assert.That(options.Security.RequirePass, Is.EqualTo("a b"));
            Assert.That(options.ConfigFile, Is.EqualTo(file));
        });
    }

    [Test]
    public void StandardInput_ComesAfterTheFileAndBeforeTheCommandLine()
    {
        string file = Write("redis.conf", "port 7000\ntimeout 5\nmaxclients 10\n");
        ServerOptions options = CommandLine.Parse([file, "--maxclients", "12", "-"], new StringReader("timeout 6\nmaxclients 11\n"));
        Assert.That((options.Port, options.ClientTimeout.Seconds, options.MaxClients), Is.EqualTo((7000, 6, 12)));
    }

    [Test]
    public void Include_TakesOneFileOrAPattern()
    {
        Write("a.conf", "timeout 1\n");
        Write("b.conf", "timeout 2\n");
        string file = Write("redis.cfg", $"include {_directory}/*.conf\n");
        Assert.That(Parse(file).ClientTimeout, Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void Include_OfItself_IsRefused()
    {
        string file = Write("loop.conf", $"include {_directory}/loop.conf\n");
        Assert.That(Refusal(file), Does.Contain("files include each other"));
    }

    [Test]
    public void ClientOutputBufferLimit_KeepsTheClassesItDoesNotName()
    {
        ServerOptions options = Parse("--client-output-buffer-limit", "pubsub", "1mb", "512kb", "10");
        Assert.That(options.OutputBufferLimits.PubSub, Is.EqualTo(new OutputBufferLimit(1 << 20, 512 << 10, 10)));
        Assert.That(options.OutputBufferLimits.Replica, Is.EqualTo(OutputBufferLimits.RedisDefaults.Replica));
    }

    [Test]
    public void DirectivesThatAreNoOptions_AreKept()
    {
        string file = Write("redis.conf", "user alice on >secret ~* +@all\nrename-command FLUSHALL \"\"\n");
        ServerOptions options = Parse(file);
        Assert.That(options.Security.Users.Single(), Is.EqualTo(new[] { "alice", "on", ">secret", "~*", "+@all" }));
        Assert.That(options.Security.RenamedCommands, Is.EqualTo(new[] { ("FLUSHALL", "") }));
    }

    [TestCase("--databases 16", "must be 1: a Raft cluster has one database")]
    [TestCase("--appendonly yes", "must be no: the Raft log takes the place of the append-only file")]
    [TestCase("--cluster-enabled yes", "must be no: Redis Cluster and a Raft cluster exclude each other")]
    [TestCase("--maxmemory-policy allkeys-lru", "must be noeviction: nodes of a Raft cluster evict nothing")]
    [TestCase("--maxmemory-policy foo", "argument(s) must be one of the following: volatile-lru")]
    [TestCase("--save 3600 1", "must be \"\": the Raft log decides when a snapshot is due")]
    [TestCase("--save abc", "Invalid save parameters")]
    [TestCase("--replicaof localhost 6379", "must be empty: the nodes of a Raft cluster join with RAFT.CLUSTER JOIN")]
    public void WhatCannotBeInACluster_IsRefusedByName(string arguments, string reason)
    {
        string report = Refusal(arguments.Split(' '));
        Assert.That(report, Does.Contain($">>> '{arguments[2..]}'").And.Contain(reason));
    }

    [TestCase("--save", "")]
    [TestCase("--appendonly", "no")]
    [TestCase("--databases", "1")]
    [TestCase("--maxmemory-policy", "noeviction")]
    [TestCase("--replicaof", "")]
    public void WhatMeansTheSame_IsTaken(string name, string value) => Assert.That(() => Parse(name, value), Throws.Nothing);

    [TestCase("--foo bar", "Bad directive or wrong number of arguments")]
    [TestCase("--raft.foo bar", "Bad directive or wrong number of arguments")]
    [TestCase("--port abc", "argument couldn't be parsed into an integer")]
    [TestCase("--port 65536", "argument must be between 0 and 65535 inclusive")]
    [TestCase("--port", "wrong number of arguments")]
    [TestCase("--port 1 2", "wrong number of arguments")]
    [TestCase("--raft.id -1", "argument must be between 0 and 2147483647 inclusive")]
    [TestCase("--raft.addr nowhere", "argument must be an address of the form host:port")]
    [TestCase("--raft.log-fsync maybe", "argument must be 'yes' or 'no'")]
    [TestCase("--raft.slot-config 5:2", "argument must be slots")]
    [TestCase("--dbfilename a/b", "dbfilename can't be a path, just a filename")]
    [TestCase("--dir /does/not/exist", "No such file or directory")]
    public void WhatIsUnknownOrWrong_IsRefusedByName(string arguments, string reason) =>
        Assert.That(Refusal(arguments.Split(' ')), Does.Contain($">>> '{arguments[2..]}'\n{reason}"));

    [Test]
    public void ErrorInAFile_NamesTheLine()
    {
        string file = Write("redis.conf", "port 7000\n\nport \"70\n");
        Assert.That(Refusal(file), Does.Contain($"Reading {file}, at line 3\n>>> 'port \"70'\nUnbalanced quotes"));
    }

    [Test]
    public void ASecret_IsNotRepeatedInAnError() =>
        Assert.That(Refusal("--raft.cluster-password", "one", "two"), Does.Not.Contain("one").And.Contain("raft.cluster-password"));

    private static ServerOptions Parse(params string[] arguments) => CommandLine.Parse(arguments, TextReader.Null);

    private static string Refusal(params string[] arguments) =>
        Assert.Throws<ConfigurationException>(() => Parse(arguments))!.Report;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
