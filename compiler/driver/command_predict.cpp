#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "compiler/driver/answer_table.h"
#include "compiler/driver/at_least.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data.h"
#include "compiler/driver/feed_back.h"
#include "compiler/driver/own_targets.h"
#include "compiler/driver/part.h"
#include "compiler/driver/pass_options.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/sample_options.h"
#include "runtime/formats/npz.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using formats::Tensor;

struct Options {
  RunOptions run;
  PassOptions passes;
  std::string output;
  bool teacher = false, states = false, sample = false;
  train::SampleOptions draw;
  std::optional<int64_t> length;
  int64_t beam = 0;

  bool wants_table() const { return output == "-" || formats::is_table(output); }
};

class Prediction {
 public:
  Prediction(const Options& options, Console& console)
      : options_(options), console_(console), team_(options.run.threads) {}

  Exit run() {
    if (!options_.wants_table() && !options_.output.ends_with(".npz")) {
      return console_.fail(problem(Code::bad_option,
                                   fmt::format("`-o {}` has no known ending", options_.output),
                                   ".npz for arrays; .tsv or .csv for a table, `-` prints one"));
    }
    if (auto good = train::check(options_.draw); !good)
      return console_.fail(problem(Code::bad_option, good.error().message));
    inputs_ = read_inputs(options_.run, console_);
    if (!inputs_) return Exit::input;
    CompileOptions how;
    how.passes = options_.passes.pipeline();
    auto compiled = compile(inputs_->model, how);
    if (!compiled) return console_.fail(compiled.error(), inputs_->spec.sources);
    compiled_ = std::move(*compiled);
    const auto reading = options_.teacher ? train::Reading::kEverything : train::Reading::kInputs;
    if (auto taken = take_arrays(*inputs_, compiled_, reading); !taken) return console_.fail(taken.error());
    feeds_back_ = !options_.teacher && !targets_read(compiled_).empty();
    if (!feeds_back_ && (options_.sample || options_.length || options_.beam != 0)) {
      return console_.fail(problem(Code::cannot_generate,
                                   fmt::format("`{}` does not read its own predictions: there is nothing to "
                                               "draw, and its sequences are as long as the data's",
                                               compiled_.body->name)));
    }
    if (feeds_back_) {
      if (auto good = check_feed_back(compiled_); !good) return console_.fail(good.error());
    }
    if (options_.wants_table()) return write_table();
    auto answers = answer(inputs_->data);
    if (!answers) return console_.fail(answers.error());
    if (feeds_back_) {
      const std::vector<int32_t>& lengths = answers->lengths.begin()->second;
      answers->arrays.push_back(formats::make_tensor("lengths", {lengths.size()}, lengths));
    }
    if (auto written = formats::write_npz(options_.output, answers->arrays); !written)
      return console_.fail(problem(Code::bad_file, written.error().message));
    return Exit::done;
  }

 private:
  formats::DType real() const {
    return options_.run.engine == EngineKind::interp ? formats::DType::kF64 : formats::DType::kF32;
  }

  bool is_output(const std::string& name) const {
    return std::ranges::any_of(compiled_.body->outputs, [&](const auto& o) { return o.name == name; });
  }

  // The rows of a table a few at a time; arrays all at once.
  Exit write_table() {
    const formats::Table* source = inputs_->source ? inputs_->source->table() : nullptr;
    AnswerTable table(compiled_, inputs_->vocabularies);
    const size_t rows = std::max<size_t>(count_rows(inputs_->data), 1);
    const auto width = std::max<int64_t>(options_.beam, 1);
    const size_t at_once = source != nullptr ? rows_at_once(inputs_->data, *compiled_.model, width) : rows;
    for (size_t begin = 0; begin < rows; begin += at_once) {
      auto answers =
          source == nullptr
              ? answer(inputs_->data)
              : answer(rows_of(inputs_->data, *compiled_.body, begin, std::min(begin + at_once, rows)));
      if (!answers) return console_.fail(answers.error());
      if (auto added = table.add(*answers); !added) return console_.fail(added.error());
    }
    for (const std::string& name : table.left_out())
      console_.note(fmt::format(
          "`{}` is a sequence of numbers and has no place in a table; `-o out.npz` keeps it", name));
    if (table.columns().empty()) {
      return console_.fail(
          problem(Code::cannot_generate,
                  fmt::format("`{}` gives nothing that has a place in a table", compiled_.body->name),
                  "`-o out.npz` keeps arrays of any shape"));
    }
    std::vector<formats::TextColumn> columns;
    if (source != nullptr && inputs_->source->by_rows()) columns = columns_of(*source);
    columns.insert(columns.end(), table.columns().begin(), table.columns().end());
    const auto separator =
        options_.output == "-" ? formats::Separator::kTab : formats::separator_of(options_.output);
    auto text = formats::csv_text(columns, separator);
    if (!text) return console_.fail(problem(Code::cannot_generate, text.error().message));
    return console_.write(options_.output, *text) ? Exit::done : Exit::input;
  }

  static std::vector<formats::TextColumn> columns_of(const formats::Table& table) {
    std::vector<formats::TextColumn> columns;
    for (const formats::Table::Column& column : table.columns())
      columns.push_back({column.name, {column.fields.begin(), column.fields.end()}});
    return columns;
  }

  Outcome<Answers> answer(const std::vector<Tensor>& data) {
    return feeds_back_ ? on_its_own(data) : on_data(data);
  }

