// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>A server on loopback that does with each connection what a test says, on a thread of its own.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly Action<Stream, Socket> _serve;
    private readonly List<Socket> _open = [];

    public StreamServer(Action<Stream, Socket> serve, X509Certificate2? certificate = null, int? receiveBuffer = null)
    {
        _serve = serve;
        _certificate = certificate;
        if (receiveBuffer is { } bytes)
            _listener.Server.ReceiveBufferSize = bytes;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>What a connection's thread threw that was not the end of its stream.</summary>
    public Exception? Failure { get; private set; }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_open)
            _open.ForEach(socket => socket.Dispose());
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                lock (_open)
                    _open.Add(socket);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                tls.AuthenticateAsServer(_certificate);
                stream = tls;
            }

            _serve(stream, socket);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side went.
        }
        catch (Exception e)
        {
            Failure = e;
        }
    }
}
