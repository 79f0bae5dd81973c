#include "prober/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace failover {

std::optional<IpAddress> IpAddress::Parse(const std::string& text) {
  IpAddress address;
  if (text.find('\0') != text.npos) return std::nullopt;
  if (inet_pton(AF_INET, text.c_str(), address.bytes_.data()) == 1) return address;
  address.version_ = IpVersion::kIpv6;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::FromSocket(const sockaddr_storage& storage) {
  IpAddress address;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof(v4));
    std::memcpy(address.bytes_.data(), &v4.sin_addr, sizeof(v4.sin_addr));
    return address;
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof(v6));
  address.version_ = IpVersion::kIpv6;
  std::memcpy(address.bytes_.data(), &v6.sin6_addr, sizeof(v6.sin6_addr));
  return address.OnInterface(v6.sin6_scope_id);
}

bool IpAddress::is_link_local() const {
  return version_ == IpVersion::kIpv6 && bytes_[0] == std::byte{0xfe} &&
         (bytes_[1] & std::byte{0xc0}) == std::byte{0x80};
}

bool IpAddress::names_one_host() const {
  if (bytes_ == decltype(bytes_){}) return false;
  if (version_ == IpVersion::kIpv6) return bytes_[0] != std::byte{0xff};
  constexpr std::byte kMulticast{224};
  const bool broadcast = std::ranges::all_of(
      std::span(bytes_).first(sizeof(in_addr)), [](std::byte b) { return b == std::byte{0xff}; });
  return !broadcast && (bytes_[0] & std::byte{0xf0}) != kMulticast;
}

IpAddress IpAddress::OnInterface(std::uint32_t index) const {
  IpAddress address = *this;
  if (is_link_local()) address.scope_ = index;
  return address;
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = version_ == IpVersion::kIpv4 ? AF_INET : AF_INET6;
  inet_ntop(family, bytes_.data(), text.data(), text.size());
  return text.data();
}

socklen_t IpAddress::ToSocket(sockaddr_storage& storage) const {
  storage = {};
  if (version_ == IpVersion::kIpv4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, bytes_.data(), sizeof(v4.sin_addr));
    std::memcpy(&storage, &v4, sizeof(v4));
    return sizeof(v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_scope_id = scope_;
  std::memcpy(&v6.sin6_addr, bytes_.data(), sizeof(v6.sin6_addr));
  std::memcpy(&storage, &v6, sizeof(v6));
  return sizeof(v6);
}

}  // namespace failover
