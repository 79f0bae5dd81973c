// What `failoverctl doctor` looks at, gathered before anything is judged. Plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/config.h"
#include "common/error.h"
#include "ctl/prober_check.h"
#include "status.pb.h"

namespace failover {

struct PathFacts {
  std::string path;
  std::string fault;  // why it cannot be looked at; empty: it can
  std::string owner;  // "root"
  std::string group;
  unsigned mode = 0;  // permission bits, 07777
};

// What `systemctl show` says of a unit: "LoadState" -> "loaded".
using UnitFacts = std::map<std::string, std::string>;

struct ApiAnswer {
  std::string tunnel;  // its label or id
  std::string status;  // "healthy"
  std::string reason;  // "none", "timeout"; the words of the log
};

struct DoctorFacts {
  std::string config_path;
  enum class Reader { kRoot, kOther } reader = Reader::kOther;
  std::expected<LoadedConfig, Faults> config = std::unexpected(Faults{});
  std::optional<std::expected<ConfigCheck, Error>> check;  // the strict one; asked for by root alone
  PathFacts config_directory, log_directory, log_file, orders;
  std::optional<double> log_space;  // bytes that may still be written there

  std::expected<std::map<std::string, UnitFacts>, Error> units;  // by name, the two services among them
  std::map<std::string, std::string> wanted_by;                  // unit -> the tunnel that names it
  // Unit -> the SELinux context of its file, empty if none can be read; nothing: not enforced here.
  std::optional<std::map<std::string, std::string>> labels;

  std::expected<status::Status, Error> status;
  std::expected<std::vector<ApiAnswer>, Error> answers;
  std::string answers_from;  // "asked now", "as the prober saw it last"

  std::optional<bool> clock_synchronized;
};

inline constexpr const char* kSupervisorUnit = "failover-monitor.service";
inline constexpr const char* kProberUnit = "failover-prober.service";

}  // namespace failover
