using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

[TestFixture]
internal sealed class LogToolTests
{
    [Test]
    public void A_sound_log_is_printed_and_verified()
    {
        using TemporaryDirectory temporary = Log();
        StringWriter shown = new();
        Assert.That(LogTool.Show(temporary["log.0000000001"], shown), Is.True);
        Assert.That(shown.ToString(), Does.Contain("cluster    c").And.Contain("Start").And.Contain("Application").And.Contain("Truncate").And.Contain("end"));

        StringWriter verified = new();
        Assert.That(LogTool.Verify(temporary.Path, verified), Is.True);
        Assert.That(verified.ToString(), Does.Contain("last entry 1:2").And.Contain("sound"));
    }

    [Test]
    public void A_damaged_log_is_named_and_untouched()
    {
        using TemporaryDirectory temporary = Log();
        string file = temporary["log.0000000001"];
        byte[] content = File.ReadAllBytes(file);
        content[SegmentFile.HeaderSize + 70] ^= 1;
        File.WriteAllBytes(file, content);

        StringWriter output = new();
        Assert.That(LogTool.Verify(temporary.Path, output), Is.False);
        Assert.That(output.ToString(), Does.Contain(file).And.Contain("offset 4164"));
        Assert.That(LogTool.Show(file, TextWriter.Null), Is.True);
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(content));
    }

    [Test]
    public void What_is_not_a_log_is_said_to_be_none()
    {
        using TemporaryDirectory temporary = new();
        File.WriteAllText(temporary["x"], "not a log");
        Assert.That(LogTool.Show(temporary["x"], TextWriter.Null), Is.False);
        Assert.That(LogTool.Show(temporary["none"], TextWriter.Null), Is.False);
        StringWriter output = new();
        Assert.That(LogTool.Verify(temporary.Path, output), Is.False);
        Assert.That(output.ToString(), Does.Contain("no log"));
    }

    private static TemporaryDirectory Log()
    {
        TemporaryDirectory temporary = new();
        using DataDirectory directory = DataDirectory.Open(temporary.Path, new PosixDisk());
        using RaftLog log = RaftLog.Open(directory, StorageNode.Options);
        for (int i = 1; i <= 3; i++)
        {
            log.Append(new LogEntry(new EntryId(1, i), EntryType.Application, 1_700_000_000_000, new byte[10]));
        }

        log.TruncateFrom(3);
        return temporary;
    }
}
