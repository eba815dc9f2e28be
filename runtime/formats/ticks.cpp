#include "runtime/formats/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace rnnc::formats {

namespace {

// Digits after the point that tell multiples of a step of 1, 2 or 5 times a power of ten apart.
int decimals(double step) { return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9))); }

double nice_step(double span, int count) {
  const double raw = span / count;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power * 1.0001) return factor * power;
  }
  return 10 * power;
}

std::string superscript(int number) {
  static constexpr std::string_view kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  for (const char c : std::to_string(number)) out += c == '-' ? "⁻" : kDigits[c - '0'];
  return out;
}

// `-0.5`, with a real minus sign and without trailing zeros that the step does not need.
std::string fixed(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value == 0 ? 0.0 : value, digits);
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

std::string linear_label(double value, double step, double largest) {
  if (value == 0) return "0";
  if (largest >= 1e15 || largest < 1e-4) {
    const int exponent = static_cast<int>(std::floor(std::log10(std::abs(largest)) + 1e-9));
    const double unit = std::pow(10.0, exponent);
    return fmt::format("{}×10{}", fixed(value / unit, decimals(step / unit)), superscript(exponent));
  }
  static constexpr std::pair<double, std::string_view> kUnits[] = {
      {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [unit, suffix] : kUnits) {
    // Four digits are easily read as they are, and a number that needs many decimals is clearer in full.
    if (largest < 10 * unit || decimals(step / unit) > 1) continue;
    return fixed(value / unit, decimals(step / unit)) + std::string(suffix);
  }
  return fixed(value, decimals(step));
}

std::string logarithmic_label(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(value) + 1e-9));
  if (exponent >= -3 && exponent <= 4) return fixed(value, std::max(0, -exponent));
  const double factor = std::round(value / std::pow(10.0, exponent));
  return (factor == 1 ? "" : fmt::format("{}×", factor)) + "10" + superscript(exponent);
}

Axis decades(double low, double high, int count) {
  Axis axis{low, high, true, {}};
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const int stride = (last - first) / count + 1;
  const bool few = std::log10(high) - std::log10(low) <= 2;
  for (int exponent = first; exponent <= last; ++exponent) {
    const double power = std::pow(10.0, exponent);
    for (int factor = 1; factor <= 9; ++factor) {
      const double value = factor * power;
      const bool labelled = factor == 1 ? exponent % stride == 0 : few && (factor == 2 || factor == 5);
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9) || (factor > 1 && stride > 1)) continue;
      axis.ticks.push_back({value, labelled ? logarithmic_label(value) : ""});
    }
  }
  return axis;
}

}  // namespace

double Axis::position(double value) const {
  if (logarithmic) return (std::log(value) - std::log(low)) / (std::log(high) - std::log(low));
  return (value - low) / (high - low);
}

Axis linear_axis(double low, double high, LinearTicks wanted) {
  // A flat line needs some height, and more of it than the rounding of its value. A hundredth of the floor is
  // still a normal number, so that steps and labels keep their digits.
  const double least = std::max(1e-9 * std::max(std::abs(low), std::abs(high)), 1e-305);
  if (high - low < least) {
    const double margin = std::max(0.1 * std::abs(low), least);
    const double middle = low;
    low = middle - (middle == 0 ? 1 : margin);
    high = middle + (middle == 0 ? 1 : margin);
  }
  const double step = std::max(nice_step(high - low, wanted.count), wanted.least_step);
  if (wanted.widen) {
    low = std::floor(low / step + 1e-6) * step;
    high = std::ceil(high / step - 1e-6) * step;
  }
  Axis axis{low, high, false, {}};
  const double largest = std::max(std::abs(low), std::abs(high));
  for (double i = std::ceil(low / step - 1e-6); i <= high / step + 1e-6; ++i) {
    axis.ticks.push_back({i * step, linear_label(i * step, step, largest)});
  }
  return axis;
}

Axis logarithmic_axis(double low, double high, int count) {
  if (high / low < 1.0001) {
    low /= 1.1;
    high *= 1.1;
  }
  // Within a factor of ten 1, 2, 5 may leave a single mark: those of a linear axis serve better.
  if (high / low < 10) {
    Axis axis = linear_axis(low, high, {count});
    axis.logarithmic = true;
    return axis;
  }
  return decades(low, high, count);
}

}  // namespace rnnc::formats
