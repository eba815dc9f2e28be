#include "runtime/train/text_entropy.h"

#include <cmath>
#include <cstring>
#include <map>
#include <utility>

namespace rnnc::train {

TextEntropy text_entropy(const Dataset& data, const std::vector<int64_t>& sequences, size_t column,
                         int64_t tokens) {
  const Column& values = data.columns[column];
  const int64_t steps = data.steps.front();
  const auto n = static_cast<size_t>(tokens);
  std::vector<double> ones(n), before(n);
  std::map<std::pair<int32_t, int32_t>, double> pairs;
  for (int64_t sequence : sequences) {
    int32_t last = -1;
    for (int64_t step = 0; step < data.lengths.front()[static_cast<size_t>(sequence)]; ++step) {
      int32_t token = -1;
      std::memcpy(&token,
                  values.values.data() + static_cast<size_t>(sequence * steps + step) * values.item_bytes,
                  sizeof token);
      if (token >= 0) ++ones[static_cast<size_t>(token)];
      if (token >= 0 && last >= 0) {
        ++before[static_cast<size_t>(last)];
        ++pairs[{last, token}];
      }
      last = token;
    }
  }
  double total = 0, followed = 0;
  for (double count : ones) total += count;
  for (double count : before) followed += count;
  TextEntropy entropy;
  for (double count : ones) {
    if (count > 0) entropy.unigram -= count / total * std::log(count / total);
  }
  for (const auto& [pair, count] : pairs) {
    entropy.bigram -= count / followed * std::log(count / before[static_cast<size_t>(pair.first)]);
  }
  return entropy;
}

}  // namespace rnnc::train
