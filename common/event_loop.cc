#include "common/event_loop.h"

#include <glog/logging.h>

#include <algorithm>
#include <utility>

namespace failover {

void EventLoop::Run() {
  while (!stopping_ && event_base_loop(base(), EVLOOP_ONCE) == 0) {
    longest_turn_ = std::max(longest_turn_, std::exchange(turn_, {}));
  }
}

Event::Event(EventLoop& loop, int fd, short what, std::function<void(short)> callback)
    : event_(nullptr, event_free), loop_(loop), callback_(std::move(callback)) {
  const auto trampoline = [](int, short ready, void* self) noexcept {
    EventLoop& runs_in = static_cast<Event*>(self)->loop_;
    const auto call = static_cast<Event*>(self)->callback_;  // it may destroy the event
    const auto begin = std::chrono::steady_clock::now();
    call(ready);
    runs_in.turn_ += std::chrono::steady_clock::now() - begin;
  };
  event_.reset(event_new(loop.base(), fd, what, trampoline, this));
  if ((what & EV_PERSIST) != 0) Add(nullptr);
}

void Event::Add(const timeval* timeout) {
  // Else a timer counts from the begin of the loop's turn and is early.
  event_base_update_cache_time(event_get_base(event_.get()));
  CHECK_EQ(event_add(event_.get(), timeout), 0);
}

void Timer::Start(std::chrono::nanoseconds delay) {
  // Rounded up: a timer that fires early would find nothing due and be set again.
  const auto us = std::max(std::chrono::ceil<std::chrono::microseconds>(delay).count(), 0L);
  const timeval timeout{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
  Add(&timeout);
}

}  // namespace failover
