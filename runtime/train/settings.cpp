#include "runtime/train/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rnnc::train {

namespace {

constexpr std::array<std::string_view, 4> kOptimizers = {"sgd", "rmsprop", "adam", "adamw"};

enum class Takes : uint8_t { kWord, kRate, kPositive, kShare, kNotNegative, kCount, kWhole };

const char* problem(Takes takes, double value) {
  const bool whole = value == std::floor(value) && value < 9e15;  // exact in a double
  switch (takes) {
    case Takes::kWord:
      return "takes a word";
    case Takes::kRate:
    case Takes::kPositive:
      return value > 0 && std::isfinite(value) ? nullptr : "must be positive";
    case Takes::kShare:
      return value >= 0 && value < 1 ? nullptr : "must be at least 0 and below 1";
    case Takes::kNotNegative:
      return value >= 0 && std::isfinite(value) ? nullptr : "must not be negative";
    case Takes::kCount:
      return whole && value >= 1 ? nullptr : "must be a whole number, at least 1";
    case Takes::kWhole:
      return whole && value >= 0 ? nullptr : "must be a whole number, at least 0";
  }
  return nullptr;
}

// Members are reached through their addresses, whatever their type.
template <auto Member>
void store(Settings& settings, double value) {
  using Stored = std::remove_reference_t<decltype(settings.*Member)>;
  if constexpr (std::is_constructible_v<Stored, std::nullopt_t>) {
    settings.*Member = static_cast<typename Stored::value_type>(value);
  } else {
    settings.*Member = static_cast<Stored>(value);
  }
}

template <auto Member>
std::string show(const Settings& settings) {
  const auto& member = settings.*Member;
  if constexpr (std::is_constructible_v<std::decay_t<decltype(member)>, std::nullopt_t>) {
    return member ? fmt::format("{}", *member) : "none";
  } else {
    return fmt::format("{}", member);
  }
}

std::string show_optimizer(const Settings& settings) {
  return std::string(kOptimizers[static_cast<size_t>(settings.optimizer)]);
}
std::string show_rate(const Settings& settings) { return to_string(settings.lr); }
std::string show_beta2(const Settings& settings) { return fmt::format("{}", smoothing(settings)); }
void store_rate(Settings& settings, double value) {
  settings.lr = Schedule{};
  settings.lr.rate = value;
}

struct Row {
  std::string_view key;
  Takes takes;
  void (*store)(Settings&, double);
  std::string (*show)(const Settings&);
};

template <auto Member>
constexpr Row row(std::string_view key, Takes takes) {
  return {key, takes, store<Member>, show<Member>};
}

constexpr Row kRows[] = {
    {"optimizer", Takes::kWord, nullptr, show_optimizer},
    {"lr", Takes::kRate, store_rate, show_rate},
    row<&Settings::momentum>("momentum", Takes::kShare),
    row<&Settings::beta1>("beta1", Takes::kShare),
    {"beta2", Takes::kShare, store<&Settings::beta2>, show_beta2},
    row<&Settings::eps>("eps", Takes::kPositive),
    row<&Settings::weight_decay>("weight_decay", Takes::kNotNegative),
    row<&Settings::clip>("clip", Takes::kPositive),
    row<&Settings::max_weight>("max_weight", Takes::kPositive),
    row<&Settings::batch>("batch", Takes::kCount),
    row<&Settings::epochs>("epochs", Takes::kCount),
    row<&Settings::steps>("steps", Takes::kCount),
    row<&Settings::seq_length>("seq_length", Takes::kCount),
    row<&Settings::tbptt>("tbptt", Takes::kCount),
    row<&Settings::burn_in>("burn_in", Takes::kWhole),
    row<&Settings::valid>("valid", Takes::kShare),
    row<&Settings::seed>("seed", Takes::kWhole),
    row<&Settings::patience>("patience", Takes::kCount),
};

Status set_optimizer(Settings& settings, const SettingValue& value) {
  const auto* word = std::get_if<std::string>(&value);
  const auto* found = word == nullptr ? kOptimizers.end() : std::ranges::find(kOptimizers, *word);
  if (found == kOptimizers.end()) return failure("optimizer is sgd, rmsprop, adam or adamw");
  settings.optimizer = static_cast<OptimizerKind>(found - kOptimizers.begin());
  return ok();
}

Status store_value(Settings& settings, const Row& row, const SettingValue& value) {
  if (row.takes == Takes::kWord) return set_optimizer(settings, value);
  if (const auto* call = std::get_if<ScheduleCall>(&value); call != nullptr && row.takes == Takes::kRate) {
    auto schedule = make_schedule(*call);
    if (!schedule) return schedule.error();
    settings.lr = *schedule;
    return ok();
  }
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr) return failure("{} takes a number", row.key);
  if (const char* wrong = problem(row.takes, *number)) {
    return failure("{} {}, and this is {}", row.key, wrong, *number);
  }
  row.store(settings, *number);
  return ok();
}

}  // namespace

double smoothing(const Settings& settings) {
  return settings.beta2.value_or(settings.optimizer == OptimizerKind::kRmsprop ? 0.99 : 0.999);
}

Status set(Settings& settings, std::string_view key, const SettingValue& value, std::string origin) {
  for (const Row& row : kRows) {
    if (row.key != key) continue;
    if (auto stored = store_value(settings, row, value); !stored) return stored;
    settings.origins[std::string(key)] = std::move(origin);
    return ok();
  }
  std::vector<std::string_view> keys;
  for (const Row& row : kRows) keys.push_back(row.key);
  return failure("there is no setting {}; there are {}", key, fmt::join(keys, ", "));
}

std::vector<SettingRow> rows_of(const Settings& settings) {
  std::vector<SettingRow> rows;
  for (const Row& row : kRows) {
    const auto origin = settings.origins.find(row.key);
    rows.push_back({std::string(row.key), row.show(settings),
                    origin == settings.origins.end() ? "default" : origin->second});
  }
  return rows;
}

std::string table_of(const std::vector<SettingRow>& rows) {
  size_t key = 0;
  size_t value = 0;
  for (const SettingRow& row : rows) {
    key = std::max(key, row.key.size());
    // A long value (a schedule, a path) does not push away the origins of all others.
    if (row.value.size() <= 24) value = std::max(value, row.value.size());
  }
  std::string out;
  for (const SettingRow& row : rows) {
    if (row.origin.empty()) {
      out += fmt::format("{:{}}  {}\n", row.key, key, row.value);
    } else {
      out += fmt::format("{:{}}  {:{}}  ({})\n", row.key, key, row.value, value, row.origin);
    }
  }
  return out;
}

}  // namespace rnnc::train
