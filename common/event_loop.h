// libevent's loop (event_core) and its events as values. Every callback of both daemons runs
// through here, so the loop knows how long its longest turn was.
#pragma once

#include <event2/event.h>

#include <chrono>
#include <functional>
#include <memory>

namespace failover {

class EventLoop {
 public:
  // Runs until Stop(). Measures each turn: the time that callbacks take between two waits.
  void Run();
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
  Event(EventLoop& loop, int fd, short what, std::function<void(short)> callback);
  Event(const Event&) = delete;
  void Add(const timeval* timeout);

  std::unique_ptr<event, void (*)(event*)> event_;

 private:
  EventLoop& loop_;
  std::function<void(short)> callback_;
};

// One shot; Start() again sets it anew.
class Timer : Event {
 public:
  Timer(EventLoop& loop, std::function<void()> callback)
      : Event(loop, -1, 0, [call = std::move(callback)](short) { call(); }) {}
  void Start(std::chrono::nanoseconds delay);
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
  SignalWatch(EventLoop& loop, int signal_number, std::function<void()> callback)
      : Event(loop, signal_number, EV_SIGNAL | EV_PERSIST, [call = std::move(callback)](short) { call(); }) {
  }
};

}  // namespace failover
