"""Asks the prober's status server inside a bed."""
import json
import socket

SOCKET = "/run/failover-prober/status.sock"
PORT = 9469


def _exchange(client, path):
    """(status code, body) of one GET."""
    with client:
        client.settimeout(20)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = b""
        while part := client.recv(1 << 20):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def get(path):
    client = socket.socket(socket.AF_UNIX)
    client.connect(SOCKET)
    return _exchange(client, path)


def by_tcp(path):
    try:
        return _exchange(socket.create_connection(("127.0.0.1", PORT), 20), path)
    except ConnectionRefusedError:
        return 0, ""


def status():
    code, body = get("/status")
    assert code == 200, body
    return json.loads(body)
