// config.proto as Markdown, for the manual. Needs no privilege; trusts the schema linked into it.
#pragma once

#include <string>

namespace failover {

// Both tables, as README.md has them between <!-- fields --> and <!-- /fields -->.
std::string DescribeConfiguration();

}  // namespace failover
