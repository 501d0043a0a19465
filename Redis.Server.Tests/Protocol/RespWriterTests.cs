using System.Globalization;
using System.Text;
using NUnit.Framework;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Protocol;

internal sealed class RespWriterTests
{
    private static readonly (Action<RespWriter> Write, string Resp2, string Resp3)[] Examples =
    [
        (w => w.Ok(), "+OK\r\n", "+OK\r\n"),
        (w => w.Null(), "$-1\r\n", "_\r\n"),
        (w => w.NullArray(), "*-1\r\n", "_\r\n"),
        (w => w.MapHeader(3), "*6\r\n", "%3\r\n"),
        (w => w.SetHeader(3), "*3\r\n", "~3\r\n"),
        (w => w.PushHeader(3), "*3\r\n", ">3\r\n"),
        (w => w.Boolean(true), ":1\r\n", "#t\r\n"),
        (w => w.Boolean(false), ":0\r\n", "#f\r\n"),
        (w => w.Double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"),
        (w => w.Double(3.1), "$18\r\n3.1000000000000001\r\n", ",3.1000000000000001\r\n"),
        (w => w.Double(1e300), "$23\r\n1.0000000000000001e+300\r\n", ",1.0000000000000001e+300\r\n"),
        (w => w.Double(-double.Epsilon), "$24\r\n-4.9406564584124654e-324\r\n", ",-4.9406564584124654e-324\r\n"),
        (w => w.Double(double.NegativeInfinity), "$4\r\n-inf\r\n", ",-inf\r\n"),
        (w => w.BigNumber("12345678901234567890"u8), "$20\r\n12345678901234567890\r\n", "(12345678901234567890\r\n"),
        (w => w.VerbatimString("txt"u8, "hello"u8), "$5\r\nhello\r\n", "=9\r\ntxt:hello\r\n"),
        (w => w.Error("ERR a\r\nb\n"u8), "-ERR a  b\r\n", "-ERR a  b\r\n"),
        (w => w.Error("ERR '"u8, "a\0b"u8, "'"u8), "-ERR 'a'\r\n", "-ERR 'a'\r\n"),
    ];

    [Test]
    public void Types_of_RESP3_become_what_Redis_sends_to_RESP2()
    {
        using RespWriter writer = new();
        foreach ((Action<RespWriter> write, string resp2, string resp3) in Examples)
        {
            Assert.That(Written(writer, 2, write), Is.EqualTo(resp2));
            Assert.That(Written(writer, 3, write), Is.EqualTo(resp3));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Numbers_and_strings_are_written_whole(long[] integers, byte[] text)
    {
        using RespWriter writer = new();
        StringBuilder expected = new();
        foreach (long integer in integers)
        {
            writer.Integer(integer);
            writer.BulkString(text);
            expected.Append(CultureInfo.InvariantCulture, $":{integer}\r\n${text.Length}\r\n{Encoding.Latin1.GetString(text)}\r\n");
        }

        return Encoding.Latin1.GetString(writer.Written) == expected.ToString();
    }

    [FsCheck.NUnit.Property]
    public bool A_deferred_header_stands_before_its_elements(byte count, bool isMap)
    {
        using RespWriter deferred = new() { Version = 3 }, known = new() { Version = 3 };
        deferred.Ok();
        known.Ok();
        int place = deferred.BeginDeferred();
        if (isMap)
            known.MapHeader(count);
        else
            known.ArrayHeader(count);
        for (int i = 0; i < count; i++)
        {
            deferred.Integer(i);
            known.Integer(i);
        }

        deferred.EndDeferred(place, isMap ? '%' : '*', count);
        return deferred.Written.SequenceEqual(known.Written);
    }

    [Test]
    public void A_muted_writer_writes_nothing()
    {
        using RespWriter writer = new() { IsMuted = true };
        foreach ((Action<RespWriter> write, _, _) in Examples)
            write(writer);
        writer.EndDeferred(writer.BeginDeferred(), '*', 3);
        Assert.That(writer.Length, Is.Zero);
    }

    private static string Written(RespWriter writer, int version, Action<RespWriter> write)
    {
        writer.Clear();
        writer.Version = version;
        write(writer);
        return Encoding.Latin1.GetString(writer.Written);
    }
}
