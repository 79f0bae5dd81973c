// DecodeEchoReply() on any datagram: what is decoded is what stands in the datagram.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "prober/icmp_echo.h"
#include "tests/fuzz/property.h"

namespace failover {
namespace {

void CheckVersion(IpVersion version, std::span<const std::byte> datagram) {
  const auto reply = DecodeEchoReply(version, datagram);
  if (!reply) return;
  MustHold(datagram.size() >= kEchoSize, "a whole message");
  const auto message = datagram.last(kEchoSize);
  const auto encoded = EncodeEchoRequest(version, *reply);
  // A request with the same content differs in type and checksum alone: the first four bytes.
  MustHold(std::ranges::equal(message.subspan(4), std::span(encoded).subspan(4)), "same content");
  std::vector<std::byte> again(datagram.begin(), datagram.end());
  std::ranges::copy(std::span(encoded).subspan(4), again.end() - (kEchoSize - 4));
  const auto decoded = DecodeEchoReply(version, again);
  MustHold(decoded && *decoded == *reply, "the same once more");
  if (version == IpVersion::kIpv6) return;
  MustHold(InternetChecksum(message) == 0, "a right checksum");
  again.back() ^= std::byte{1};
  MustHold(!DecodeEchoReply(version, again), "a changed bit is seen");
}

}  // namespace
}  // namespace failover

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span datagram(reinterpret_cast<const std::byte*>(data), size);
  failover::CheckVersion(failover::IpVersion::kIpv4, datagram);
  failover::CheckVersion(failover::IpVersion::kIpv6, datagram);
  return 0;
}
