using System.Collections;
using System.Text;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// What an RDB file holds besides keys: auxiliary fields, which Redis ignores where it does not know them, and function libraries,
/// which Redis loads as its own.
/// </summary>
internal sealed class RdbExtras : IEnumerable<KeyValuePair<byte[], byte[]>>
{
    private readonly List<KeyValuePair<byte[], byte[]>> _fields = [];

    /// <summary>The source of each function library.</summary>
    public List<byte[]> Functions { get; } = [];

    public void Add(KeyValuePair<byte[], byte[]> field) => _fields.Add(field);

    /// <param name="name">Beginning with <see cref="RdbFile.OwnPrefix"/>, so that it cannot be one of Redis's.</param>
    /// <param name="value">Any bytes.</param>
    public void Add(string name, byte[] value) => Add(new(Encoding.ASCII.GetBytes(name), value));

    /// <summary>The value of a field, or null when there is none.</summary>
    public byte[]? Find(string name)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(name);
        foreach ((byte[] key, byte[] value) in _fields)
        {
            if (key.AsSpan().SequenceEqual(wanted))
                return value;
        }

        return null;
    }

    public IEnumerator<KeyValuePair<byte[], byte[]>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
