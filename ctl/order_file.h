// Orders for the supervisor, as proto/order.proto says: a file a tunnel and verb in a directory that
// only root may write (0700). Runs as root; trusts that directory once it has seen owner and mode.
// A file appears whole or not at all: written under a name that begins with a dot, fsynced, renamed.
#pragma once

#include <string>
#include <vector>

#include "common/clock.h"
#include "common/unique_fd.h"
#include "ctl/failure.h"

namespace failover {

inline constexpr const char* kDefaultOrders = "/run/failover-monitor/orders";

class OrderDirectory {
 public:
  // Fails if it is not there, not ours (the effective uid's) or open to others.
  static std::expected<OrderDirectory, Failure> Open(const std::string& path);

  // `tunnel`: a UUID, or it fails: it becomes the name of a file; `verb`: "pause" or "drill".
  // Replaces an older one.
  std::expected<void, Failure> Write(
      const std::string& tunnel, const std::string& verb, TimePoint until, const std::string& reason) const;

  // Whether there was one to remove.
  std::expected<bool, Failure> Remove(const std::string& tunnel, const std::string& verb) const;
  bool Has(const std::string& tunnel, const std::string& verb) const;

  // What all orders with this verb are about.
  std::expected<std::vector<std::string>, Failure> Tunnels(const std::string& verb) const;

 private:
  OrderDirectory(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  UniqueFd fd_;
};

// The order's JSON. A reason that is not 1 to 200 bytes of printable text is a Failure.
std::expected<std::string, Failure> OrderText(TimePoint until, const std::string& reason);

}  // namespace failover
