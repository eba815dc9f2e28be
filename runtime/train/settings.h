// What a training is told: the keys of `train {}` and the flags of the same names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/train/schedule.h"

namespace rnnc::train {

enum class OptimizerKind : uint8_t { kSgd, kRmsprop, kAdam, kAdamw };

struct Settings {
  OptimizerKind optimizer = OptimizerKind::kAdam;
  Schedule lr;
  double momentum = 0;
  double beta1 = 0.9;
  std::optional<double> beta2;  // none: smoothing() says
  double eps = 1e-8;
  double weight_decay = 0;
  std::optional<double> clip;        // bound on the norm of the whole gradient
  std::optional<double> max_weight;  // bound on each weight
  int64_t batch = 64;
  int64_t epochs = 10;
  std::optional<int64_t> steps;  // of training; wins over epochs
  std::optional<int64_t> seq_length;
  std::optional<int64_t> tbptt;
  int64_t burn_in = 0;
  double valid = 0.05;
  uint64_t seed = 1;
  std::optional<int64_t> patience;  // epochs without gain

  std::map<std::string, std::string, std::less<>>
      origins;  // by key, of what is no default: "train {}", "--lr"
};

// beta2, of rmsprop PyTorch's alpha: 0.99 there, else 0.999.
double smoothing(const Settings& settings);

// A number, a word, a schedule.
using SettingValue = std::variant<double, std::string, ScheduleCall>;

// Fails on an unknown key, a value of another kind, and a number out of range. `origin` is what the table
// says.
Status set(Settings& settings, std::string_view key, const SettingValue& value, std::string origin);
// As a flag has it: `2e-3`, `adamw`, `cosine(2e-3, warmup = 500)`.
Result<SettingValue> parse_setting(std::string_view text);

struct SettingRow {
  std::string key;
  std::string value;  // "none" where nothing is set
  std::string origin;
};
// Every setting, resolved, in the order in which people look for them.
std::vector<SettingRow> rows_of(const Settings& settings);

// Lines of `key  value  (origin)`, aligned. What the caller knows besides (sizes, bytes) are more rows.
std::string table_of(const std::vector<SettingRow>& rows);

}  // namespace rnnc::train
