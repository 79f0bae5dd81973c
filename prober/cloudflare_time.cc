#include "prober/cloudflare_time.h"

#include <cstddef>

namespace failover {
namespace {

// Takes a text apart from the left; once something did not fit, nothing does.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly so many digits, with a value in that range.
  int Number(std::size_t digits, int lowest, int highest) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = 10 * value + Digit();
    if (value < lowest || value > highest) Fail();
    return value;
  }
  // One to nine digits.
  std::chrono::nanoseconds Fraction() {
    std::chrono::nanoseconds value{0};
    std::chrono::nanoseconds unit{std::chrono::milliseconds(100)};
    value += unit * Digit();
    for (unit /= 10; unit.count() > 0 && AtDigit(); unit /= 10) value += unit * Digit();
    return value;
  }
  void Expect(char c) {
    if (!Skip(c)) Fail();
  }
  bool Skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Fail() { state_ = State::kFailed; }
  bool done() const { return state_ == State::kGood && rest_.empty(); }

 private:
  bool AtDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  int Digit() {
    if (!AtDigit()) {
      Fail();
      return 0;
    }
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  std::string_view rest_;
  enum class State { kGood, kFailed } state_ = State::kGood;
};

// East of UTC.
std::chrono::minutes Offset(Reader& reader) {
  if (reader.Skip('Z')) return std::chrono::minutes(0);
  const int sign = reader.Skip('-') ? -1 : 1;
  if (sign > 0) reader.Expect('+');
  const std::chrono::hours hours(reader.Number(2, 0, 23));
  reader.Expect(':');
  return sign * (hours + std::chrono::minutes(reader.Number(2, 0, 59)));
}

}  // namespace

std::optional<CloudflareTime> ParseCloudflareTime(std::string_view text) {
  Reader reader(text);
  const std::chrono::year year(reader.Number(4, 1970, 2200));
  reader.Expect('-');
  const std::chrono::month month(static_cast<unsigned>(reader.Number(2, 1, 12)));
  reader.Expect('-');
  const std::chrono::day day(static_cast<unsigned>(reader.Number(2, 1, 31)));
  reader.Expect('T');
  std::chrono::nanoseconds time = std::chrono::hours(reader.Number(2, 0, 23));
  reader.Expect(':');
  time += std::chrono::minutes(reader.Number(2, 0, 59));
  reader.Expect(':');
  time += std::chrono::seconds(reader.Number(2, 0, 59));
  if (reader.Skip('.')) time += reader.Fraction();
  time -= Offset(reader);
  const std::chrono::year_month_day date(year, month, day);
  if (!reader.done() || !date.ok()) return std::nullopt;
  return CloudflareTime(std::chrono::sys_days(date).time_since_epoch() + time);
}

}  // namespace failover
