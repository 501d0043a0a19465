using System.Collections.Concurrent;
using System.Text;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Scripting;

/// <summary>A library of functions.</summary>
internal sealed record FunctionLibrary(string Name, byte[] Code, int Compiled, IReadOnlyList<RegisteredFunction> Functions);

/// <summary>
/// The function libraries: part of the state. A library's code is run anew for each call of one of its functions, so that what
/// it keeps in variables cannot make replicas differ.
/// </summary>
internal sealed class FunctionLibraries(Func<ScriptEngine> engine) : ISnapshotPart
{
    // A name as a string, an object, a table's node.
    private const int EntryBytes = 200;

    private readonly SortedDictionary<string, FunctionLibrary> _libraries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (FunctionLibrary Library, RegisteredFunction Function)> _functions = new(StringComparer.OrdinalIgnoreCase); // as in Redis
    private long _textBytes;
    private int _count;

    public IReadOnlyCollection<FunctionLibrary> All => _libraries.Values;

    /// <summary>Any thread.</summary>
    public int FunctionCount => _functions.Count;

    /// <summary>Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes of the libraries' texts and of what is kept with each library and function. Any thread.</summary>
    public long Bytes => Volatile.Read(ref _textBytes) + (long)Count * EntryBytes + (long)FunctionCount * EntryBytes;

    /// <summary>A function and its library. Any thread.</summary>
    public (FunctionLibrary Library, RegisteredFunction Function)? Find(ReadOnlySpan<byte> function) =>
        _functions.TryGetValue(Encoding.Latin1.GetString(function), out (FunctionLibrary, RegisteredFunction) found) ? found : null;

    /// <summary>Loads a library; null with an error.</summary>
    /// <param name="code">With its header.</param>
    /// <param name="replaces">Whether a library of the same name goes.</param>
    /// <param name="error">Why not.</param>
    public FunctionLibrary? Load(byte[] code, bool replaces, out string error) => Load(code, replaces, isRequested: true, out error);

    private FunctionLibrary? Load(byte[] code, bool replaces, bool isRequested, out string error)
    {
        if (!LibraryHeader.TryRead(code, out string name, out int codeStart, out error))
            return null;
        _libraries.TryGetValue(name, out FunctionLibrary? old);
        if (old is not null && !replaces)
        {
            error = $"ERR Library '{name}' already exists";
            return null;
        }

        if (Build(name, code, codeStart, isRequested, out error) is not { } library)
            return null;
        if (library.Functions.FirstOrDefault(function => _functions.TryGetValue(function.Name, out (FunctionLibrary Library, RegisteredFunction) other) && other.Library != old) is { } taken)
        {
            error = $"ERR Function {taken.Name} already exists";
            engine().Release(library.Compiled);
            return null;
        }

        if (old is not null)
            Delete(name);
        Add(library);
        return library;
    }

    public bool Delete(string name)
    {
        if (!_libraries.Remove(name, out FunctionLibrary? library))
            return false;
        foreach (RegisteredFunction function in library.Functions)
            _functions.TryRemove(function.Name, out _);
        engine().Release(library.Compiled);
        Note(library, -1);
        return true;
    }

    public void Clear()
    {
        foreach (FunctionLibrary library in _libraries.Values)
            engine().Release(library.Compiled);
        _libraries.Clear();
        _functions.Clear();
        Volatile.Write(ref _count, 0);
        Volatile.Write(ref _textBytes, 0);
    }

    /// <summary>Loads all of these libraries or, with an error, none.</summary>
    public bool TryRestore(List<byte[]> codes, bool flushes, bool replaces, out string error)
    {
        FunctionLibrary[] before = [.. All];
        if (flushes)
            Clear();
        foreach (byte[] code in codes)
        {
            if (Load(code, replaces, out error) is not null)
                continue;
            error = error.Replace("'", "", StringComparison.Ordinal); // as Redis words it here
            Clear();
            foreach (FunctionLibrary library in before)
                Load(library.Code, replaces: false, isRequested: false, out _);
            return false;
        }

        error = "";
        return true;
    }

    public void Save(RdbExtras extras)
    {
        foreach (FunctionLibrary library in _libraries.Values)
            extras.Functions.Add(library.Code);
    }

    public void Restore(RdbExtras extras)
    {
        Clear();
        foreach (byte[] code in extras.Functions)
        {
            if (Load(code, replaces: false, isRequested: false, out string error) is null)
                throw new FormatException(error);
        }
    }

    private void Note(FunctionLibrary library, int sign)
    {
        Volatile.Write(ref _count, _count + sign);
        Volatile.Write(ref _textBytes, _textBytes + sign * library.Code.Length);
    }

    private void Add(FunctionLibrary library)
    {
        Note(library, 1);
        _libraries.Add(library.Name, library);
        foreach (RegisteredFunction function in library.Functions)
            _functions[function.Name] = (library, function);
    }

    private FunctionLibrary? Build(string name, byte[] code, int codeStart, bool isRequested, out string error)
    {
        if (engine().CompileLibrary(code.AsSpan(codeStart), out error) is not { } compiled)
        {
            error = $"ERR Error compiling function: {error}";
            return null;
        }

        IReadOnlyList<RegisteredFunction>? functions = engine().LoadLibrary(compiled, isRequested, out error);
        if (functions is { Count: > 0 })
            return new FunctionLibrary(name, code, compiled, functions);
        error = functions is null ? $"ERR Error registering functions: {error}" : "ERR No functions registered";
        engine().Release(compiled);
        return null;
    }
}
