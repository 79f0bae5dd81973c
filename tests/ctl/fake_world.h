// A world for one command: the status, other programs and the clock are what the test says. Nobody
// sleeps: time passes by as much as was asked for.
#pragma once

#include <sstream>

#include "ctl/world.h"
#include "tests/ctl/situations.h"

namespace failover {

struct FakeWorld {
  Options options;
  std::ostringstream out, err;
  std::expected<status::Status, Failure> status = std::unexpected(Failure{"no prober", kExitNoStatus});
  CommandResult result;           // of every program
  CommandResult check;            // of --check-config
  std::vector<std::string> runs;  // "PROGRAM ARGUMENTS..."
  TimePoint now{std::chrono::seconds(5000)};
  std::function<void()> passing = [] {};  // called whenever time passes
  Answer answer = Answer::kNobodyThere;
  std::string asked;

  World world() {
    return {.options = options,
        .terminal = {},
        .out = out,
        .err = err,
        .ask = [this] { return status; },
        .run =
            [this](const std::string& program, const std::vector<std::string>& arguments, auto) {
              runs.push_back(program);
              for (const std::string& argument : arguments) runs.back() += " " + argument;
              const bool checks = arguments.front() == "--check-config";
              return std::expected<CommandResult, Error>(checks ? check : result);
            },
        .now = [this] { return now; },
        .sleep =
            [this](std::chrono::nanoseconds time) {
              now += time;
              passing();
            },
        .confirm =
            [this](const std::string& question) {
              asked = question;
              return answer;
            }};
  }
};

inline constexpr const char* kHome = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
inline constexpr const char* kOffice = "0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f";

// A configuration with these two.
inline constexpr const char* kConfigText = R"({"gateway_ip": "192.168.1.1", "tunnels": [
  {"account_id": "699d98642c564d2e855e9661899b7252", "tunnel_id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415",
   "token": "cfut_0123456789", "service": "cloudflared_1", "name": "home"},
  {"account_id": "699d98642c564d2e855e9661899b7252", "tunnel_id": "0c2ab3ee-6d4f-4e0b-9d3c-7b5f6a1d2e3f",
   "token": "cfut_0123456789", "service": "cloudflared_2", "name": "office"}]})";

}  // namespace failover
