#include "prober/token.h"

#include <cstdlib>

#include "common/config.h"

namespace failover {
namespace {

// What config.proto says of the field `token`.
const config::Rule& TokenRule() {
  return config::Tunnel::descriptor()
      ->FindFieldByNumber(config::Tunnel::kTokenFieldNumber)
      ->options()
      .GetExtension(config::rule);
}

}  // namespace

std::expected<LoadedToken, Error> LoadToken(const std::string& path) {
  auto file = ReadRegularFile(path, kMaxTokenFile);
  if (!file) {
    return Fail(file.error().message + "; write the token into this file and let the prober read " +
                "it: chown root:failover-prober, chmod 0640");
  }
  LoadedToken loaded{.token = std::move(file->text), .exposure = {}};
  if (loaded.token.ends_with('\n')) loaded.token.pop_back();
  if (const auto fault = FaultIn(TokenRule(), loaded.token); !fault.empty()) {
    return Fail(path + ": the token " + fault +
                "; write an API token with the permission Cloudflare Tunnel: Read into this file");
  }
  if ((file->status.st_mode & 04) != 0) {
    loaded.exposure.push_back(path + ": everybody may read this token; run: chmod 0640 " + path);
  }
  return loaded;
}

std::expected<LoadedToken, Error> LoadCredential(const std::string& name) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) {
    return Fail("there are no credentials outside the unit; in it, see: systemctl cat failover-prober; " +
                ("by hand: systemd-run --pipe -p User=failover-prober -p LoadCredential=" + name) +
                ":FILE failover-prober --check-online");
  }
  auto token = LoadToken(std::string(directory) + "/" + name);
  if (token) return token;
  return Fail(token.error().message + "; or the unit has no LoadCredential=" + name +
              ":FILE, see: systemctl edit failover-prober");
}

}  // namespace failover
