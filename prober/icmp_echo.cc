#include "prober/icmp_echo.h"

#include <algorithm>

namespace failover {
namespace {

constexpr std::byte kIpv4EchoRequest{8};
constexpr std::byte kIpv4EchoReply{0};
constexpr std::byte kIpv6EchoRequest{128};
constexpr std::byte kIpv6EchoReply{129};
constexpr std::size_t kMinIpv4Header = 20;  // bytes, RFC 791
constexpr unsigned kProtocolIcmp = 1;
constexpr std::size_t kPayloadAt = 8;

unsigned Byte(std::span<const std::byte> data, std::size_t at) {
  return std::to_integer<unsigned>(data[at]);
}

std::uint16_t Get16(std::span<const std::byte> data, std::size_t at) {
  return static_cast<std::uint16_t>(Byte(data, at) << 8 | Byte(data, at + 1));
}

void Put16(std::span<std::byte> data, std::size_t at, std::uint16_t value) {
  data[at] = static_cast<std::byte>(value >> 8);
  data[at + 1] = static_cast<std::byte>(value & 0xff);
}

// The ICMP message inside an IPv4 datagram.
std::expected<std::span<const std::byte>, Error> StripIpv4Header(std::span<const std::byte> datagram) {
  if (datagram.size() < kMinIpv4Header) return Fail("shorter than an IPv4 header");
  if (Byte(datagram, 0) >> 4 != 4) return Fail("not IPv4");
  const std::size_t header = std::size_t{Byte(datagram, 0) & 0xf} * 4;
  if (header < kMinIpv4Header || header > datagram.size()) return Fail("impossible header length");
  if (Get16(datagram, 2) != datagram.size()) return Fail("total length differs from what came");
  if ((Get16(datagram, 6) & 0x3fff) != 0) return Fail("a fragment");
  if (Byte(datagram, 9) != kProtocolIcmp) return Fail("not ICMP");
  return datagram.subspan(header);
}

}  // namespace

std::uint16_t InternetChecksum(std::span<const std::byte> data) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) sum += Get16(data, i);
  if (data.size() % 2 != 0) sum += Byte(data, data.size() - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

std::array<std::byte, kEchoSize> EncodeEchoRequest(IpVersion version, const Echo& echo) {
  std::array<std::byte, kEchoSize> message{};
  message[0] = version == IpVersion::kIpv4 ? kIpv4EchoRequest : kIpv6EchoRequest;
  Put16(message, 4, echo.identifier);
  Put16(message, 6, echo.sequence);
  std::ranges::copy(echo.nonce, message.begin() + kPayloadAt);
  if (version == IpVersion::kIpv4) Put16(message, 2, InternetChecksum(message));
  return message;
}

std::expected<EchoReply, Error> DecodeEchoReply(IpVersion version, std::span<const std::byte> datagram) {
  std::span<const std::byte> message = datagram;
  if (version == IpVersion::kIpv4) {
    const auto stripped = StripIpv4Header(datagram);
    if (!stripped) return std::unexpected(stripped.error());
    message = *stripped;
  }
  if (message.size() != kEchoSize) return Fail("not as long as our requests");
  const std::byte reply = version == IpVersion::kIpv4 ? kIpv4EchoReply : kIpv6EchoReply;
  if (message[0] != reply || Byte(message, 1) != 0) return Fail("not an echo reply");
  if (version == IpVersion::kIpv4 && InternetChecksum(message) != 0) return Fail("bad checksum");
  EchoReply echo{.identifier = Get16(message, 4), .sequence = Get16(message, 6)};
  std::ranges::copy(message.subspan(kPayloadAt), echo.nonce.begin());
  return echo;
}

}  // namespace failover
