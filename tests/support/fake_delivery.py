"""How an answer of the fake API reaches its client: whole, or in one of the ways in which it does not.

Part of fake_cloudflare: runs without privilege and trusts behaviour.json as that does. ANSWER may have
  "headers"     {"name": value}; a value of {"date_in": 5} is the HTTP date of 5 s from now
  "delay"       seconds before the answer
  "padding"     so many spaces before the body, which JSON allows
  "gzip"        true: the body is compressed
  "chunked"     true: the body comes in chunks, without a Content-Length
  "length"      what Content-Length says, whatever the body has
  "drip_head", "drip_body"    seconds before each byte of that part
  "cut_head", "cut"           close the connection after that many bytes of that part
  "close"       true: close the connection after the answer, which does not say so
and behaviour.json may have a "greeting", which is what a new connection gets in place of TLS:
"silence", "plain" (HTTP without TLS), "hang_up" or "reset".
"""
import email.utils
import http
import socket
import struct
import time
import zlib

PIECE = 65536


def _headers(told, length):
    """[(name, value)] of the answer; `length` of its body, None if it comes in chunks."""
    given = dict(told.get("headers", {}))
    headers = {"Content-Type": "application/json"}
    if length is None:
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Content-Length"] = told.get("length", length)
    if told.get("gzip"):
        headers["Content-Encoding"] = "gzip"
    for name, value in given.items():
        if isinstance(value, dict):
            value = email.utils.formatdate(time.time() + value["date_in"], usegmt=True)
        headers[name] = value
    return headers.items()


def _head(status, headers):
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unheard of"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _pieces(body, padding):
    """The body and what stands before it; never all of a huge one at once."""
    while padding > 0:
        yield b" " * min(padding, PIECE)
        padding -= PIECE
    for begin in range(0, len(body), PIECE):
        yield body[begin:begin + PIECE]


def _encoded(body, told):
    """(pieces, length) of the body as it goes over the wire, before chunks are made of it."""
    padding = told.get("padding", 0)
    if not told.get("gzip"):
        return _pieces(body, padding), padding + len(body)
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(piece) for piece in _pieces(body, padding)) + packer.flush()
    return _pieces(packed, 0), len(packed)


def _chunked(pieces):
    for piece in pieces:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


def _write(write, pieces, drip, cut):
    """Hands over the pieces, slowly if told so; whether all of them went."""
    left = cut
    for piece in pieces:
        whole = left is None or len(piece) <= left
        piece = piece if whole else piece[:left]
        if drip:
            for byte in piece:
                time.sleep(drip)
                write(bytes([byte]))
        else:
            write(piece)
        if not whole:
            return False
        left = None if left is None else left - len(piece)
    return cut is None


def deliver(write, status, body, told):
    """Writes one answer. (whether the connection may be kept, CLOCK_MONOTONIC before the body)."""
    time.sleep(told.get("delay", 0))
    pieces, length = _encoded(body, told)
    if told.get("chunked"):
        pieces, length = _chunked(pieces), None
    head = _head(status, _headers(told, length))
    if not _write(write, [head], told.get("drip_head"), told.get("cut_head")):
        return False, time.monotonic_ns()
    before = time.monotonic_ns()
    whole = _write(write, pieces, told.get("drip_body"), told.get("cut"))
    return whole and not told.get("close"), before


def greet(connection, greeting):
    """Spoils a connection that was just accepted; does not return if nothing can follow."""
    if greeting == "silence":
        while connection.recv(4096):
            pass
    if greeting == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    if greeting != "plain":
        raise ConnectionAbortedError(greeting)
