#include "runtime/train/schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace rnnc::train {

namespace {

enum class Range : uint8_t { kPositive, kNotNegative, kWhole, kShare };

struct Option {
  const char* name;
  double Schedule::* member;
  Range range;
};

struct Kind {
  const char* name;
  ScheduleKind kind;
  double gamma;  // its default
  std::vector<Option> options;
};

const std::vector<Kind>& kinds() {
  static const Option warmup = {"warmup", &Schedule::warmup, Range::kWhole};
  static const Option gamma = {"gamma", &Schedule::gamma, Range::kPositive};
  static const std::vector<Kind> all = {
      {"constant", ScheduleKind::kConstant, 0, {warmup}},
      {"cosine", ScheduleKind::kCosine, 0, {{"end", &Schedule::end, Range::kNotNegative}, warmup}},
      {"exponential", ScheduleKind::kExponential, 0.95, {gamma, warmup}},
      {"step", ScheduleKind::kStep, 0.1, {{"every", &Schedule::every, Range::kPositive}, gamma, warmup}},
      {"plateau",
       ScheduleKind::kPlateau,
       0,
       {{"factor", &Schedule::factor, Range::kShare},
        {"patience", &Schedule::patience, Range::kWhole},
        {"threshold", &Schedule::threshold, Range::kShare},
        {"min", &Schedule::min, Range::kNotNegative},
        warmup}},
  };
  return all;
}

const char* problem(Range range, double value) {
  if (!std::isfinite(value)) return "must be finite";
  switch (range) {
    case Range::kPositive:
      return value > 0 ? nullptr : "must be positive";
    case Range::kNotNegative:
      return value >= 0 ? nullptr : "must not be negative";
    case Range::kWhole:
      return value >= 0 && value == std::floor(value) ? nullptr : "must be a whole number, at least 0";
    case Range::kShare:
      return value >= 0 && value < 1 ? nullptr : "must be at least 0 and below 1";
  }
  return nullptr;
}

Status set_option(const Kind& kind, const std::string& name, double value, Schedule& schedule) {
  std::vector<std::string> names;
  for (const Option& option : kind.options) {
    names.emplace_back(option.name);
    if (name != option.name) continue;
    if (const char* wrong = problem(option.range, value)) {
      return failure("{} of {} {}, and this is {}", name, kind.name, wrong, value);
    }
    schedule.*option.member = value;
    return ok();
  }
  return failure("{} has no setting {}; it has {}", kind.name, name, fmt::join(names, ", "));
}

}  // namespace

Result<Schedule> make_schedule(const ScheduleCall& call) {
  const auto found = std::ranges::find_if(kinds(), [&](const Kind& kind) { return call.name == kind.name; });
  if (found == kinds().end()) {
    return failure("there is no schedule {}; there are constant, cosine, exponential, step and plateau",
                   call.name);
  }
  if (call.positional.size() != 1) {
    return failure("{} takes the learning rate first and all else by name: {}(2e-3, warmup = 500)", call.name,
                   call.name);
  }
  Schedule schedule;
  schedule.kind = found->kind;
  schedule.gamma = found->gamma;
  schedule.rate = call.positional[0];
  if (const char* wrong = problem(Range::kPositive, schedule.rate)) {
    return failure("the learning rate {}, and this is {}", wrong, schedule.rate);
  }
  std::set<std::string> seen;
  for (const auto& [name, value] : call.named) {
    if (!seen.insert(name).second) return failure("{} of {} is set twice", name, call.name);
    if (auto set = set_option(*found, name, value, schedule); !set) return set.error();
  }
  return schedule;
}

std::string to_string(const Schedule& schedule) {
  if (schedule.kind == ScheduleKind::kConstant && schedule.warmup == 0)
    return fmt::format("{}", schedule.rate);
  for (const Kind& kind : kinds()) {
    if (kind.kind != schedule.kind) continue;
    std::string out = fmt::format("{}({}", kind.name, schedule.rate);
    for (const Option& option : kind.options) {
      out += fmt::format(", {} = {}", option.name, schedule.*option.member);
    }
    return out + ")";
  }
  return "";
}

void end_epoch(const Schedule& schedule, double loss, Plateau& plateau) {
  if (schedule.kind != ScheduleKind::kPlateau) return;
  if (std::isfinite(loss) && (!plateau.any || loss < plateau.best * (1 - schedule.threshold))) {
    plateau.any = true;
    plateau.best = loss;
    plateau.bad_epochs = 0;
    return;
  }
  if (static_cast<double>(++plateau.bad_epochs) > schedule.patience) {
    plateau.scale *= schedule.factor;
    plateau.bad_epochs = 0;
  }
}

double rate_at(const Schedule& schedule, const Moment& moment, const Plateau& plateau) {
  const auto step = static_cast<double>(moment.step);
  const auto epoch = static_cast<double>(moment.epoch);
  if (step < schedule.warmup) return schedule.rate * (step + 1) / schedule.warmup;
  switch (schedule.kind) {
    case ScheduleKind::kConstant:
      return schedule.rate;
    case ScheduleKind::kCosine: {
      const double length = std::max(static_cast<double>(moment.steps) - schedule.warmup, 1.0);
      const double done = std::min((step - schedule.warmup) / length, 1.0);
      return schedule.end + (schedule.rate - schedule.end) * 0.5 * (1 + std::cos(std::numbers::pi * done));
    }
    case ScheduleKind::kExponential:
      return schedule.rate * std::pow(schedule.gamma, epoch);
    case ScheduleKind::kStep:
      return schedule.rate * std::pow(schedule.gamma, std::floor(epoch / schedule.every));
    case ScheduleKind::kPlateau:
      return std::max(schedule.rate * plateau.scale, std::min(schedule.min, schedule.rate));
  }
  return schedule.rate;
}

}  // namespace rnnc::train
