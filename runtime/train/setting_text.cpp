// Settings as flags write them.
#include <charconv>

#include "runtime/train/settings.h"

namespace rnnc::train {

namespace {

class SettingReader {
 public:
  explicit SettingReader(std::string_view text) : whole_(text), rest_(text) {}

  Result<SettingValue> read() {
    if (auto value = number()) {
      if (!at_end()) return unexpected();
      return SettingValue(*value);
    }
    std::string name = word();
    if (name.empty()) return unexpected();
    if (at_end()) return SettingValue(name);
    ScheduleCall call{std::move(name), {}, {}};
    if (!taken('(')) return unexpected();
    if (!taken(')')) {
      do {
        if (!argument(call)) return unexpected();
      } while (taken(','));
      if (!taken(')')) return unexpected();
    }
    if (!at_end()) return unexpected();
    return SettingValue(std::move(call));
  }

 private:
  void skip_blanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }
  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  bool taken(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<double> number() {
    skip_blanks();
    if (rest_.empty() || std::string_view("0123456789.-").find(rest_[0]) == std::string_view::npos) return {};
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  std::string word() {
    skip_blanks();
    size_t length = 0;
    while (length < rest_.size() &&
           ((rest_[length] >= 'a' && rest_[length] <= 'z') || rest_[length] == '_')) {
      ++length;
    }
    std::string out(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return out;
  }
  bool argument(ScheduleCall& call) {
    if (auto value = number()) {
      call.positional.push_back(*value);
      return true;
    }
    std::string name = word();
    if (name.empty() || !taken('=')) return false;
    const auto value = number();
    if (!value) return false;
    call.named.emplace_back(std::move(name), *value);
    return true;
  }
  Failure unexpected() const {
    return failure("`{}` is neither a number, nor a word, nor a schedule such as cosine(2e-3, warmup = 500)",
                   whole_);
  }

  std::string_view whole_;
  std::string_view rest_;
};

}  // namespace

Result<SettingValue> parse_setting(std::string_view text) { return SettingReader(text).read(); }

}  // namespace rnnc::train
