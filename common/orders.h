// What root leaves for the supervisor, proto/order.proto. Trusts the directory, which root alone may
// enter.
#pragma once

#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "common/clock.h"
#include "common/config.h"
#include "common/tunnel_id.h"
#include "order.pb.h"

namespace failover {

struct Orders {
  std::map<TunnelId, config::Order> pauses;  // that end after now
  std::map<TunnelId, config::Order> drills;
  std::vector<std::string> spent;  // paths of the files of all drills, of pauses that have ended, and
                                   // of whatever is no order
  Faults faults;                   // why it is none
};

// What stands in the directory at `now`.
inline Orders ReadOrders(const std::string& directory, TimePoint now) {
  Orders orders;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; file != end; file.increment(error)) {
    const std::filesystem::path& path = file->path();
    if (path.filename().string().starts_with('.')) continue;  // being written
    config::Order order;
    const auto text = ReadRegularFile(path, 4096);
    const bool read = text && google::protobuf::util::JsonStringToMessage(text->text, &order).ok();
    const auto id =
        read && std::abs(order.until()) <= 1e9 ? TunnelId::Parse(path.stem().string()) : std::nullopt;
    const bool pause = id && path.extension() == ".pause";
    const bool drill = id && path.extension() == ".drill";
    const bool lasts = pause && TimePoint(Seconds(order.until())) > now;
    if (lasts) orders.pauses[*id] = order;
    if (drill) orders.drills[*id] = order;
    if (!lasts) orders.spent.push_back(path);
    if (!pause && !drill)
      orders.faults.push_back(path.string() + ": not an order; see failover-supervisor(8)");
  }
  return orders;
}

}  // namespace failover
