// GET /metrics: what the prober has seen, in Prometheus' text format, in pieces like the status
// page. Pure: reads a StatusView. Labels are the tunnel's id and name, units and budgets; never a
// token, an account or a connector.
#pragma once

#include <cstddef>
#include <string>

#include "prober/status_page.h"

namespace failover {

// Appends the piece of that number, from 0; together, in order, they are one page.
Piece AppendMetrics(const StatusView& view, std::size_t number, std::string& out);

}  // namespace failover
