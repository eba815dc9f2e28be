#include "compiler/driver/answer_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/own_targets.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using formats::Tensor;
using sema::Feedback;

// The model's own numbers, which are always finite in number and type.
std::vector<double> numbers_of(const Tensor& tensor) { return *formats::to_f64(tensor); }

}  // namespace

TokenRows rows_of_tokens(const Tensor& tokens, const std::vector<int32_t>& lengths) {
  const std::vector<double> values = numbers_of(tokens);
  const size_t batch = tokens.shape[0];
  const bool sequence = tokens.shape.size() == 2;
  const size_t steps = sequence ? tokens.shape[1] : 1;
  TokenRows rows(batch);
  for (size_t row = 0; row < batch; ++row) {
    const size_t count = sequence ? std::min(steps, static_cast<size_t>(lengths[row])) : 1;
    for (size_t t = 0; t < count; ++t) rows[row].push_back(static_cast<int32_t>(values[row * steps + t]));
  }
  return rows;
}

Outcome<TokenRows> likeliest(const Tensor& logits, const std::vector<int32_t>& lengths) {
  const std::vector<double> values = numbers_of(logits);
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    return problem(Code::cannot_generate,
                   fmt::format("`{}` is not a number; the weights are damaged", logits.name));
  }
  const size_t classes = logits.shape.back();
  std::vector<int32_t> tokens;
  for (size_t at = 0; at < values.size(); at += classes) {
    const auto begin = values.begin() + static_cast<ptrdiff_t>(at);
    tokens.push_back(
        static_cast<int32_t>(std::max_element(begin, begin + static_cast<ptrdiff_t>(classes)) - begin));
  }
  formats::Shape shape(logits.shape.begin(), logits.shape.end() - 1);
  return rows_of_tokens(formats::make_tensor(logits.name, std::move(shape), tokens), lengths);
}

Outcome<> AnswerTable::add(const Answers& answers) {
  const sema::Body& body = *compiled_.body;
  for (const Tensor& answer : answers.arrays) {
    const auto told = answers.lengths.find(answer.name);
    const std::vector<int32_t> lengths =
        told == answers.lengths.end() ? std::vector<int32_t>() : told->second;
    const Feedback* feedback = predicts_tokens(body, answer.name);
    const bool target =
        std::ranges::any_of(body.inputs, [&](const auto& one) { return one.name == answer.name; });
    Outcome<> added = support::Unit{};
    if (target && answer.dtype == formats::DType::kI32) {
      added = add_tokens(answer.name, rows_of_tokens(answer, lengths));
    } else if (feedback != nullptr) {
      const std::string& name = body.inputs[feedback->target].name;
      // What was drawn says more than what it was drawn by.
      if (formats::find(answers.arrays, name) == nullptr) {
        const auto tokens = likeliest(answer, lengths);
        if (!tokens) return tokens.error();
        added = add_tokens(name, *tokens);
      }
    } else if (std::ranges::any_of(body.outputs, [&](const sema::NamedNode& output) {
                 return output.name == answer.name && body[output.node].type.clock;
               })) {
      if (std::ranges::find(left_out_, answer.name) == left_out_.end()) left_out_.push_back(answer.name);
    } else {
      added = add_numbers(answer);
    }
    if (!added) return added;
  }
  return support::Unit{};
}

Outcome<> AnswerTable::add_tokens(const std::string& target, const TokenRows& rows) {
  const auto vocabulary = vocabularies_.find(target);
  std::vector<std::string>& to = fields(target + ".predicted");
  for (const std::vector<int32_t>& row : rows) {
    if (vocabulary == vocabularies_.end()) {
      to.push_back(fmt::format("{}", fmt::join(row, " ")));
      continue;
    }
    auto text = vocabulary->second.decode(row);
    if (!text) return problem(Code::cannot_generate, fmt::format("`{}`: {}", target, text.error().message));
    to.push_back(std::move(*text));
  }
  return support::Unit{};
}

Outcome<> AnswerTable::add_numbers(const Tensor& answer) {
  const std::vector<double> values = numbers_of(answer);
  const size_t width = answer.shape[0] == 0 ? 0 : values.size() / answer.shape[0];
  for (size_t i = 0; i < width; ++i) {
    auto& to = fields(answer.shape.size() == 1 ? answer.name : fmt::format("{}.{}", answer.name, i));
    for (size_t row = 0; row < answer.shape[0]; ++row) {
      const double value = values[row * width + i];
      to.push_back(answer.dtype == formats::DType::kF32 ? fmt::format("{}", static_cast<float>(value))
                                                        : fmt::format("{}", value));
    }
  }
  return support::Unit{};
}

std::vector<std::string>& AnswerTable::fields(const std::string& column) {
  const auto found = std::ranges::find(columns_, column, &formats::TextColumn::name);
  if (found != columns_.end()) return found->fields;
  return columns_.emplace_back(formats::TextColumn{column, {}}).fields;
}

}  // namespace rnnc::driver