  // Of the part of `forward` that makes outputs, of a table also predictions that are no outputs, and if they
  // are wanted last states.
  Outcome<interp::Arguments> read_arguments(const std::vector<Tensor>& data, const ir::Function& function,
                                            const DataUse& use) const {
    const std::string file = options_.run.data.file.empty() ? "--data" : options_.run.data.file;
    auto arguments = arguments_from(data, compiled_, function, use, file);
    if (arguments) arguments->params = to_params(*inputs_->model, inputs_->weights);
    return arguments;
  }

  ir::Function part(bool states) const {
    return part_of(compiled_.module.forward, compiled_.module.dims, [&](const std::string& name) {
      return is_output(name) ||
             (options_.wants_table() && predicts_tokens(*compiled_.body, name) != nullptr) ||
             (states && name.starts_with("state."));
    });
  }
  Outcome<Answers> on_data(const std::vector<Tensor>& data) {
    if (!engine_) {
      forward_ = part(options_.states);
      auto engine = make_engine(options_.run.engine, forward_, compiled_.module.dims, team_);
      if (!engine) return engine.error();
      engine_ = std::move(*engine);
    }
    auto arguments = read_arguments(data, forward_, {});
    if (!arguments) return arguments.error();
    auto results = engine_->run(*arguments);
    if (!results) return results.error();
    Answers answers;
    auto add = [&](const std::string& name, std::optional<sema::Clock> clock) {
      if (clock) answers.lengths[name] = lengths_of(*arguments, *compiled_.body, *clock);
      answers.arrays.push_back(to_tensor(name, results->at(name), forward_.type(forward_.result(name)),
                                         compiled_.module.dims, real()));
    };
    const sema::Body& body = *compiled_.body;
    for (const sema::NamedNode& output : body.outputs) add(output.name, body[output.node].type.clock);
    for (const sema::Feedback& one : body.feedback) {
      if (options_.wants_table() && one.draw == sema::Feedback::Draw::token && !is_output(one.prediction))
        add(one.prediction, body[one.node].type.clock);
    }
    if (options_.states) {
      for (const ir::StateEntry& entry : compiled_.module.state) add("state." + entry.path, {});
    }
    return answers;
  }

  Outcome<Answers> on_its_own(const std::vector<Tensor>& data) {
    auto arguments = read_arguments(data, part(true), {.targets = false});
    if (!arguments) return arguments.error();
    FeedBackOptions how{options_.run.engine, &team_, options_.draw, options_.length};
    if (!options_.sample) how.draw.temperature = 0;
    how.vocabularies = &inputs_->vocabularies;
    how.beam = options_.beam;
    how.continues =
        std::ranges::any_of(data, [](const Tensor& tensor) { return tensor.name.starts_with("state."); });
    auto made = feed_back(compiled_, *arguments, how);
    if (!made) return made.error();
    Answers answers;
    for (const FedBackRun::Result& result : made->results) {
      if (result.name.starts_with("state.") && !options_.states) continue;
      answers.arrays.push_back(
          to_tensor(result.name, result.array, result.type, compiled_.module.dims, real()));
    }
    for (const FedBackRun::Result& result : made->results) answers.lengths[result.name] = made->lengths;
    return answers;
  }

  const Options& options_;
  Console& console_;
  core::Team team_;
  std::optional<RunInputs> inputs_;
  Compiled compiled_;
  bool feeds_back_ = false;
  ir::Function forward_;
  std::unique_ptr<Engine> engine_;  // of forward_
};

}  // namespace

Command predict_command() {
  return {"predict", "Run a model on data",
          "  rnnc predict phonemes/best.safetensors --data words.tsv -o - --beam 8\n"
          "                                    a table of texts gets a column of answers\n"
          "  rnnc predict tagger.rnn --weights w.safetensors --data in.npz -o out.npz\n"
          "  rnnc predict caption.rnn --weights w.safetensors --data images.npz -o out.npz --length 20\n"
          "                                    on its own predictions: `words` in out.npz is what it said,\n"
          "                                    `lengths` how much of it counts\n"
          "  rnnc predict caption.rnn --weights w.safetensors --data in.npz -o out.npz --teacher\n"
          "                                    on the true words of in.npz",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->run.add_options(app, false);
            options->passes.add_options(app);
            app.add_option(
                   "-o,--output", options->output,
                   "The .npz to write; a .tsv or .csv (`-`: standard output) has predicted tokens as text")
                ->option_text("FILE")
                ->required();
            auto* teacher = app.add_flag("--teacher", options->teacher,
                                         "Feed the true targets back, not the model's own predictions");
            app.add_flag("--states", options->states, "Write the last states too, as `state.<path>`");
            auto* sample =
                app.add_flag(
                       "--sample", options->sample,
                       "Draw what is fed back; else it is the likeliest. Sequence b has the seed `seed + b`")
                    ->excludes(teacher);
            app.add_option("--length", options->length,
                           "Steps of what is fed back, where no input and no `<end>` ends it sooner")
                ->option_text("NUMBER")
                ->check(at_least(0))
                ->excludes(teacher);
            app.add_option(
                   "--beam", options->beam,
                   "Look for the likeliest sequence, following so many at each step; else each token is "
                   "the likeliest by itself")
                ->option_text("NUMBER")
                ->check(CLI::Range(1, 1000).description(""))
                ->excludes(teacher)
                ->excludes(sample);
            for (CLI::Option* option : add_draw_options(app, options->draw)) option->needs(sample);
            return [options](Console& console) { return Prediction(*options, console).run(); };
          }};
}

}  // namespace rnnc::driver
