// API tokens from token_file and token_credential. Read with the prober's own rights, after root was given
// up. The file's bytes become a secret: no message shows them.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "common/config.h"
#include "common/error.h"

namespace failover {

inline constexpr std::size_t kMaxTokenFile = 4096;  // bytes

struct LoadedToken {
  std::string token;
  Faults exposure;  // everybody may read it
};

// The file's text, one trailing newline stripped, checked as `token` is.
std::expected<LoadedToken, Error> LoadToken(const std::string& path);

// The same for a credential, systemd.exec(5): a file in $CREDENTIALS_DIRECTORY, which only the
// unit's own processes have.
std::expected<LoadedToken, Error> LoadCredential(const std::string& name);

}  // namespace failover
