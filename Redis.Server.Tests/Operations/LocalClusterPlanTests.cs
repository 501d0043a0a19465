using System.Net;
using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Configuration;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Operations;

internal sealed class LocalClusterPlanTests
{
    [Test]
    public void WithoutArguments_ThreeNodesFromPort5001()
    {
        LocalClusterPlan plan = LocalClusterPlan.Parse([]);
        Assert.Multiple(() =>
        {
            Assert.That((plan.Nodes, plan.PortOf(1), plan.PortOf(3)), Is.EqualTo((3, 5001, 5003)));
            Assert.That(plan.DirectoryOf(2), Is.EqualTo(Path.GetFullPath("local-cluster/node2")));
        });
    }

    [Test]
    public void OtherOptions_GoToEveryNode_AndComeLast()
    {
        LocalClusterPlan plan = LocalClusterPlan.Parse(["--nodes", "1", "--raft.log-fsync", "no", "--requirepass", "secret"]);
        Assert.That(plan.ArgumentsOf(1).TakeLast(4), Is.EqualTo(new[] { "--raft.log-fsync", "no", "--requirepass", "secret" }));
        Assert.That(plan.Password, Is.EqualTo("secret"));
    }

    [Test]
    public void MetricsPort_IsTheFirstNodes()
    {
        LocalClusterPlan plan = LocalClusterPlan.Parse(["--metrics-port", "9121"]);
        Assert.That(Enumerable.Range(1, 3).Select(node => plan.ArgumentsOf(node)[^1]), Is.EqualTo(new[] { "9121", "9122", "9123" }));
    }

    [Test]
    public void WithACertificate_NodesSpeakTlsOnly_AndTheHintsSayHow()
    {
        using Security.TestAuthority authority = new("ours");
        string[] files = authority.ServerOptions("node");
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), files[1]);
        LocalClusterPlan plan = LocalClusterPlan.Parse(["--port", "7001", "--requirepass", "secret", files[0], relative, .. files[2..]]);
        Assert.Multiple(() =>
        {
            Assert.That(plan.ToolOptions, Is.EqualTo($" -a secret --tls --cacert {authority.CaFile} --cert {files[1]} --key {files[3]}"));
            Assert.That(string.Join(' ', plan.ArgumentsOf(2)), Does.StartWith("--tls-cluster yes --port 0 --tls-port 7002 ").And.Contain("--raft.cluster-password secret --requirepass secret"));
            Assert.That(plan.ArgumentsOf(1), Does.Contain(files[1]), "a path means what it means here, not in the node's directory");
            Assert.That(plan.Access.Tls, Is.Not.Null);
        });
    }

    [TestCase("--tls-cert-file no.crt --tls-key-file no.key --tls-ca-cert-file no.crt", "cannot be read")]
    [TestCase("--nodes 4", "use an odd number: 4 nodes survive no more failures than 3, because a majority of 4 is 3")]
    [TestCase("--nodes 0", "a number from 1 to 99 must follow")]
    [TestCase("--nodes", "a number from 1 to 99 must follow")]
    [TestCase("--port 65535", "the ports would end beyond 65535")]
    [TestCase("--raft.no-such-option 1", "Bad directive or wrong number of arguments")]
    public void WhatIsWrong_IsSaid(string arguments, string reason) =>
        Assert.That(Refusal(() => LocalClusterPlan.Parse(arguments.Split(' '))), Does.Contain(reason));

    [Test]
    public void ABusyPort_IsNamedBeforeAnythingStarts()
    {
        using Socket busy = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        busy.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        busy.Listen(1);
        int port = ((IPEndPoint)busy.LocalEndPoint!).Port;
        LocalClusterPlan plan = LocalClusterPlan.Parse(["--nodes", "1", "--port", $"{port}"]);
        Assert.That(Refusal(plan.Prepare), Does.Contain($">>> 'port {port}'").And.Contain("choose other ports with --port"));
    }

    [Test]
    public void ADirectoryThatCannotBeWritten_IsNamed()
    {
        string file = Path.GetTempFileName();
        try
        {
            LocalClusterPlan plan = LocalClusterPlan.Parse(["--nodes", "1", "--port", "1", "--dir", file]) with { FirstPort = FreePort() };
            Assert.That(Refusal(plan.Prepare), Does.Contain($">>> 'dir {file}'").And.Contain("choose another with --dir"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static string Refusal(Action action) => Assert.Throws<ConfigurationException>(action)!.Report;
}
