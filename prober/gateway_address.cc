#include "prober/gateway_address.h"

#include <net/if.h>

namespace failover {

std::expected<GatewayAddress, Error> GatewayAddress::Parse(const std::string& text) {
  const std::size_t percent = text.find('%');
  const std::string literal = text.substr(0, percent);
  const std::string interface = percent == text.npos ? "" : text.substr(percent + 1);
  const auto address = IpAddress::Parse(literal);
  const bool named = percent == text.npos || (!interface.empty() && interface.size() < IF_NAMESIZE);
  if (!address || !named) {
    return Fail("is not an IPv4 or IPv6 address; write the address that `ip route show default` prints");
  }
  if (!address->names_one_host()) return Fail("is not the address of one host; write the gateway's own");
  if (address->is_link_local() && interface.empty()) {
    return Fail("is link-local and needs its interface; write " + literal +
                "%INTERFACE, both as `ip -6 route show default` prints them");
  }
  if (!address->is_link_local() && !interface.empty()) {
    return Fail("is not link-local and takes no interface; write " + literal);
  }
  return GatewayAddress{.address = *address, .interface = interface};
}

std::string GatewayAddress::ToString() const {
  return address.ToString() + (interface.empty() ? "" : "%" + interface);
}

std::expected<IpAddress, Error> GatewayAddress::Resolve() const {
  if (interface.empty()) return address;
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return FailErrno("interface " + interface);
  return address.OnInterface(index);
}

std::string Join(const std::vector<GatewayAddress>& addresses) {
  std::string text;
  for (const GatewayAddress& address : addresses) text += (text.empty() ? "" : ", ") + address.ToString();
  return text;
}

std::string GatewayChoice::ToString() const {
  switch (source) {
    case GatewaySource::kUnchecked: return "not checked";
    case GatewaySource::kConfigured: return Join(addresses);
    case GatewaySource::kDefaultRoute: return "auto";
  }
  __builtin_unreachable();
}

}  // namespace failover
