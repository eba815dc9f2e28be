#include "runtime/train/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rnnc::train {

namespace {

constexpr double kLiveSeconds = 0.1;  // more often nobody can read

// Three or four digits that matter.
std::string short_number(double value) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-3 || size >= 1e6)) return fmt::format("{:.2e}", value);
  if (size >= 1000) return fmt::format("{:.0f}", value);
  if (size >= 100) return fmt::format("{:.1f}", value);
  return fmt::format("{:.{}f}", value, size < 0.1 ? 5 : 3);
}

size_t columns_of(std::FILE* terminal) {
  winsize size = {};
  if (::ioctl(::fileno(terminal), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

std::string rate_of(double per_second) {
  constexpr std::array<std::pair<double, const char*>, 3> kUnits = {{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [unit, suffix] : kUnits) {
    if (per_second >= 0.9995 * unit) return fmt::format("{:.1f}{}", per_second / unit, suffix);
  }
  return fmt::format("{:.{}f}", per_second, per_second >= 100 ? 0 : per_second >= 1 ? 1 : 2);
}

std::string duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(std::clamp(seconds, 0.0, 1e12)));
  const int64_t minutes = whole / 60;
  const int64_t hours = minutes / 60;
  if (hours >= 24) return fmt::format("{}d {:02}:{:02}", hours / 24, hours % 24, minutes % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes % 60, whole % 60);
  return fmt::format("{:02}:{:02}", minutes, whole % 60);
}

std::string progress_line(const Progress& progress) {
  const auto of = [](int64_t number, const std::optional<int64_t>& all) {
    return all ? fmt::format("{}/{}", number, *all) : fmt::format("{}", number);
  };
  std::string line = fmt::format("epoch {}  step {}  loss {}", of(progress.epoch, progress.epochs),
                                 of(progress.step, progress.steps), short_number(progress.loss));
  if (progress.validation) {
    line += fmt::format("  val {}{}", short_number(*progress.validation), progress.is_best ? "*" : "");
  }
  line += fmt::format("  |g| {:.3g}  {} {}/s", progress.gradient_norm, rate_of(progress.rate), progress.unit);
  if (progress.seconds_left) line += "  eta " + duration(*progress.seconds_left);
  return line;
}

LineReport::LineReport(std::FILE* out, bool is_terminal, std::function<double()> now, double seconds)
    : out_(out), is_terminal_(is_terminal), now_(std::move(now)), seconds_(seconds), last_(now_()) {}

LineReport::~LineReport() {
  if (live_) std::fputc('\n', out_);
}

void LineReport::clear() {
  if (live_) std::fputs("\r\x1b[K", out_);
  live_ = false;
}

void LineReport::keep(const std::string& line) {
  clear();
  std::fputs((line + "\n").c_str(), out_);
  std::fflush(out_);
}

void LineReport::step(const Progress& progress) {
  const double now = now_();
  if (now - last_ < (is_terminal_ ? kLiveSeconds : seconds_)) return;
  last_ = now;
  if (!is_terminal_) return keep(progress_line(progress));
  clear();
  // A line that wraps could not be wiped.
  std::fputs(progress_line(progress).substr(0, columns_of(out_) - 1).c_str(), out_);
  std::fflush(out_);
  live_ = true;
}

void LineReport::epoch(const Progress& progress) {
  last_ = now_();
  keep(progress_line(progress));
}

void LineReport::note(const std::string& text) { keep(text); }

}  // namespace rnnc::train
