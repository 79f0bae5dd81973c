"""An HTTP/2 API that keeps the rules of RFC 9113 badly, about one tunnel.

usage: http2_server.py CERTIFICATE KEY ADDRESS TUNNEL_ID MODE [connectors]
prints "listening PORT", and then "connection", "request" and "look-up" for each of these

Of a header it reads how long the path is: each request is about the one tunnel, and a look-up, which
asks for its connectors, is longer. MODE is what becomes of a request, or with the last word of a
look-up; then other requests are answered, healthy, and a list that comes whole is of the backup alone:
  stuck         the first connection answers one, then acknowledges bytes and says nothing; every
                later connection says that the tunnel is down
  goaway        answered, healthy; GOAWAY follows, and the connection is closed
  goaway_first  GOAWAY says that no stream was served, and the connection is closed
  refused       RST_STREAM, REFUSED_STREAM
  reset         "down", and RST_STREAM before the end
  nonsense      "down" without an end, and a frame that no connection may have
  endless       a header block that never ends
"""
import json
import socket
import ssl
import struct
import sys
import threading

from connectors import BACKUP, RETURNED

PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INTERNAL_ERROR, REFUSED_STREAM = 2, 7
STATUS_200 = b"\x88"  # RFC 7541: entry 8 of the static table
LITERAL = b"\x00\x01a\x01b"  # "a: b", not indexed
PATH = 4  # entry of the static table
# Of a path as libcurl compresses it: a tunnel's own has fewer bytes, one for connectors more.
LONG_PATH = 72


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def number(value):
    return struct.pack(">I", value)


def success(result):
    return json.dumps({"success": True, "errors": [], "messages": [], "result": result}).encode()


def body(tunnel, status):
    return success({"id": tunnel, "status": status, "deleted_at": None})


def integer(block, at, prefix):
    """(value, what follows it) of a number in a header block, RFC 7541, 5.1."""
    most = (1 << prefix) - 1
    value, at = block[at] & most, at + 1
    if value < most:
        return value, at
    shift = 0
    while True:
        value += (block[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if block[at - 1] < 0x80:
            return value, at


def path_length(block):
    """Bytes of the path in a header block, RFC 7541, 6; no client keeps paths in its table."""
    at = 0
    while at < len(block):
        kind = block[at]
        if kind & 0x80 or kind & 0xE0 == 0x20:  # indexed, or the table's size
            _, at = integer(block, at, 7 if kind & 0x80 else 5)
            continue
        name, at = integer(block, at, 6 if kind & 0x40 else 4)
        if name == 0:
            length, at = integer(block, at, 7)
            at += length
        length, at = integer(block, at, 7)
        if name == PATH:
            return length
        at += length
    raise ValueError("no path")


def read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("closed")
        data += more
    return data


def whole(stream, content):
    return frame(HEADERS, END_HEADERS, stream, STATUS_200) + frame(DATA, END_STREAM, stream, content)


def begun(stream, content):
    return frame(HEADERS, END_HEADERS, stream, STATUS_200) + frame(DATA, 0, stream, content)


class Connection:
    def __init__(self, connection, tunnel, mode, first, of_lookups):
        self.connection = connection
        self.mode = mode
        self.of_lookups = of_lookups
        self.healthy, self.down = (body(tunnel, status) for status in ("healthy", "down"))
        self.answers = 1 if mode == "stuck" and first else -1  # then nothing is said any more

    def serve(self):
        read(self.connection, PREFACE)
        self.connection.sendall(frame(SETTINGS, 0, 0))
        while True:
            header = read(self.connection, 9)
            kind, flags, stream = struct.unpack(">BBI", header[3:])
            payload = read(self.connection, int.from_bytes(header[:3], "big"))
            if self.answers == 0:
                continue
            if kind == SETTINGS and not flags & ACK:
                self.connection.sendall(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                self.connection.sendall(frame(PING, ACK, 0, payload))
            elif kind == HEADERS:
                self.answer(stream, path_length(payload) > LONG_PATH)

    def answer(self, stream, lookup):
        print("look-up" if lookup else "request", flush=True)
        send = self.connection.sendall
        good, bad = self.healthy, self.down
        if lookup:
            good, bad = success([BACKUP]), success([BACKUP, RETURNED])
        if self.of_lookups != lookup:
            send(whole(stream, good))
        elif self.mode == "stuck":
            send(whole(stream, good if self.answers > 0 else bad))
            self.answers -= 1
        elif self.mode == "goaway":
            send(whole(stream, good) + frame(GOAWAY, 0, 0, number(stream) + number(0)))
            self.close()
        elif self.mode == "goaway_first":
            send(frame(GOAWAY, 0, 0, number(0) + number(0)))
            self.close()
        elif self.mode == "refused":
            send(frame(RST_STREAM, 0, stream, number(REFUSED_STREAM)))
        elif self.mode == "reset":
            send(begun(stream, bad) + frame(RST_STREAM, 0, stream, number(INTERNAL_ERROR)))
        elif self.mode == "nonsense":
            send(begun(stream, bad) + frame(SETTINGS, ACK, stream, b"nonsense"))
        elif self.mode == "endless":
            send(frame(HEADERS, 0, stream, STATUS_200))
            while True:
                send(frame(CONTINUATION, 0, stream, LITERAL * 2000))

    def close(self):
        """Without a reset, which could overtake the answer."""
        self.connection.shutdown(socket.SHUT_WR)
        while self.connection.recv(4096):
            pass
        raise ConnectionError("closed")


def handle(client, context, *told):
    try:
        with context.wrap_socket(client, server_side=True) as connection:
            print("connection", flush=True)
            Connection(connection, *told).serve()
    except (ConnectionError, OSError):
        pass  # the client has left; that is its right


def main():
    certificate, key, address, tunnel, mode, *more = sys.argv[1:]
    of_lookups = more == ["connectors"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    with socket.create_server((address, 0)) as listener:
        print("listening", listener.getsockname()[1], flush=True)
        first = True
        while True:
            client, _ = listener.accept()
            threading.Thread(target=handle, daemon=True, args=(client, context, tunnel, mode, first,
                                                               of_lookups)).start()
            first = False


main()
