#include "ctl/doctor_gather.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/xattr.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "ctl/status_reader.h"
#include "ctl/status_view.h"
#include "ctl/text.h"

namespace failover {
namespace {

using std::chrono_literals::operator""s;

constexpr std::size_t kUnitsAtOnce = 50;
// Each tunnel costs a request of the budget that the prober lives on.
constexpr int kMostQuestions = 100;

PathFacts LookAt(const std::string& path) {
  PathFacts facts{.path = path, .fault = {}, .owner = {}, .group = {}};
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    facts.fault = std::strerror(errno);
    return facts;
  }
  const passwd* owner = getpwuid(status.st_uid);
  const group* group_entry = getgrgid(status.st_gid);
  facts.owner = owner == nullptr ? std::to_string(status.st_uid) : owner->pw_name;
  facts.group = group_entry == nullptr ? std::to_string(status.st_gid) : group_entry->gr_name;
  facts.mode = status.st_mode & 07777;
  return facts;
}

std::optional<double> FreeSpace(const std::string& path) {
  struct statvfs space{};
  if (statvfs(path.c_str(), &space) != 0) return std::nullopt;
  return static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize);
}

std::optional<bool> ClockIsSynchronized() {
  timex clock{};  // modes 0: only asks
  const int state = adjtimex(&clock);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}

bool SelinuxEnforces() {
  std::ifstream file("/sys/fs/selinux/enforce");
  char answer = '0';
  return file.get(answer) && answer == '1';
}

