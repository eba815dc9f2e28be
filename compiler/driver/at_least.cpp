#include "compiler/driver/at_least.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

namespace rnnc::driver {

CLI::Validator at_least(int64_t least) {
  const auto complaint = [least](std::string& text) {
    int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, number);
    if (wrong == std::errc() && stop == end && number >= least) return std::string();
    return fmt::format("`{}` is no whole number of at least {}", text, least);
  };
  return CLI::Validator(complaint, "");
}

}  // namespace rnnc::driver
