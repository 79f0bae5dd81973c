// libevent's loop (event_core) and its events as values. Every callback of both daemons runs
// through here, so the loop knows how long its longest turn was.
#pragma once

#include <event2/event.h>
#include <glog/logging.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace failover {

class EventLoop {
 public:
  // Runs until Stop(). Measures each turn: the time that callbacks take between two waits.
  void Run() {
    while (!stopping_ && event_base_loop(base(), EVLOOP_ONCE) == 0) {
      longest_turn_ = std::max(longest_turn_, std::exchange(turn_, {}));
    }
  }
  void Stop() { stopping_ = true; }
  std::chrono::nanoseconds longest_turn() const { return longest_turn_; }
  event_base* base() const { return base_.get(); }

 private:
  friend class Event;

  std::unique_ptr<event_base, void (*)(event_base*)> base_{event_base_new(), event_base_free};
  std::chrono::nanoseconds turn_{0};
  std::chrono::nanoseconds longest_turn_{0};
  bool stopping_ = false;
};

// Common part of the kinds below. One with EV_PERSIST is in the loop from the first. Destroying an
// event takes it out of the loop; its callback may destroy it.
class Event {
 protected:
  Event(EventLoop& loop, int fd, short what, std::function<void(short)> callback)
      : event_(event_new(loop.base(), fd, what, Call, this), event_free), loop_(loop),
        callback_(std::move(callback)) {
    if ((what & EV_PERSIST) != 0) Add(nullptr);
  }
  Event(const Event&) = delete;

  void Add(const timeval* timeout) {
    // Else a timer counts from the begin of the loop's turn and is early.
    event_base_update_cache_time(event_get_base(event_.get()));
    CHECK_EQ(event_add(event_.get(), timeout), 0);
  }

  std::unique_ptr<event, void (*)(event*)> event_;

 private:
  static void Call(int /*fd*/, short ready, void* self) noexcept {
    EventLoop& loop = static_cast<Event*>(self)->loop_;
    const auto call = static_cast<Event*>(self)->callback_;  // it may destroy the event
    const auto begin = std::chrono::steady_clock::now();
    call(ready);
    loop.turn_ += std::chrono::steady_clock::now() - begin;
  }

  EventLoop& loop_;
  std::function<void(short)> callback_;
};

// One shot; Start() again sets it anew.
class Timer : Event {
 public:
  Timer(EventLoop& loop, std::function<void()> callback)
      : Event(loop, -1, 0, [call = std::move(callback)](short) { call(); }) {}
  void Start(std::chrono::nanoseconds delay) {
    // Rounded up: a timer that fires early would find nothing due and be set again.
    const auto us = std::max(std::chrono::ceil<std::chrono::microseconds>(delay).count(), 0L);
    const timeval timeout{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
    Add(&timeout);
  }
  void Stop() { event_del(event_.get()); }
  bool running() const { return event_pending(event_.get(), EV_TIMEOUT, nullptr) != 0; }
};

// Watches a descriptor until destroyed. `what`: EV_READ, EV_WRITE or both; the callback gets those
// that are ready. The descriptor must outlive it.
struct FdWatch : Event {
  FdWatch(EventLoop& loop, int fd, short what, std::function<void(short)> callback)
      : Event(loop, fd, static_cast<short>(what | EV_PERSIST), std::move(callback)) {}
};

struct SignalWatch : Event {
  SignalWatch(EventLoop& loop, int number, std::function<void()> callback)
      : Event(loop, number, EV_SIGNAL | EV_PERSIST, [call = std::move(callback)](short) { call(); }) {}
};

}  // namespace failover
