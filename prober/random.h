// Random bytes of the kernel, getrandom(2): for nonces and numbers that a peer must not guess.
#pragma once

#include <sys/random.h>

#include <cstdlib>
#include <type_traits>

namespace failover {

template <typename Value>
Value RandomValue() {
  static_assert(std::is_trivially_copyable_v<Value>);
  Value value{};
  // Up to 256 bytes come whole, or not at all before the kernel's pool is ready at boot.
  static_assert(sizeof(value) <= 256);
  if (getrandom(&value, sizeof(value), 0) != static_cast<ssize_t>(sizeof(value))) std::abort();
  return value;
}

}  // namespace failover