std::string ReadContext(const std::string& path) {
  std::array<char, 4096> context{};
  const ssize_t size = getxattr(path.c_str(), "security.selinux", context.data(), context.size());
  if (size <= 0) return "";
  const std::string text(context.data(), static_cast<std::size_t>(size));
  return text.substr(0, text.find('\0'));
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::expected<std::map<std::string, UnitFacts>, Error> AskSystemd(
    const World& world, const std::vector<std::string>& names) {
  std::map<std::string, UnitFacts> units;
  for (std::size_t begin = 0; begin < names.size(); begin += kUnitsAtOnce) {
    const std::size_t end = std::min(names.size(), begin + kUnitsAtOnce);
    const std::vector<std::string> some(names.begin() + static_cast<std::ptrdiff_t>(begin),
        names.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<std::string> arguments = {"show", "--no-pager",
        "--property=Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,NeedDaemonReload,NRestarts",
        "--"};
    arguments.insert(arguments.end(), some.begin(), some.end());
    const auto done = world.run(world.options.systemctl, arguments, 20s);
    if (!done) return std::unexpected(done.error());
    if (done->exit_status != 0) return Fail("systemctl show: " + FirstLine(done->errors));
    units.merge(ParseUnits(some, done->output));
  }
  return units;
}

std::expected<std::vector<ApiAnswer>, Error> AskOnline(
    const World& world, const config::Configuration& all) {
  const auto deadline = Seconds(all.api_timeout()) * 2 + 10s;
  const auto done = world.run(
      world.options.prober, {"--check-online", "--json", "--config", world.options.config}, deadline);
  if (!done) return std::unexpected(done.error());
  if (done->output.empty()) return Fail("failover-prober --check-online: " + FirstLine(done->errors));
  return ParseAnswers(done->output);
}

std::vector<ApiAnswer> AnswersOf(const status::Status& status) {
  std::vector<ApiAnswer> answers;
  const std::vector<std::string> names = ShortNames(TunnelsOf(status));
  for (int i = 0; i < status.tunnels_size(); ++i) {
    const status::Tunnel& tunnel = status.tunnels(i);
    if (tunnel.status() == "not_asked_yet") continue;
    const std::string reason = tunnel.reason().empty() ? "none" : tunnel.reason();
    answers.push_back({names[static_cast<std::size_t>(i)], tunnel.status(), reason});
  }
  return answers;
}

// Asks anew where that is possible and cheap; else what the prober knows has to do.
void GatherAnswers(const World& world, DoctorFacts& facts) {
  const bool root = facts.reader == DoctorFacts::Reader::kRoot;
  const auto credential = [](const config::Tunnel& t) { return t.has_token_credential(); };
  const bool online = root && facts.config && facts.config->settings.tunnels_size() <= kMostQuestions &&
                      std::ranges::none_of(facts.config->settings.tunnels(), credential);
  if (online) {
    facts.answers_from = "asked now";
    facts.answers = AskOnline(world, facts.config->settings);
    if (facts.answers) return;
  }
  if (!facts.status) {
    if (!online) facts.answers = std::unexpected(facts.status.error());
    return;
  }
  if (GatewayLost(*facts.status)) {
    if (!online) facts.answers = Fail("the gateway is lost, so nobody is asked");
    return;
  }
  facts.answers_from = "as the prober saw it last";
  facts.answers = AnswersOf(*facts.status);
}

void GatherUnits(const World& world, DoctorFacts& facts) {
  std::vector<NamedTunnel> tunnels;
  if (facts.config) {
    tunnels = TunnelsOf(facts.config->settings);
  } else if (facts.status) {
    tunnels = TunnelsOf(*facts.status);
  }
  const std::vector<std::string> short_names = ShortNames(tunnels);
  for (std::size_t i = 0; i < tunnels.size(); ++i) {
    for (const std::string& unit : {tunnels[i].unit, tunnels[i].failback_unit}) {
      // For one that names none systemctl would print nothing, not even an empty block.
      if (!unit.empty() && unit != kUnreadable) facts.wanted_by.try_emplace(unit, short_names[i]);
    }
  }
  std::vector<std::string> names = {kSupervisorUnit, kProberUnit};
  for (const auto& [unit, tunnel] : facts.wanted_by) names.push_back(unit);
  facts.units = AskSystemd(world, names);
  if (facts.units && SelinuxEnforces()) facts.labels = LabelsOf(facts, ReadContext);
}

}  // namespace

DoctorFacts GatherFacts(const World& world) {
  const Options& options = world.options;
  DoctorFacts facts;
  facts.config_path = options.config;
  if (geteuid() == 0) facts.reader = DoctorFacts::Reader::kRoot;
  facts.config = LoadConfig(options.config);
  if (facts.reader == DoctorFacts::Reader::kRoot) facts.check = AskProber(world);
  facts.config_directory = LookAt(std::filesystem::path(options.config).parent_path());
  facts.log_directory = LookAt(std::filesystem::path(options.audit_log).parent_path());
  facts.log_file = LookAt(options.audit_log);
  facts.log_space = FreeSpace(facts.log_directory.path);
  facts.orders = LookAt(options.orders);
  auto status = world.ask();
  if (status) {
    facts.status = std::move(*status);
  } else {
    facts.status = Fail(status.error().message);
  }
  GatherUnits(world, facts);
  GatherAnswers(world, facts);
  facts.clock_synchronized = ClockIsSynchronized();
  return facts;
}

std::map<std::string, std::string> LabelsOf(
    const DoctorFacts& facts, const std::function<std::string(const std::string& path)>& context) {
  std::map<std::string, std::string> labels;
  for (const auto& [name, tunnel] : facts.wanted_by) {
    const auto unit = facts.units->find(name);
    if (unit == facts.units->end()) continue;
    const auto path = unit->second.find("FragmentPath");
    if (path != unit->second.end() && !path->second.empty()) labels[name] = context(path->second);
  }
  return labels;
}

std::map<std::string, UnitFacts> ParseUnits(
    const std::vector<std::string>& names, const std::string& output) {
  std::map<std::string, UnitFacts> units;
  std::istringstream lines(output);
  std::size_t at = 0;
  for (std::string line; std::getline(lines, line) && at < names.size();) {
    const std::size_t equal = line.find('=');
    if (line.empty()) {
      ++at;
    } else if (equal != line.npos) {
      units[names[at]][line.substr(0, equal)] = line.substr(equal + 1);
    }
  }
  return units;
}

std::expected<std::vector<ApiAnswer>, Error> ParseAnswers(const std::string& output) {
  google::protobuf::ListValue list;
  const auto parsed = google::protobuf::util::JsonStringToMessage(output, &list);
  if (!parsed.ok()) return Fail("failover-prober --check-online wrote no JSON");
  std::vector<ApiAnswer> answers;
  for (const auto& item : list.values()) {
    const auto& fields = item.struct_value().fields();
    const auto text = [&](const char* name) {
      const auto found = fields.find(name);
      return found == fields.end() ? "" : found->second.string_value();
    };
    answers.push_back({text("tunnel"), text("status"), text("reason")});
  }
  return answers;
}

}  // namespace failover
