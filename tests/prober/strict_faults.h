// The faults of a text by the strict reader, for its tests. Trusts nothing.
#pragma once

#include <string_view>

#include "prober/config_check.h"

namespace failover {

// Of a text that is called F.
inline Faults FaultsOf(std::string_view text) {
  const auto config = CheckConfigText(text, "F");
  return config ? Faults{} : config.error();
}

}  // namespace failover
