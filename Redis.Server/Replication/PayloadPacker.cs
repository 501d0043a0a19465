using Raft.Storage;

namespace Redis.Server.Replication;

/// <summary>
/// Copies requests from the network's buffers into pooled blocks, once: from there the log, the disk, the peers and the
/// application read them in place. Consensus only.
/// </summary>
internal sealed class PayloadPacker
{
    private readonly List<PayloadBlock> _full = [];
    private PayloadBlock? _block;

    /// <summary>The copy. It lives until <see cref="Settle"/>, and longer where somebody retains its block.</summary>
    public ReadOnlyMemory<byte> Pack(ReadOnlySpan<byte> bytes)
    {
        if (_block is null || _block.Free < bytes.Length)
        {
            if (_block is not null)
            {
                _full.Add(_block);
            }

            _block = PayloadBlock.Rent(bytes.Length);
        }

        return _block.Append(bytes);
    }

    /// <summary>The end of a step: whoever keeps a copy has retained it by now.</summary>
    public void Settle()
    {
        foreach (PayloadBlock block in _full)
        {
            block.Release();
        }

        _full.Clear();
    }
}
