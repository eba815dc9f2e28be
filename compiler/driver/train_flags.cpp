#include "compiler/driver/train_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using diagnostics::Diagnostic;

// A key of `train {}` as a flag, with the other words that people use for it.
struct Flag {
  const char* key;
  const char* names;
  const char* help;
};
constexpr Flag kFlags[] = {
    {"optimizer", "--optimizer", "sgd, rmsprop, adam, adamw"},
    {"lr", "--lr,--learning-rate",
     "Learning rate: 2e-3, \"cosine(2e-3, warmup = 500)\", exponential, step, plateau"},
    {"momentum", "--momentum", "Of sgd and rmsprop"},
    {"beta1", "--beta1", "Of adam and adamw"},
    {"beta2", "--beta2", "Of adam and adamw; of rmsprop its smoothing"},
    {"eps", "--eps", "What keeps a division finite"},
    {"weight_decay", "--weight-decay", "Of adamw apart from the gradient, else added to it"},
    {"clip", "--clip,--grad-clip", "Bound on the norm of the whole gradient"},
    {"max_weight", "--max-weight", "Bound on each weight"},
    {"batch", "--batch,--batch-size", "Sequences in a batch"},
    {"epochs", "--epochs", "Times through the data"},
    {"steps", "--steps", "Steps of training; wins over epochs"},
    {"seq_length", "--seq-length", "Steps of a sequence cut from a longer one"},
    {"tbptt", "--tbptt", "Steps of a window; the State goes on to the next"},
    {"burn_in", "--burn-in", "First steps of a sequence that only make a State"},
    {"valid", "--valid", "Share of the data that is held out"},
    {"seed", "--seed", "What everything random depends on"},
    {"patience", "--patience", "Epochs without gain before it ends"},
};

}  // namespace

void add_train_flags(CLI::App& app, TrainFlags& flags) {
  for (const Flag& flag : kFlags) {
    app.add_option_function<std::string>(
           flag.names, [&flags, key = flag.key](const std::string& text) { flags[key] = text; }, flag.help)
        ->option_text("VALUE")
        ->group("As in `train {}`");
  }
}

void add_train_flag(CLI::App& app, TrainFlags& flags, const char* key, const char* name, const char* help) {
  app.add_option_function<std::string>(
         name, [&flags, key](const std::string& text) { flags[key] = text; }, help)
      ->option_text("NUMBER");
}

Outcome<train::Settings> settings_of(const sema::Body& body, const TrainFlags& flags) {
  train::Settings settings;
  for (const sema::TrainSetting& one : body.train) {
    train::SettingValue value = std::visit(
        [](const auto& v) -> train::SettingValue {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, sema::TrainSetting::Call>) {
            return train::ScheduleCall{v.name, v.positional, v.named};
          } else {
            return v;
          }
        },
        one.value);
    if (auto done = train::set(settings, one.key, value, "train {}"); !done) {
      return Diagnostic{Code::bad_train_value, done.error().message, {one.span, {}}, {}, {}, {}};
    }
  }
  for (const Flag& flag : kFlags) {
    auto given = flags.find(flag.key);
    if (given == flags.end()) continue;
    const std::string name = std::string(flag.names).substr(0, std::string(flag.names).find(','));
    auto value = train::parse_setting(given->second);
    if (!value) return problem(Code::bad_train_value, fmt::format("{}: {}", name, value.error().message));
    if (auto done = train::set(settings, flag.key, *value, name); !done) {
      return problem(Code::bad_train_value, fmt::format("{}: {}", name, done.error().message));
    }
  }
  return settings;
}

}  // namespace rnnc::driver
