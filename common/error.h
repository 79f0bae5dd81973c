// The error of every std::expected here: one sentence for the operator. Each layer that passes an
// error up puts its own context in front; only the outermost one logs.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>

namespace failover {

struct Error {
  std::string message;
};

inline std::unexpected<Error> Fail(std::string message) {
  return std::unexpected(Error{std::move(message)});
}

// "WHAT: strerror(errno)". Call it before anything else can change errno.
inline std::unexpected<Error> FailErrno(const std::string& what, int code = errno) {
  return Fail(what + ": " + std::strerror(code));
}

}  // namespace failover
