#include "compiler/support/nearest.h"

#include <algorithm>

namespace rnnc::support {

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a != b && std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  size_t limit = name.size() < 4 ? 1 : 1 + name.size() / 4;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (equal_but_for_case(name, candidate)) return candidate;
  }
  for (const std::string& candidate : candidates) {
    size_t distance = edit_distance(name, candidate);
    if (distance == 0 || distance > limit) continue;
    best = candidate;
    limit = distance - 1;
  }
  return best;
}

}  // namespace rnnc::support
