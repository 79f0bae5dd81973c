"""A name server that says no: to each query as told, over UDP.

usage: name_server.py ADDRESS nxdomain | servfail | nonsense     prints "listening", and "query" each
"""
import socket
import sys

RESPONSE = 0x80  # RFC 1035, 4.1.1: the third byte of a header
CODES = {"servfail": 2, "nxdomain": 3}
RECURSION_AVAILABLE = 0x80


def answer(query, mode):
    if mode == "nonsense":
        return query[:2] + b"\xff" * 40
    header = bytearray(query[:12])
    header[2] |= RESPONSE
    header[3] = RECURSION_AVAILABLE | CODES[mode]
    return bytes(header) + query[12:]


def main():
    address, mode = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        print("listening", flush=True)
        while True:
            query, client = server.recvfrom(512)
            print("query", flush=True)
            server.sendto(answer(query, mode), client)


main()
