namespace Redis.Server.Keyspace;

/// <summary>Raises registers of one HyperLogLog: in place while the bytes keep their length, else in a copy that is to replace them.</summary>
internal ref struct HyperLogLogEditor
{
    private readonly int _maxSparse;
    private Span<byte> _value;
    private byte[]? _copy;

    /// <param name="value">A valid HyperLogLog, changed in place if dense.</param>
    /// <param name="maxSparse">hll-sparse-max-bytes</param>
    public HyperLogLogEditor(Span<byte> value, int maxSparse)
    {
        _value = value;
        _maxSparse = maxSparse;
    }

    /// <summary>The bytes as they are now.</summary>
    public readonly Span<byte> Value => _value;

    /// <summary>The array that the bytes are in now, if it is another than they were in at first.</summary>
    public readonly byte[]? Replacement => _copy;

    public HllChange Raise(int register, byte count)
    {
        if (!HyperLogLog.IsSparse(_value))
            return RaiseDense(register, count);
        Reserve(HllSparse.MaxGrowth);
        int end = _value.Length;
        HllChange change = HllSparse.Raise(_copy!, HyperLogLog.HeaderLength, ref end, register, count, _maxSparse);
        if (change == HllChange.NeedsDense)
            return TryMakeDense() ? RaiseDense(register, count) : HllChange.Damaged;
        _value = _copy.AsSpan(0, end);
        if (change == HllChange.Raised)
            HyperLogLog.Invalidate(_value);
        return change;
    }

    /// <summary>Goes over to dense registers; false if the sparse ones are damaged.</summary>
    public bool TryMakeDense()
    {
        if (!HyperLogLog.IsSparse(_value))
            return true;
        if (HyperLogLog.ToDense(_value) is not { } dense)
            return false;
        _copy = dense;
        _value = dense;
        return true;
    }

    private readonly HllChange RaiseDense(int register, byte count)
        => HllDense.Raise(_value[HyperLogLog.HeaderLength..], register, count) ? HllChange.Raised : HllChange.None;

    private void Reserve(int room)
    {
        if (_copy != null && _copy.Length - _value.Length >= room)
            return;
        _copy = new byte[_value.Length + room + (_value.Length / 2)];
        _value.CopyTo(_copy);
        _value = _copy.AsSpan(0, _value.Length);
    }
}
