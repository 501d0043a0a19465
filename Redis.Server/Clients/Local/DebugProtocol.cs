using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>DEBUG PROTOCOL: a value of each type, for client libraries' tests.</summary>
internal static class DebugProtocol
{
    public static void Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        switch (System.Text.Encoding.Latin1.GetString(args[2]).ToLowerInvariant())
        {
            case "string":
                reply.BulkString("Hello World"u8);
                break;
            case "integer":
                reply.Integer(12345);
                break;
            case "double":
                reply.DoubleText("3.141"u8);
                break;
            case "null":
                reply.Null();
                break;
            case "array":
                reply.ArrayHeader(3);
                WriteThree(reply);
                break;
            case "set":
                reply.SetHeader(3);
                WriteThree(reply);
                break;
            case "map":
                WriteMap(reply);
                break;
            case "attrib":
                WriteAttribute(reply);
                break;
            case "push":
                WritePush(reply);
                break;
            case "verbatim":
                reply.VerbatimString("txt"u8, "This is a verbatim\nstring"u8);
                break;
            case "true":
                reply.Boolean(true);
                break;
            case "false":
                reply.Boolean(false);
                break;
            case "bignum":
                reply.BigNumber("1234567999999999999999999999999999999"u8);
                break;
            default:
                reply.Error("ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"u8);
                break;
        }
    }

    private static void WriteThree(RespWriter reply)
    {
        for (int i = 0; i < 3; i++)
        {
            reply.Integer(i);
        }
    }

    private static void WriteMap(RespWriter reply)
    {
        reply.MapHeader(3);
        for (int i = 0; i < 3; i++)
        {
            reply.Integer(i);
            reply.Boolean(i == 1);
        }
    }

    private static void WriteAttribute(RespWriter reply)
    {
        if (reply.Version == 3)
        {
            reply.AttributeHeader(1);
            reply.BulkString("key-popularity"u8);
            reply.ArrayHeader(2);
            reply.BulkString("key:123"u8);
            reply.Integer(90);
        }

        reply.BulkString("Some real reply following the attribute"u8);
    }

    private static void WritePush(RespWriter reply)
    {
        if (reply.Version == 2)
        {
            reply.Error("ERR RESP2 is not supported by this command"u8);
            return;
        }

        reply.PushHeader(2);
        reply.BulkString("server-cpu-usage"u8);
        reply.Integer(42);
        reply.BulkString("Some real reply following the push reply"u8);
    }
}
