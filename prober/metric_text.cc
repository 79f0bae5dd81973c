#include "prober/metric_text.h"

#include "prober/json_text.h"

namespace failover {

std::string Label(std::string_view name, std::string_view value) {
  std::string label(name);
  label += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') label += '\\';
    label += c == '\n' ? "\\n" : std::string(1, c);
  }
  return label + '"';
}

void MetricText::Family(std::string_view name, Type type, std::string_view help) {
  std::string_view word;
  switch (type) {
    case Type::kGauge: word = "gauge"; break;
    case Type::kCounter: word = "counter"; break;
    case Type::kHistogram: word = "histogram"; break;
  }
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out_.append(name).append(" ").append(word).append("\n");
}

void MetricText::Begin(std::string_view name, std::string_view labels) {
  out_.append(name);
  if (!labels.empty()) out_.append("{").append(labels).append("}");
  out_ += ' ';
}

void MetricText::Sample(std::string_view name, std::string_view labels, double value) {
  Begin(name, labels);
  AppendNumber(value, out_);
  out_ += '\n';
}

void MetricText::Sample(std::string_view name, std::string_view labels, std::uint64_t value) {
  Begin(name, labels);
  out_.append(std::to_string(value)).append("\n");
}

void MetricText::Samples(std::string_view name, const Histogram& histogram) {
  const std::string base(name);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    sum += histogram.counts()[i];
    std::string bound = "+Inf";
    if (i < histogram.bounds().size()) {
      bound.clear();
      AppendNumber(histogram.bounds()[i], bound);
    }
    Sample(base + "_bucket", Label("le", bound), sum);
  }
  Sample(base + "_sum", "", histogram.sum());
  Sample(base + "_count", "", sum);
}

}  // namespace failover
