"""An HTTP/2 API that gets stuck: its first connection answers one request and then only
acknowledges bytes; every later connection says that the tunnel is down.

usage: stuck_http2.py CERTIFICATE KEY ADDRESS TUNNEL_ID     prints "listening PORT"

Knows as much of RFC 9113 as one client's GETs need: it reads no header, because each request is
about the one tunnel.
"""
import json
import socket
import ssl
import struct
import sys
import threading

PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
STATUS_200 = b"\x88"  # RFC 7541: entry 8 of the static table


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


def serve(connection, body, answers):
    """Answers so many requests; reads on afterwards and says nothing."""
    read(connection, PREFACE)
    connection.sendall(frame(SETTINGS, 0, 0))
    while True:
        header = read(connection, 9)
        kind, flags, stream = struct.unpack(">BBI", header[3:])
        payload = read(connection, int.from_bytes(header[:3], "big"))
        if answers == 0:
            continue
        if kind == SETTINGS and not flags & ACK:
            connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            connection.sendall(frame(PING, ACK, 0, payload))
        elif kind == HEADERS:
            answers -= 1
            connection.sendall(frame(HEADERS, END_HEADERS, stream, STATUS_200)
                               + frame(DATA, END_STREAM, stream, body))


def handle(client, context, body, answers):
    try:
        with context.wrap_socket(client, server_side=True) as connection:
            serve(connection, body, answers)
    except (ConnectionError, OSError):
        pass  # the client has left; that is its right


def main():
    certificate, key, address, tunnel = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    healthy, down = (json.dumps({"success": True, "errors": [], "messages": [], "result": {
        "id": tunnel, "status": status, "deleted_at": None}}).encode() for status in ("healthy", "down"))
    with socket.create_server((address, 0)) as listener:
        print("listening", listener.getsockname()[1], flush=True)
        client, _ = listener.accept()
        threading.Thread(target=handle, args=(client, context, healthy, 1), daemon=True).start()
        while True:
            client, _ = listener.accept()
            threading.Thread(target=handle, args=(client, context, down, -1), daemon=True).start()


main()
