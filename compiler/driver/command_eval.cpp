#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/driver/answer_table.h"
#include "compiler/driver/at_least.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "compiler/driver/feed_back.h"
#include "compiler/driver/own_targets.h"
#include "compiler/driver/part.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/scores.h"
#include "compiler/driver/table.h"
#include "compiler/driver/trainable.h"
#include "runtime/train/npz_data.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using formats::Tensor;
using sema::Feedback;

struct Options {
  RunOptions run;
  bool generate = false, json = false;
  int64_t beam = 0;
  std::optional<int64_t> length;
  TrainFlags cut;
};

// The loss and the answers of a model over data.
class Evaluation {
 public:
  Evaluation(const Options& options, Console& console)
      : options_(options), console_(console), team_(options.run.threads) {}

  Exit run() {
    inputs_ = read_inputs(options_.run, console_);
    if (!inputs_) return Exit::input;
    if (options_.length && !generates()) {
      return console_.fail(problem(Code::bad_option, "`--length` is of what a model makes by itself",
                                   "with `--generate` or `--beam`"));
    }
    auto compiled = compile(inputs_->model, {});
    if (!compiled) return console_.fail(compiled.error(), inputs_->spec.sources);
    compiled_ = std::move(*compiled);
    if (body().losses.empty()) {
      return console_.fail(problem(Code::model_needs_loss,
                                   fmt::format("`{}` has no loss to measure", body().name),
                                   "`loss cross_entropy(logits, y)` in the model"));
    }
    if (auto prepared = prepare(); !prepared) return console_.fail(prepared.error());
    const size_t at_once = rows_at_once(data_, *compiled_.model, std::max<int64_t>(options_.beam, 1));
    for (size_t begin = 0; begin < rows_; begin += at_once) {
      const auto batch = rows_of(data_, body(), begin, std::min(begin + at_once, rows_));
      const auto given = arguments(batch, forward_, true);
      if (!given) return console_.fail(given.error());
      if (auto measured = measure(batch, *given); !measured) return console_.fail(measured.error());
      if (!generates()) continue;
      if (auto measured = measure_own(batch, *given); !measured) return console_.fail(measured.error());
    }
    if (!std::isfinite(train::total(lines_))) {
      return console_.fail(problem(Code::cannot_generate, fmt::format("the loss is {}", train::total(lines_)),
                                   "the weights or the data are damaged, or far out of range"));
    }
    console_.print(options_.json ? as_json() : as_table());
    return Exit::done;
  }

 private:
  const sema::Body& body() const { return *compiled_.body; }
  bool generates() const { return options_.generate || options_.beam != 0; }

  // Data that are whole and right, and the code.
  Outcome<> prepare() {
    if (!options_.cut.empty() && !inputs_->source->is_text()) {
      return problem(Code::bad_option,
                     "`--seq-length` is of a text, which is cut; these sequences are whole");
    }
    if (auto taken = take_arrays(*inputs_, compiled_, train::Reading::kEverything, options_.cut); !taken)
      return taken;
    const train::Signature signature = signature_of(compiled_);
    auto checked = train::dataset_of(inputs_->data, signature, options_.run.data.file);
    if (!checked) return data_problem(checked.error());
    rows_ = static_cast<size_t>(checked->sequences);
    data_ = train::arrays_of(*checked, signature);
    lines_.resize(signature.losses);
    for (const Feedback& feedback : body().feedback) {
      if (feedback.draw == Feedback::Draw::token && body().inputs[feedback.target].type.token)
        predicted_.push_back({&feedback, {}});
    }
    if (generates()) {
      if (auto found = find_own(); !found) return found;
    }
    forward_ = part_of(compiled_.module.forward, compiled_.module.dims, [&](const std::string& name) {
      const bool predicts = std::ranges::any_of(
          predicted_, [&](const Predicted& one) { return one.feedback->prediction == name; });
      return name.starts_with("loss.") || predicts;
    });
    auto engine = make_engine(options_.run.engine, forward_, compiled_.module.dims, team_);
    if (!engine) return engine.error();
    engine_ = std::move(*engine);
    return support::Unit{};
  }

