// A row of bars, one for each value, scaled to the largest. Pure.
#pragma once

#include <string>
#include <vector>

#include "ctl/terminal.h"

namespace failover {

// The newest `most` values; a value that is not above 0 was lost and shows as "x" (a reply that never
// came), so that it is not taken for a quick one. Without UTF-8 the bars are made of ASCII.
std::string Sparkline(const std::vector<double>& values, std::size_t most, Terminal::Charset charset);

}  // namespace failover
