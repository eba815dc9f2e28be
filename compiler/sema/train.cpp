// train { lr = 2e-3  clip = 5 ... }: the defaults of an experiment.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "compiler/ast/print.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

enum class Takes { word, rate, positive, share, not_negative, whole, seed };

struct Row {
  std::string_view key;
  Takes takes;
};

const Row kRows[] = {{"optimizer", Takes::word},
                     {"lr", Takes::rate},
                     {"momentum", Takes::share},
                     {"beta1", Takes::share},
                     {"beta2", Takes::share},
                     {"eps", Takes::positive},
                     {"weight_decay", Takes::not_negative},
                     {"clip", Takes::positive},
                     {"max_weight", Takes::positive},
                     {"batch", Takes::whole},
                     {"epochs", Takes::whole},
                     {"steps", Takes::whole},
                     {"seq_length", Takes::whole},
                     {"tbptt", Takes::whole},
                     {"burn_in", Takes::seed},
                     {"valid", Takes::share},
                     {"seed", Takes::seed},
                     {"patience", Takes::whole}};

// Why a number is wrong for a key; empty if it is right.
std::string_view problem(Takes takes, double value) {
  const bool integer = value == std::floor(value);
  switch (takes) {
    case Takes::word:
      return "takes a word";
    case Takes::rate:
    case Takes::positive:
      return value > 0 && std::isfinite(value) ? "" : "must be positive";
    case Takes::share:
      return value >= 0 && value < 1 ? "" : "must be at least 0 and below 1";
    case Takes::not_negative:
      return value >= 0 ? "" : "must not be negative";
    case Takes::whole:
      return integer && value >= 1 ? "" : "must be a whole number, at least 1";
    case Takes::seed:
      return integer && value >= 0 ? "" : "must be a whole number, at least 0";
  }
  return "";
}

std::optional<double> as_number(const Static& value) {
  if (const double* real = std::get_if<double>(&value)) return *real;
  if (const Size* size = std::get_if<Size>(&value); size != nullptr && size->number())
    return static_cast<double>(*size->number());
  return std::nullopt;
}

bool among(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

void Scope::train(const ast::Train& block) {
  auto fail = [&](Code code, Span span, std::string message, std::string help) {
    error(code, span, std::move(message), {}, std::move(help));
    out_->failed = true;
  };
  for (const ast::Train::Setting& setting : block.settings) {
    const std::string& key = setting.key.text;
    const Row* row = nullptr;
    std::vector<std::string> keys;
    for (const Row& candidate : kRows) {
      keys.emplace_back(candidate.key);
      if (candidate.key == key) row = &candidate;
    }
    if (row == nullptr) {
      std::string near = nearest(key, keys);
      fail(Code::unknown_train_key, setting.key.span, fmt::format("`train` knows no `{}`", key),
           near.empty() ? fmt::format("it can set {}", fmt::join(keys, ", "))
                        : fmt::format("did you mean `{}`?", near));
      continue;
    }
    for (const TrainSetting& earlier : out().body->train) {
      if (earlier.key == key)
        fail(Code::defined_twice, setting.key.span, fmt::format("`{}` is set twice", key), "");
    }
    Span span = setting.value->span;
    if (row->takes == Takes::word) {
      const auto* word = std::get_if<ast::NameRef>(&setting.value->node);
      if (word == nullptr || !among(word->text, {"sgd", "rmsprop", "adam", "adamw"})) {
        fail(Code::bad_train_value, span, fmt::format("`{}` is no optimizer", ast::print(*setting.value)),
             "there are sgd, rmsprop, adam and adamw");
        continue;
      }
      out().body->train.push_back({key, word->text, setting.key.span});
      continue;
    }
    if (const auto* call = std::get_if<ast::Call>(&setting.value->node);
        call != nullptr && row->takes == Takes::rate) {
      TrainSetting::Call schedule;
      const auto* name = std::get_if<ast::NameRef>(&call->callee->node);
      if (name == nullptr || !among(name->text, {"cosine", "exponential", "step", "plateau"})) {
        fail(Code::bad_train_value, span,
             fmt::format("`{}` is no schedule of the learning rate", ast::print(*call->callee)),
             "there are cosine, exponential, step and plateau: `cosine(2e-3, warmup = 500)`");
        continue;
      }
      schedule.name = name->text;
      bool good = true;
      for (const ast::Argument& argument : call->arguments) {
        Static given = known(*argument.value);
        auto value = as_number(given);
        if (!value) {
          if (!std::holds_alternative<std::monostate>(given))
            fail(Code::bad_train_value, argument.value->span, "a schedule takes numbers", "");
          good = false;
        } else if (argument.name) {
          schedule.named.emplace_back(argument.name->text, *value);
        } else {
          schedule.positional.push_back(*value);
        }
      }
      if (good) out().body->train.push_back({key, schedule, setting.key.span});
      continue;
    }
    Static given = known(*setting.value);
    auto value = as_number(given);
    std::string_view wrong = value ? problem(row->takes, *value) : "takes a number";
    if (!value && std::holds_alternative<std::monostate>(given)) continue;
    if (!wrong.empty()) {
      fail(Code::bad_train_value, span,
           fmt::format("`{}` {}, and this is {}", key, wrong, ast::print(*setting.value)), "");
      continue;
    }
    out().body->train.push_back({key, *value, setting.key.span});
  }
}

}  // namespace rnnc::sema