  // The target that the model goes on from by itself.
  Outcome<> find_own() {
    const std::vector<std::string> targets = targets_read(compiled_);
    const auto found = std::ranges::find_if(predicted_, [&](const Predicted& one) {
      return std::ranges::find(targets, name_of(one)) != targets.end();
    });
    if (found == predicted_.end()) {
      return problem(
          Code::cannot_generate,
          fmt::format("`{}` does not read its own predictions: there is nothing to generate", body().name),
          "without `--generate` and `--beam` its answers are measured as they are");
    }
    own_ = name_of(*found);
    const bool given =
        std::ranges::any_of(body().inputs, [](const sema::InputDecl& one) { return !one.target; });
    if (given) return support::Unit{};
    return problem(
        Code::cannot_generate,
        fmt::format("`{}` is given nothing to answer to: what it makes by itself is neither right nor "
                    "wrong",
                    body().name),
        "without `--generate` and `--beam` its loss on true text is measured; `rnnc sample` draws some");
  }

  struct Predicted {
    const Feedback* feedback;
    Accuracy accuracy;
  };
  const std::string& name_of(const Predicted& one) const { return body().inputs[one.feedback->target].name; }

  Outcome<interp::Arguments> arguments(const std::vector<Tensor>& batch, const ir::Function& function,
                                       bool targets) const {
    auto result = arguments_from(batch, compiled_, function, {.targets = targets}, options_.run.data.file);
    if (result) result->params = to_params(*inputs_->model, inputs_->weights);
    return result;
  }

  // Of a target; of a single one nothing.
  std::vector<int32_t> lengths_of_target(const interp::Arguments& given, const std::string& target) const {
    const auto found = std::ranges::find(body().inputs, target, &sema::InputDecl::name);
    return found->type.clock ? lengths_of(given, body(), *found->type.clock) : std::vector<int32_t>();
  }

  TokenRows truth(const std::vector<Tensor>& batch, const std::string& target,
                  const std::vector<int32_t>& lengths) const {
    return rows_of_tokens(*formats::find(batch, target), lengths);
  }

  // On the true targets.
  Outcome<> measure(const std::vector<Tensor>& batch, const interp::Arguments& given) {
    auto results = engine_->run(given);
    if (!results) return results.error();
    for (size_t line = 0; line < lines_.size(); ++line) {
      lines_[line].sum += results->at(fmt::format("loss.{}.sum", line)).values[0];
      lines_[line].count += results->at(fmt::format("loss.{}.count", line)).values[0];
    }
    for (Predicted& one : predicted_) {
      const std::string& name = one.feedback->prediction;
      const Tensor logits = to_tensor(name, results->at(name), forward_.type(forward_.result(name)),
                                      compiled_.module.dims, formats::DType::kF64);
      const std::vector<int32_t> lengths = lengths_of_target(given, name_of(one));
      const auto said = likeliest(logits, lengths);
      if (!said) return said.error();
      one.accuracy.add(*said, truth(batch, name_of(one), lengths));
    }
    return support::Unit{};
  }

  // On its own predictions.
  Outcome<> measure_own(const std::vector<Tensor>& batch, const interp::Arguments& taught) {
    std::vector<Tensor> inputs;
    for (const Tensor& tensor : batch) {
      const std::string name = tensor.name.starts_with("lengths.") ? tensor.name.substr(8) : tensor.name;
      const bool target = std::ranges::any_of(
          body().inputs, [&](const sema::InputDecl& one) { return one.target && one.name == name; });
      if (!target) inputs.push_back(tensor);
    }
    auto given = arguments(inputs, compiled_.module.forward, false);
    if (!given) return given.error();
    FeedBackOptions how;
    how.team = &team_;
    how.engine = options_.run.engine;
    how.vocabularies = &inputs_->vocabularies;
    how.beam = options_.beam;
    how.length = options_.length;
    auto made = feed_back(compiled_, *given, how);
    if (!made) return made.error();
    const auto said = std::ranges::find(made->results, own_, &FedBackRun::Result::name);
    const Tensor tokens =
        to_tensor(own_, said->array, said->type, compiled_.module.dims, formats::DType::kF64);
    const auto vocabulary = inputs_->vocabularies.find(own_);
    const int32_t end =
        vocabulary == inputs_->vocabularies.end() ? -1 : vocabulary->second.end().value_or(-1);
    own_errors_.add(rows_of_tokens(tokens, made->lengths),
                    truth(batch, own_, lengths_of_target(taught, own_)), end);
    return support::Unit{};
  }

  // In nats where it is the cross entropy of tokens, and nothing else.
  bool in_nats() const {
    return lines_.size() == 1 && predicted_.size() == 1 &&
           std::holds_alternative<sema::node::CrossEntropy>(body()[body().losses[0].value].data);
  }
  static double percent(int64_t part, int64_t whole) {
    return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
  }

