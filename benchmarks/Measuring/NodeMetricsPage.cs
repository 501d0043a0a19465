using System.Globalization;

namespace Benchmarks.Measuring;

/// <summary>A node's figures as its metrics-port tells them: names as Prometheus writes them, labels included.</summary>
internal sealed class NodeMetricsPage
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Dictionary<string, double> _figures = [];

    private NodeMetricsPage(string text)
    {
        foreach (string line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            int end = line.LastIndexOf(' ');
            _figures[line[..end]] = double.Parse(line[(end + 1)..], CultureInfo.InvariantCulture);
        }
    }

    public double this[string name] => _figures[name];

    /// <exception cref="IOException">The node does not answer.</exception>
    public static NodeMetricsPage Read(int port)
    {
        try
        {
            return new NodeMetricsPage(Client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")).GetAwaiter().GetResult());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new IOException($"no metrics on port {port}: {e.Message}", e);
        }
    }
}
