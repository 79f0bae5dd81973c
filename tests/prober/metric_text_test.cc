#include "prober/metric_text.h"

#include <gtest/gtest.h>

namespace failover {
namespace {

TEST(MetricText, WritesFamiliesAndSamples) {
  std::string out;
  MetricText text(out);
  text.One("a_total", MetricText::Type::kCounter, "Things.", 2);
  text.Family("b", MetricText::Type::kGauge, "Others.");
  text.Sample("b", Label("x", "1") + "," + Label("y", "2"), 0.5);
  EXPECT_EQ(out,
      "# HELP a_total Things.\n# TYPE a_total counter\na_total 2\n"
      "# HELP b Others.\n# TYPE b gauge\nb{x=\"1\",y=\"2\"} 0.5\n");
}

TEST(MetricText, ALabelsValueCannotEndItsLine) { EXPECT_EQ(Label("n", "a\"b\\c\nd"), R"(n="a\"b\\c\nd")"); }

TEST(MetricText, AHistogramIsCumulative) {
  std::string out;
  Histogram histogram({0.0001, 1});
  histogram.Add(0.00005);
  histogram.Add(0.5);
  histogram.Add(2);
  MetricText(out).Samples("h", histogram);
  EXPECT_EQ(out,
      "h_bucket{le=\"0.0001\"} 1\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 2.50005\nh_count "
      "3\n");
}

}  // namespace
}  // namespace failover
