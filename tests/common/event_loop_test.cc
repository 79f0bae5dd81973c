#include "common/event_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <vector>

#include "common/unique_fd.h"

namespace failover {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
  UniqueFd read;
  UniqueFd write;
};

void Burn(milliseconds time) {
  for (const auto end = steady_clock::now() + time; steady_clock::now() < end;) {
  }
}

TEST(EventLoop, EndsByItselfWhenNothingIsWatched) { EventLoop().Run(); }

TEST(EventLoop, StoppedBeforeItRunsItDoesNotRun) {
  EventLoop loop;
  Timer timer(loop, [] { ADD_FAILURE() << "ran"; });
  timer.Start(milliseconds(0));
  loop.Stop();
  loop.Run();
}

TEST(EventLoop, StopLetsNoFurtherTurnBegin) {
  EventLoop loop;
  Timer late(loop, [] { ADD_FAILURE() << "ran"; });
  Timer first(loop, [&] {
    loop.Stop();
    late.Start(milliseconds(1));
  });
  first.Start(milliseconds(0));
  loop.Run();
  EXPECT_TRUE(late.running());
}

TEST(EventLoop, MeasuresItsLongestTurn) {
  EventLoop loop;
  int turns = 0;
  Timer timer(loop, [&] {
    Burn(++turns == 2 ? milliseconds(20) : milliseconds(0));
    if (turns < 3) timer.Start(milliseconds(0));
  });
  timer.Start(milliseconds(0));
  loop.Run();
  EXPECT_EQ(turns, 3);
  EXPECT_GE(loop.longest_turn(), milliseconds(20));
}

TEST(EventLoop, AddsUpTheCallbacksOfOneTurn) {
  EventLoop loop;
  const Pipe pipe;
  ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
  int runs = 0;
  const auto burn = [&](short) {
    Burn(milliseconds(10));
    if (++runs == 2) loop.Stop();
  };
  const FdWatch one(loop, pipe.read.get(), EV_READ, burn);
  const FdWatch two(loop, pipe.read.get(), EV_READ, burn);
  loop.Run();
  EXPECT_GE(loop.longest_turn(), milliseconds(20));
}

TEST(Timer, RunsInTheOrderOfItsDelays) {
  EventLoop loop;
  std::vector<int> order;
  Timer late(loop, [&] { order.push_back(2); });
  Timer early(loop, [&] { order.push_back(1); });
  late.Start(milliseconds(2));
  early.Start(milliseconds(1));
  loop.Run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Timer, IsOneShot) {
  EventLoop loop;
  int runs = 0;
  Timer timer(loop, [&] { ++runs; });
  EXPECT_FALSE(timer.running());
  timer.Start(milliseconds(0));
  EXPECT_TRUE(timer.running());
  loop.Run();
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(timer.running());
}

TEST(Timer, StartedAgainItRunsOnceAtTheNewTime) {
  EventLoop loop;
  int runs = 0;
  Timer timer(loop, [&] { ++runs; });
  timer.Start(std::chrono::hours(1));
  timer.Start(milliseconds(0));
  loop.Run();
  EXPECT_EQ(runs, 1);
}

TEST(Timer, StoppedItDoesNotRun) {
  EventLoop loop;
  Timer timer(loop, [] { ADD_FAILURE() << "ran"; });
  timer.Start(milliseconds(0));
  timer.Stop();
  EXPECT_FALSE(timer.running());
  loop.Run();
}

TEST(Timer, DestroyedItDoesNotRun) {
  EventLoop loop;
  std::make_unique<Timer>(loop, [] { ADD_FAILURE() << "ran"; })->Start(milliseconds(0));
  loop.Run();
}

TEST(Timer, ANegativeDelayIsDueAtOnce) {
  EventLoop loop;
  int runs = 0;
  Timer timer(loop, [&] { ++runs; });
  timer.Start(std::chrono::hours(-1));
  loop.Run();
  EXPECT_EQ(runs, 1);
}

// The loop's own idea of "now" is that of the turn's begin; a delay that counted from there would
// be over at once. One-sided, so that a slow machine cannot fail it; 5 ms are the loop's clock
// tick.
TEST(Timer, CountsFromItsStartEvenIfThatIsLateInALongTurn) {
  EventLoop loop;
  steady_clock::time_point started;
  Timer second(loop, [&] { EXPECT_GE(steady_clock::now() - started, milliseconds(20 - 5)); });
  Timer first(loop, [&] {
    Burn(milliseconds(20));
    started = steady_clock::now();
    second.Start(milliseconds(20));
  });
  first.Start(milliseconds(0));
  loop.Run();
}

TEST(Timer, MayBeDestroyedByItsOwnCallback) {
  EventLoop loop;
  std::unique_ptr<Timer> timer;
  int runs = 0;
  const std::string captured(100, 'x');  // on the heap: used after the timer is gone
  timer = std::make_unique<Timer>(loop, [&, captured] {
    timer.reset();
    runs += captured == std::string(100, 'x') ? 1 : 0;
  });
  timer->Start(milliseconds(0));
  loop.Run();
  EXPECT_EQ(runs, 1);
}

TEST(FdWatch, SaysWhatIsReadyUntilItIsDestroyed) {
  EventLoop loop;
  const Pipe pipe;
  int runs = 0;
  std::unique_ptr<FdWatch> watch;
  watch = std::make_unique<FdWatch>(loop, pipe.read.get(), EV_READ, [&](short what) {
    EXPECT_EQ(what, EV_READ);
    if (++runs == 3) watch.reset();  // nothing was read: it stays ready
  });
  ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
  loop.Run();
  EXPECT_EQ(runs, 3);
}

TEST(FdWatch, SeesTheOtherEndGo) {
  EventLoop loop;
  Pipe pipe;
  int runs = 0;
  const FdWatch watch(loop, pipe.read.get(), EV_READ, [&](short) { ++runs, loop.Stop(); });
  pipe.write.reset();
  loop.Run();
  EXPECT_EQ(runs, 1);
}

TEST(SignalWatch, RunsItsCallbackInTheLoop) {
  EventLoop loop;
  int runs = 0;
  std::unique_ptr<SignalWatch> watch;
  watch = std::make_unique<SignalWatch>(loop, SIGHUP, [&] { ++runs, watch.reset(); });
  Timer raise_it(loop, [] { raise(SIGHUP); });
  raise_it.Start(milliseconds(0));
  loop.Run();
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace failover
