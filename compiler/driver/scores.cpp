#include "compiler/driver/scores.h"

#include <algorithm>
#include <numeric>

#include "compiler/support/check.h"

namespace rnnc::driver {

int64_t edit_distance(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  std::vector<int64_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), int64_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    int64_t diagonal = row[0];
    row[0] = static_cast<int64_t>(i) + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const int64_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

void Accuracy::add(const TokenRows& said, const TokenRows& truth) {
  RNNC_CHECK(said.size() == truth.size(), "answers to something else");
  for (size_t row = 0; row < truth.size(); ++row) {
    int64_t known = 0, good = 0;
    for (size_t t = 0; t < truth[row].size(); ++t) {
      if (truth[row][t] < 0) continue;
      ++known;
      if (t < said[row].size() && said[row][t] == truth[row][t]) ++good;
    }
    right += good;
    counted += known;
    if (known == 0) continue;
    ++rows;
    if (good == known) ++right_rows;
  }
}

void ErrorRate::add(const TokenRows& said, const TokenRows& truth, int32_t end) {
  const auto without_end = [end](std::vector<int32_t> row) {
    std::erase(row, end);
    return row;
  };
  RNNC_CHECK(said.size() == truth.size(), "answers to something else");
  for (size_t row = 0; row < truth.size(); ++row) {
    const std::vector<int32_t> wanted = without_end(truth[row]);
    const int64_t edits = edit_distance(without_end(said[row]), wanted);
    errors += edits;
    counted += static_cast<int64_t>(wanted.size());
    ++rows;
    if (edits == 0) ++right_rows;
  }
}

}  // namespace rnnc::driver
