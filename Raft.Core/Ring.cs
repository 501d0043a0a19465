using System.Numerics;

namespace Raft.Core;

/// <summary>A queue with access by position; grows, and never allocates once it has grown to what it must hold.</summary>
internal sealed class Ring<T>
{
    private T[] _items = new T[4];
    private int _head;

    public int Count { get; private set; }

    /// <summary>The item at a position, 0 being the oldest.</summary>
    public ref T this[int position]
    {
        get
        {
            Check.That((uint)position < (uint)Count, "a position within the ring");
            return ref _items[(_head + position) & (_items.Length - 1)];
        }
    }

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Grow();
        }

        _items[(_head + Count) & (_items.Length - 1)] = item;
        Count++;
    }

    public T Take()
    {
        T item = this[0];
        _items[_head] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    public void Clear()
    {
        Array.Clear(_items);
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        T[] larger = new T[BitOperations.RoundUpToPowerOf2((uint)Count + 1)];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        _items = larger;
        _head = 0;
    }
}
