// Forks real children as root: each drops its rights, and what the kernel says is read back.
#include "prober/privileges.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

namespace failover {
namespace {

using testing::HasSubstr;

constexpr uid_t kNobody = 65534;

// What `work` returns in a child of its own.
std::string InChild(const std::function<std::string()>& work) {
  std::array<int, 2> pipe_fds{};
  EXPECT_EQ(pipe(pipe_fds.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string said = work();
    const ssize_t written = write(pipe_fds[1], said.data(), said.size());
    _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(pipe_fds[1]);
  std::string said;
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t size = read(pipe_fds[0], chunk.data(), chunk.size());
    if (size <= 0) break;
    said.append(chunk.data(), static_cast<std::size_t>(size));
  }
  close(pipe_fds[0]);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return said;
}

std::string ProcStatus() {
  std::ostringstream text;
  text << std::ifstream("/proc/self/status").rdbuf();
  return text.str();
}

std::string Said(const std::expected<void, Error>& result) {
  return result ? "done" : result.error().message;
}

// As systemd starts the prober: not root, CAP_NET_RAW ambient, `bounding` all that is left.
void BecomeAmbient(cap_value_t bounding) {
  for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; ++cap) {
    if (cap != CAP_NET_RAW && cap != bounding) cap_drop_bound(cap);
  }
  setgroups(0, nullptr);
  prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L);
  if (setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0) {
    _exit(2);
  }
  const cap_value_t raw = CAP_NET_RAW;
  const cap_t caps = cap_init();
  cap_set_flag(caps, CAP_PERMITTED, 1, &raw, CAP_SET);
  cap_set_flag(caps, CAP_INHERITABLE, 1, &raw, CAP_SET);
  cap_set_proc(caps);
  cap_free(caps);
  cap_set_ambient(CAP_NET_RAW, CAP_SET);
}

constexpr const char* kZero = "0000000000000000";
constexpr const char* kNetRawOnly = "0000000000002000";

TEST(Privileges, RootBecomesTheUserAndKeepsExactlyNetRaw) {
  const std::string said = InChild([] {
    const gid_t group = 4;
    setgroups(1, &group);
    const auto dropped = DropPrivileges("nobody", "no-such-group", Keep::kRawSocket);
    return dropped ? ProcStatus() : dropped.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Uid:\t65534\t65534\t65534\t65534\n"));
  EXPECT_THAT(said, HasSubstr("Gid:\t65534\t65534\t65534\t65534\n"));
  EXPECT_THAT(said, HasSubstr("Groups:\t \n"));
  EXPECT_THAT(said, HasSubstr(std::string("CapPrm:\t") + kNetRawOnly));
  for (const char* set : {"CapInh:\t", "CapEff:\t", "CapBnd:\t", "CapAmb:\t"}) {
    EXPECT_THAT(said, HasSubstr(std::string(set) + kZero));
  }
  EXPECT_THAT(said, HasSubstr("NoNewPrivs:\t1\n"));
}

TEST(Privileges, NoSupplementaryGroupIsKeptButTheOneThatTheStatusNeeds) {
  const std::string said = InChild([] {
    const gid_t groups[] = {0, 4, 6};
    setgroups(3, groups);
    const auto dropped = DropPrivileges("nobody", "games", Keep::kRawSocket);
    return dropped ? ProcStatus() : dropped.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Groups:\t" + std::to_string(getgrnam("games")->gr_gid) + " \n"));
  // Not even that one if it is root's.
  EXPECT_THAT(InChild([] {
    const auto dropped = DropPrivileges("nobody", "root", Keep::kRawSocket);
    return dropped ? ProcStatus() : dropped.error().message;
  }),
      HasSubstr("Groups:\t \n"));
}

TEST(Privileges, AnotherSupplementaryGroupIsFound) {
  EXPECT_THAT(InChild([] {
    const gid_t groups[] = {kNobody, 4};
    setgroups(2, groups);
    if (setresgid(kNobody, kNobody, kNobody) != 0) return std::string("setresgid");
    if (setresuid(kNobody, kNobody, kNobody) != 0) return std::string("setresuid");
    return Said(VerifyPrivileges(Started::kAsRoot, {kNobody}, Keep::kNothing));
  }),
      HasSubstr("has the supplementary group 4"));
}

TEST(Privileges, TheOneShotModesKeepNothing) {
  const std::string said = InChild([] {
    const auto dropped = DropPrivileges("nobody", "games", Keep::kNothing);
    return dropped ? ProcStatus() : dropped.error().message;
  });
  EXPECT_THAT(said, HasSubstr("Groups:\t \n"));
  for (const char* set : {"CapPrm:\t", "CapInh:\t", "CapEff:\t", "CapBnd:\t", "CapAmb:\t"}) {
    EXPECT_THAT(said, HasSubstr(std::string(set) + kZero));
  }
}

TEST(Privileges, StartedByTheServiceManagerAmbientAndInheritableAreDropped) {
  const std::string said = InChild([] {
    BecomeAmbient(CAP_NET_RAW);
    const std::string before = ProcStatus();
    if (before.find(std::string("CapAmb:\t") + kNetRawOnly) == before.npos) return before;
    const auto dropped = DropPrivileges("ignored", "no-such-group", Keep::kRawSocket);
    return dropped ? ProcStatus() : dropped.error().message;
  });
  EXPECT_THAT(said, HasSubstr(std::string("CapPrm:\t") + kNetRawOnly));
  EXPECT_THAT(said, HasSubstr(std::string("CapBnd:\t") + kNetRawOnly));
  for (const char* set : {"CapInh:\t", "CapEff:\t", "CapAmb:\t"}) {
    EXPECT_THAT(said, HasSubstr(std::string(set) + kZero));
  }
  EXPECT_THAT(said, HasSubstr("NoNewPrivs:\t1\n"));
}

TEST(Privileges, AnyOtherCapabilityInTheBoundingSetIsRefusedWithARemedy) {
  const std::string said = InChild([] {
    BecomeAmbient(CAP_CHOWN);
    return Said(DropPrivileges("ignored", "no-such-group", Keep::kRawSocket));
  });
  EXPECT_THAT(said, HasSubstr("cap_chown is in the bounding set"));
  EXPECT_THAT(said, HasSubstr("CapabilityBoundingSet=CAP_NET_RAW"));
}

TEST(Privileges, WithoutNetRawItIsRefusedWithARemedy) {
  const std::string said = InChild([] {
    if (setresgid(kNobody, kNobody, kNobody) != 0) return std::string("setresgid");
    if (setresuid(kNobody, kNobody, kNobody) != 0) return std::string("setresuid");
    return Said(DropPrivileges("ignored", "no-such-group", Keep::kRawSocket));
  });
  EXPECT_THAT(said, HasSubstr("cannot keep CAP_NET_RAW"));
  EXPECT_THAT(said, HasSubstr("AmbientCapabilities=CAP_NET_RAW"));
}

TEST(Privileges, AUserThatIsMissingOrRootIsRefused) {
  EXPECT_THAT(
      InChild([] { return Said(DropPrivileges("no-such-user", "no-such-group", Keep::kRawSocket)); }),
      HasSubstr("--user no-such-user: no such user; run: useradd --system"));
  EXPECT_THAT(InChild([] { return Said(DropPrivileges("root", "no-such-group", Keep::kRawSocket)); }),
      HasSubstr("name an unprivileged user"));
}

struct Leftover {
  std::function<void()> keep;  // after everything was dropped
  const char* refusal;
};

TEST(Privileges, VerificationFindsWhatWasLeftOver) {
  const Leftover cases[] = {
      {[] { prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L); }, "dumpable"},
      {[] {
         const cap_value_t raw = CAP_NET_RAW;
         const cap_t caps = cap_get_proc();
         cap_set_flag(caps, CAP_EFFECTIVE, 1, &raw, CAP_SET);
         cap_set_proc(caps);
       },
          "cap_net_raw is in the effective set"},
      {[] {
         const cap_t caps = cap_init();
         cap_set_proc(caps);
       },
          "cap_net_raw is missing from the permitted set"},
  };
  for (const Leftover& leftover : cases) {
    EXPECT_THAT(InChild([&] {
      if (!DropPrivileges("nobody", "no-such-group", Keep::kRawSocket)) return std::string("not dropped");
      leftover.keep();
      return Said(VerifyPrivileges(Started::kAsRoot, {}, Keep::kRawSocket));
    }),
        HasSubstr(leftover.refusal));
  }
}

TEST(Privileges, RootAndAHalfDroppedRootAreRefused) {
  EXPECT_THAT(InChild([] { return Said(VerifyPrivileges(Started::kAsRoot, {}, Keep::kRawSocket)); }),
      HasSubstr("uid 0"));
  EXPECT_THAT(InChild([] {
    if (setresuid(kNobody, kNobody, 0) != 0) return std::string("setresuid");
    return Said(VerifyPrivileges(Started::kAsRoot, {}, Keep::kRawSocket));
  }),
      HasSubstr("another uid"));
  EXPECT_THAT(InChild([] {
    if (setresuid(kNobody, kNobody, kNobody) != 0) return std::string("setresuid");
    return Said(VerifyPrivileges(Started::kAsRoot, {}, Keep::kRawSocket));
  }),
      HasSubstr("group root"));
}

TEST(Privileges, TheRightToRawSocketsIsEffectiveOnlyWhileItLives) {
  const std::string said = InChild([] {
    if (!DropPrivileges("nobody", "no-such-group", Keep::kRawSocket)) return std::string("not dropped");
    std::string report;
    {
      const auto right = RawSocketRight::Raise();
      report = right ? ProcStatus() : right.error().message;
    }
    return report + "AFTER\n" + ProcStatus();
  });
  const std::size_t after = said.find("AFTER");
  ASSERT_NE(after, said.npos);
  EXPECT_THAT(said.substr(0, after), HasSubstr(std::string("CapEff:\t") + kNetRawOnly));
  EXPECT_THAT(said.substr(after), HasSubstr(std::string("CapEff:\t") + kZero));
}

}  // namespace
}  // namespace failover
