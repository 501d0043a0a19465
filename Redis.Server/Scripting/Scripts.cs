using Redis.Server.Commands;

namespace Redis.Server.Scripting;

/// <summary>Everything about scripts on a node: what commands use.</summary>
internal sealed class Scripts : IDisposable
{
    private ScriptEngine? _engine;

    public Scripts(CommandContext context)
    {
        Context = context;
        Watch = new ScriptWatch(context);
        Cache = new ScriptCache(compiled => Engine.Release(compiled));
        Libraries = new FunctionLibraries(() => Engine);
    }

    /// <summary>Where redis.log goes: level 0 to 3, text.</summary>
    public Action<int, string> Log { get; set; } = (_, _) => { };

    public ScriptCache Cache { get; }

    /// <summary>Watches the script that runs.</summary>
    public ScriptWatch Watch { get; }

    public FunctionLibraries Libraries { get; }

    /// <summary>Lua, begun when the first script is.</summary>
    public ScriptEngine Engine => _engine ??= new ScriptEngine(Context, Watch, (level, text) => Log(level, text));

    /// <summary>Bytes of Lua itself, compiled scripts included; 0 before the first script. Any thread.</summary>
    public long EngineBytes => Volatile.Read(ref _engine)?.UsedMemory ?? 0;

    private CommandContext Context { get; }

    /// <summary>The compiled form of a script; null after an error.</summary>
    public int? Compile(CachedScript script, out string error)
    {
        error = "";
        return script.Compiled ??= Engine.CompileScript(script.Body.AsSpan(script.Header.CodeStart), out error);
    }

    public void Dispose() => _engine?.Dispose();
}
