#!/usr/bin/python3
"""Answers ICMP echo requests instead of the kernel: honestly, or with one thing wrong.

Runs as root in the gateway's namespace of a test, where the kernel's own replies are off.
usage: echo_responder.py BEHAVIOUR FAMILY(4|6)
"""
import socket
import struct
import sys

from network import GATEWAY, OTHER

REQUEST, REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
FORGERIES = ("wrong_identifier", "wrong_sequence", "wrong_nonce", "other_address", "truncated",
             "header_only", "wrong_type", "bad_checksum", "empty_payload")


def checksum(message):
    """RFC 1071."""
    padded = message + b"\0" * (len(message) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def answer(behaviour, family, identifier, sequence, payload):
    """The ICMP message to send for one request."""
    kind = REPLY[family]
    if behaviour == "wrong_identifier":
        identifier ^= 0x0101
    elif behaviour == "wrong_sequence":
        sequence = (sequence + 1000) & 0xFFFF
    elif behaviour == "wrong_nonce":
        payload = bytes(byte ^ 0xFF for byte in payload)
    elif behaviour == "truncated":
        payload = payload[:-1]
    elif behaviour == "empty_payload":
        payload = b""
    elif behaviour == "wrong_type":
        kind = REQUEST[family]
    message = struct.pack("!BBHHH", kind, 0, 0, identifier, sequence) + payload
    if behaviour == "header_only":
        return message[:6]
    if family == 6:
        return message  # the kernel writes an ICMPv6 checksum itself
    value = checksum(message)
    if behaviour == "bad_checksum":
        value ^= 0x1234
    return message[:2] + struct.pack("!H", value) + message[4:]


def open_socket(family, address):
    protocol = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}[family]
    raw = socket.socket({4: socket.AF_INET, 6: socket.AF_INET6}[family], socket.SOCK_RAW, protocol)
    raw.bind((address, 0))
    return raw


def main():
    behaviour, family = sys.argv[1], int(sys.argv[2])
    told = FORGERIES if behaviour == "forgeries_then_honest" else (behaviour,)
    if behaviour == "forgeries_then_honest":
        told += ("honest",)
    receiver = open_socket(family, GATEWAY[family])
    other = open_socket(family, OTHER[family])
    print("listening", flush=True)
    while True:
        packet, sender = receiver.recvfrom(65536)
        message = packet[(packet[0] & 0xF) * 4:] if family == 4 else packet
        if len(message) < 8 or message[0] != REQUEST[family]:
            continue
        identifier, sequence = struct.unpack("!HH", message[4:8])
        for each in told:
            source = other if each == "other_address" else receiver
            source.sendto(answer(each, family, identifier, sequence, message[8:]), sender)
            print(each, sequence, flush=True)


if __name__ == "__main__":
    main()
