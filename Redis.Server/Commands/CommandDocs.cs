using System.Text;
using System.Text.Json;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>
/// What redis-server 7.0 says about its commands in COMMAND DOCS, and the tips and notes of COMMAND INFO: an embedded resource,
/// read when first asked for. Arity, flags and keys are not in it: they are in the rows.
/// </summary>
internal sealed class CommandDocs
{
    private static readonly Lazy<CommandDocs> Loaded = new(() => new CommandDocs());

    private readonly JsonElement _docs;
    private readonly JsonElement _tips;
    private readonly JsonElement _notes;

    private CommandDocs()
    {
        using Stream stream = typeof(CommandDocs).Assembly.GetManifestResourceStream("command-docs.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement root = document.RootElement.Clone();
        _docs = root.GetProperty("docs");
        _tips = root.GetProperty("tips");
        _notes = root.GetProperty("notes");
    }

    /// <summary>The one instance.</summary>
    public static CommandDocs Instance => Loaded.Value;

    /// <summary>The tips for clients and proxies.</summary>
    public IEnumerable<string> Tips(Command command) =>
        _tips.TryGetProperty(command.FullName, out JsonElement tips) ? tips.EnumerateArray().Select(tip => tip.GetString()!) : [];

    /// <summary>The note on key specification number <paramref name="index"/>, or null.</summary>
    public string? Note(Command command, int index) =>
        _notes.TryGetProperty(command.FullName, out JsonElement notes) ? notes[index].GetString() : null;

    /// <summary>Writes a command's documentation: a map. Of a container's subcommands those that we have.</summary>
    public void Write(Command command, RespWriter reply)
    {
        if (!TryFind(command, out JsonElement docs))
        {
            reply.MapHeader(1);
            reply.BulkString("group"u8);
            reply.BulkString("module"u8);
            return;
        }

        reply.MapHeader(docs.EnumerateObject().Count());
        foreach (JsonProperty property in docs.EnumerateObject())
        {
            reply.BulkString(property.Name);
            if (property.NameEquals("subcommands"))
                WriteSubcommands(command, reply);
            else
                WriteValue(property.Name, property.Value, reply);
        }
    }

    private void WriteSubcommands(Command command, RespWriter reply)
    {
        reply.MapHeader(command.Subcommands.Count);
        foreach (Command subcommand in command.Subcommands)
        {
            reply.BulkString(subcommand.FullName);
            Write(subcommand, reply);
        }
    }

    private bool TryFind(Command command, out JsonElement docs)
    {
        if (command.Container == null)
            return _docs.TryGetProperty(command.Name, out docs);
        docs = default;
        return _docs.TryGetProperty(command.Container.Name, out JsonElement container)
            && container.TryGetProperty("subcommands", out JsonElement subcommands)
            && subcommands.TryGetProperty(command.FullName, out docs);
    }

    private static void WriteValue(string name, JsonElement value, RespWriter reply)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                reply.Integer(value.GetInt64());
                break;
            case JsonValueKind.Object:
                reply.MapHeader(value.EnumerateObject().Count());
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    reply.BulkString(property.Name);
                    WriteValue(property.Name, property.Value, reply);
                }

                break;
            case JsonValueKind.Array:
                WriteArray(name, value, reply);
                break;
            default:
                reply.BulkString(value.GetString()!);
                break;
        }
    }

    private static void WriteArray(string name, JsonElement value, RespWriter reply)
    {
        bool isFlags = name is "flags" or "doc_flags";
        if (isFlags || name == "history")
            reply.SetHeader(value.GetArrayLength());
        else
            reply.ArrayHeader(value.GetArrayLength());
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (isFlags)
                reply.SimpleString(Encoding.ASCII.GetBytes(element.GetString()!));
            else
                WriteValue("", element, reply);
        }
    }
}
