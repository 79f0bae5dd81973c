// The codec of ICMP echo (RFC 792) and ICMPv6 echo (RFC 4443). Pure; runs in the prober, without
// any capability. What is decoded comes from the network and is trusted in nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "common/error.h"
#include "prober/ip_address.h"

namespace failover {

using Nonce = std::array<std::byte, 16>;

// What identifies one attempt; a reply gives the same back.
struct Echo {
  std::uint16_t identifier = 0;  // of the process
  std::uint16_t sequence = 0;    // of the attempt
  Nonce nonce{};                 // of the probe, random

  friend bool operator==(const Echo&, const Echo&) = default;
};
using EchoReply = Echo;

inline constexpr std::size_t kEchoSize = 8 + sizeof(Nonce);

// The message after the IP header. The checksum of an ICMPv6 message is the kernel's work
// (RFC 3542, section 3.1) and left zero.
std::array<std::byte, kEchoSize> EncodeEchoRequest(IpVersion version, const Echo& echo);

// A datagram as a raw socket delivers it: IPv4 begins with the IP header, ICMPv6 with the ICMPv6
// message, whose checksum the kernel has verified.
std::expected<EchoReply, Error> DecodeEchoReply(IpVersion version, std::span<const std::byte> datagram);

// RFC 1071: 0 over a message whose checksum is right.
std::uint16_t InternetChecksum(std::span<const std::byte> data);

}  // namespace failover