  std::string as_table() const {
    Table table;
    table.add({"sequences", with_commas(static_cast<int64_t>(rows_))});
    const double loss = train::total(lines_);
    table.add({"loss", in_nats() ? fmt::format("{:.4f} nats, {:.4f} bits, perplexity {:.4g}", loss,
                                               loss / std::log(2.0), std::exp(loss))
                                 : fmt::format("{:.6g}", loss)});
    for (size_t line = 0; lines_.size() > 1 && line < lines_.size(); ++line)
      table.add({fmt::format("loss {}", line + 1), fmt::format("{:.6g}", train::total({&lines_[line], 1}))});
    for (const Predicted& one : predicted_) {
      table.add({name_of(one),
                 fmt::format("{:.2f} % of {} right", percent(one.accuracy.right, one.accuracy.counted),
                             with_commas(one.accuracy.counted))});
      const bool whole = body().inputs[one.feedback->target].type.clock.has_value();
      if (whole)
        table.add({"", fmt::format("{:.2f} % of {} sequences without an error",
                                   percent(one.accuracy.right_rows, one.accuracy.rows),
                                   with_commas(one.accuracy.rows))});
    }
    if (generates()) {
      const std::string by = options_.beam != 0 ? fmt::format("beam {}", options_.beam) : "greedy";
      table.add({fmt::format("{}, {}", own_, by),
                 fmt::format("{:.2f} % of {} wrong (edits)", percent(own_errors_.errors, own_errors_.counted),
                             with_commas(own_errors_.counted))});
      table.add({"", fmt::format("{:.2f} % of {} sequences without an error",
                                 percent(own_errors_.right_rows, own_errors_.rows),
                                 with_commas(own_errors_.rows))});
    }
    return table.text({});
  }

  std::string as_json() const {
    nlohmann::ordered_json json;
    json["sequences"] = rows_;
    json["loss"] = train::total(lines_);
    for (const train::LossSum& line : lines_)
      json["lines"].push_back({{"sum", line.sum}, {"count", line.count}});
    for (const Predicted& one : predicted_) {
      json["accuracy"][name_of(one)] = {{"right", one.accuracy.right},
                                        {"counted", one.accuracy.counted},
                                        {"right_sequences", one.accuracy.right_rows},
                                        {"sequences", one.accuracy.rows}};
    }
    if (generates()) {
      json["generated"][own_] = {{"beam", options_.beam},
                                 {"edits", own_errors_.errors},
                                 {"counted", own_errors_.counted},
                                 {"right_sequences", own_errors_.right_rows},
                                 {"sequences", own_errors_.rows}};
    }
    return json.dump(2) + "\n";
  }

  const Options& options_;
  Console& console_;
  core::Team team_;
  std::optional<RunInputs> inputs_;
  Compiled compiled_;
  std::vector<Tensor> data_;
  size_t rows_ = 0;
  ir::Function forward_;
  std::unique_ptr<Engine> engine_;  // of forward_
  std::vector<train::LossSum> lines_;
  std::vector<Predicted> predicted_;
  std::string own_;  // the target that is generated
  ErrorRate own_errors_;
};

}  // namespace

Command eval_command() {
  return {
      "eval", "Measure the loss and the answers of a model on data",
      "  rnnc eval digits/best.safetensors --data test.csv\n"
      "  rnnc eval phonemes/best.safetensors --data test.tsv --beam 5\n"
      "                                    also what it says by itself, against the truth: edits",
      [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        options->run.add_options(app);
        auto* generate = app.add_flag("--generate", options->generate,
                                      "Measure the sequences that it makes by itself, the likeliest token "
                                      "at each step, by their edit distance");
        app.add_option("--beam", options->beam,
                       "As `--generate`, but looking for the likeliest sequence, so many at a time")
            ->option_text("NUMBER")
            ->check(CLI::Range(1, 1000).description(""))
            ->excludes(generate);
        app.add_option("--length", options->length, "Steps after which such a sequence ends in any case")
            ->option_text("NUMBER")
            ->check(at_least(0));
        add_train_flag(app, options->cut, "seq_length", "--seq-length",
                       "Of text: steps of the sequences that it is cut into, each of which begins without "
                       "a past; else as in training");
        app.add_flag("--json", options->json, "Print JSON: sums and counts");
        return [options](Console& console) { return Evaluation(*options, console).run(); };
      }};
}

}  // namespace rnnc::driver
