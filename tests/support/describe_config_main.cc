// Prints the tables of the configuration's fields as Markdown. Needs no privilege, reads nothing.
#include <iostream>

#include "tests/support/describe_config.h"

int main() { std::cout << failover::DescribeConfiguration(); }
