// JSON for --json: values that are their own text. Strings come out escaped, numbers that JSON does
// not have come out as null.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace failover {

class Json {
 public:
  using Members = std::vector<std::pair<std::string, Json>>;

  Json() : text_("null") {}
  // A value stands for itself: Json::Object({{"name", "home"}, {"failures", 2}}).
  explicit(false) Json(std::string_view text);
  explicit(false) Json(const std::string& text) : Json(std::string_view(text)) {}
  explicit(false) Json(const char* text) : Json(std::string_view(text)) {}
  explicit(false) Json(double value);
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  explicit(false) Json(T value) : text_(std::to_string(value)) {}
  template <std::same_as<bool> T>
  explicit(false) Json(T value) : text_(value ? "true" : "false") {}

  static Json Object(const Members& members);  // in this order
  static Json List(const std::vector<Json>& items);
  static Json Strings(const std::vector<std::string>& items);

  const std::string& text() const { return text_; }  // one line, no line end

 private:
  std::string text_;
};

}  // namespace failover
