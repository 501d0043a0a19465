using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Redis.Server.Diagnostics;

/// <summary>
/// metrics-port: answers GET /metrics with the figures of <see cref="NodeMetrics"/> in Prometheus's text format 0.0.4. One
/// request a connection, and nothing else of HTTP.
/// </summary>
internal sealed class PrometheusEndpoint : IDisposable
{
    private const int MaxRequestLength = 8 * 1024;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);

    private readonly MeterListener _listener = new();
    private readonly StringBuilder _text = new();
    private readonly Lock _scraping = new();
    private readonly List<Socket> _sockets = [];
    private readonly ConcurrentQueue<PrometheusHistogram> _histograms = new();
    private readonly ILogger _logger;
    private string _described = "";

    public PrometheusEndpoint(ILogger logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == NodeMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument, instrument is Histogram<double> histogram ? Add(histogram) : null);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Write(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) =>
        {
            if (state is PrometheusHistogram histogram)
            {
                histogram.Record(value);
            }
            else
            {
                Write(instrument, value, tags);
            }
        });
        _listener.Start();
    }

    /// <summary>Takes requests on these addresses, written as bind has them.</summary>
    /// <exception cref="SocketException">The port is in use.</exception>
    public void Start(IEnumerable<string> addresses, int port)
    {
        foreach (string address in addresses)
        {
            IPAddress ip = address.TrimStart('-') switch
            {
                "*" => IPAddress.Any,
                "::*" => IPAddress.IPv6Any,
                string host => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : Dns.GetHostAddresses(host)[0],
            };
            try
            {
                Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(ip, port));
                socket.Listen();
                _sockets.Add(socket);
                _logger.LogInformation("Metrics at http://{Address}/metrics", socket.LocalEndPoint);
                _ = AcceptAsync(socket);
            }
            catch (SocketException exception) when (address.StartsWith('-') && exception.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            {
                _logger.LogDebug("No metrics on {Address}: {Reason}", address, exception.Message);
            }
            catch (SocketException exception)
            {
                throw new SocketException(exception.ErrorCode, $"Could not listen on {ip}:{port} for metrics: {exception.Message}");
            }
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        _listener.Dispose();
    }

    /// <summary>All figures as of now.</summary>
    public string Scrape()
    {
        lock (_scraping)
        {
            _text.Clear();
            _described = "";
            _listener.RecordObservableInstruments();
            foreach (PrometheusHistogram histogram in _histograms)
            {
                histogram.Write(_text);
            }

            return _text.ToString();
        }
    }

    private PrometheusHistogram Add(Histogram<double> instrument)
    {
        PrometheusHistogram histogram = new(instrument);
        _histograms.Enqueue(histogram);
        return histogram;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                _ = AnswerAsync(await listener.AcceptAsync().ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the accepting thread is the network's
        using (client)
        {
            try
            {
                using CancellationTokenSource limit = new(RequestLimit);
                string request = await ReadRequestAsync(client, limit.Token).ConfigureAwait(false);
                string response = request.StartsWith("GET /metrics ", StringComparison.Ordinal) || request.StartsWith("GET /metrics?", StringComparison.Ordinal)
                    ? Response("200 OK", "text/plain; version=0.0.4; charset=utf-8", Scrape())
                    : Response("404 Not Found", "text/plain", "The figures are at /metrics\n");
                await client.SendAsync(Encoding.UTF8.GetBytes(response), SocketFlags.None, limit.Token).ConfigureAwait(false);
                client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or IOException)
            {
                _logger.LogDebug("A request for metrics failed: {Reason}", exception.Message);
            }
        }
    }

    private static async Task<string> ReadRequestAsync(Socket client, CancellationToken cancellation)
    {
        byte[] buffer = new byte[MaxRequestLength];
        int length = 0;
        while (length < buffer.Length)
        {
            int received = await client.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellation).ConfigureAwait(false);
            length += received;
            string text = Encoding.ASCII.GetString(buffer, 0, length);
            if (received == 0 || text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                return text;
            }
        }

        throw new IOException("a request that is too long");
    }

    private static string Response(string status, string type, string body) =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    private void Write(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool isCounter = instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>);
        string name = instrument.Name.Replace('.', '_') + (isCounter ? "_total" : "");
        if (_described != name)
        {
            _described = name;
            _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} {(isCounter ? "counter" : "gauge")}\n");
        }

        _text.Append(name);
        if (tags.Length > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{{{tags[0].Key}=\"{tags[0].Value}\"}}");
        }

        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }
}
