#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <optional>

#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/data_file.h"
#include "compiler/driver/explain_fault.h"
#include "compiler/driver/gradcheck.h"
#include "compiler/driver/overfit.h"
#include "compiler/driver/table.h"
#include "compiler/driver/target.h"
#include "compiler/driver/threads.h"
#include "compiler/driver/train_flags.h"
#include "compiler/driver/trainable.h"
#include "compiler/driver/weights.h"
#include "runtime/core/cores.h"
#include "runtime/core/team.h"
#include "runtime/formats/safetensors.h"
#include "runtime/train/interrupt.h"
#include "runtime/train/progress.h"
#include "runtime/train/text_entropy.h"
#include "runtime/train/trainer.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using diagnostics::Diagnostic;
using formats::TensorFile;

struct Options {
  Target target;
  DataOptions data;
  TrainFlags flags;
  std::string output;
  std::string init_from;
  bool resume = false, overwrite = false, dry_run = false;
  bool gradcheck = false, overfit = false;
  int threads = core::cores();

  bool writes() const { return !dry_run && !overfit; }
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Bytes of memory that this process has had at once.
int64_t most_memory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} << 10;
}

// One training, from the files to the end.
class Training {
 public:
  Training(const Options& options, Console& console)
      : options_(options), console_(console), team_(options.threads) {}

  Exit run() {
    folder_ = options_.output.empty() ? std::filesystem::path(options_.target.spec).stem().string() + ".run"
                                      : options_.output;
    if (!check_folder() || !read_start() || !read_spec()) return Exit::input;
    auto settings = settings_of(*model_->body, options_.flags);
    if (!settings) return console_.fail(settings.error(), spec_.sources);
    settings_ = std::move(*settings);
    auto trainable = Trainable::create(model_, {}, team_);
    if (!trainable) return console_.fail(trainable.error(), spec_.sources);
    trainable_.emplace(std::move(*trainable));
    if (model_->body->losses.empty()) {
      return console_.fail(problem(Code::model_needs_loss,
                                   fmt::format("`{}` has no loss to train by", model_->body->name),
                                   "`loss cross_entropy(logits, y)` in the model"));
    }
    // What the spec itself says has been checked with it.
    if (const std::string& reason = trainable_->compiled().no_step; settings_.tbptt && !reason.empty()) {
      return console_.fail(problem(
          Code::truncated_whole,
          "with truncation (`--tbptt`) no window sees the whole sequence, as this model must: " + reason,
          "leave `--tbptt` away"));
    }
    auto data = data_->arrange(trainable_->model().signature(), settings_);
    if (!data) return console_.fail(data.error());
    split_ = std::move(*data);
    if (options_.overfit) keep_first_batch(split_, settings_);
    parameters_.emplace(trainable_->model().signature().parameters);
    if (!set_weights()) return Exit::input;
    print_settings();
    return train();
  }

 private:
  bool complain(const Diagnostic& diagnostic) {
    console_.fail(diagnostic, spec_.sources);
    return false;
  }

  std::string last() const { return folder_ + "/last.safetensors"; }
  std::string state() const { return folder_ + "/last.state.safetensors"; }

  // An older training is never lost by a command that was typed twice.
  bool check_folder() {
    const bool there = std::filesystem::exists(state()) || std::filesystem::exists(last());
    if (options_.resume && !there) {
      return complain(problem(Code::bad_file, fmt::format("`{}` holds no training to go on with", folder_),
                              "without --resume a new one begins"));
    }
    if (!options_.resume && there && !options_.overwrite && options_.writes()) {
      return complain(
          problem(Code::bad_file, fmt::format("`{}` holds a training already", folder_),
                  "--resume goes on with it, -o names another folder, --overwrite begins anew in its place"));
    }
    return true;
  }

  // Weights to begin with, and the vocabulary that they were made for.
  bool read_start() {
    const std::string from = options_.resume ? last() : options_.init_from;
    if (from.empty()) return read_data({});
    auto file = formats::read_safetensors(from);
    if (!file) return complain(problem(Code::bad_file, file.error().message));
    start_ = std::move(*file);
    auto kept = formats::vocabularies_of(start_->metadata);
    if (!kept) return complain(problem(Code::bad_file, fmt::format("`{}`: {}", from, kept.error().message)));
    return read_data(std::move(*kept));
  }

  bool read_data(formats::Vocabularies kept) {
    auto data = DataFile::read(options_.data, std::move(kept));
    if (!data) return complain(data.error());
    data_ = std::move(*data);
    return true;
  }

  bool read_spec() {
    spec_ = open_spec(options_.target.spec);
    SizeHints hints;
    if (start_) hints.weights = from_metadata(start_->metadata).sizes;
    hints.data = [&](const sema::Body& body) { return data_->settle(body, spec_.sink); };
    model_ = instantiate(options_.target, spec_, hints);
    console_.report(spec_.sink, spec_.sources);
    return model_ != nullptr;
  }

  bool set_weights() {
    if (options_.resume) return true;  // the state file holds them
    if (!start_) {
      fill(*parameters_, *model_, initial_values(*model_, settings_.seed));
      return true;
    }
    auto values = from_tensors(*model_, start_->tensors, options_.init_from);
    if (!values) return complain(values.error());
    fill(*parameters_, *model_, *values);
    return true;
  }

  void print_settings() {
    if (console_.quiet()) return;
    std::vector<train::SettingRow> rows;
    for (const sema::SizeSymbol& symbol : model_->body->symbols) {
      rows.push_back({symbol.name, std::to_string(model_->sizes.at(symbol.name)), "size"});
    }
    rows.push_back({"parameters", with_commas(static_cast<int64_t>(parameters_->elements())), ""});
    rows.push_back({"sequences",
                    fmt::format("{} to learn, {} held out", split_.training.size(), split_.validation.size()),
                    ""});
    int64_t steps = settings_.tbptt.value_or(0);
    for (int64_t sequence : split_.training) {
      if (!settings_.tbptt) steps = std::max(steps, split_.all.length_of(sequence));
    }
    const int64_t bytes = trainable_->scratch_bytes(settings_.batch, steps);
    rows.push_back(
        {"kept for backward", fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)), ""});
    rows.push_back({"threads", std::to_string(team_.size()), ""});
    for (train::SettingRow& row : train::rows_of(settings_)) rows.push_back(std::move(row));
    fmt::print(stderr, "training `{}` of {}\n{}", model_->body->name, options_.target.spec,
               train::table_of(rows));
  }

  train::TrainOptions train_options() {
    train::TrainOptions options;
    options.settings = settings_;
    if (options_.writes()) options.folder = folder_;
    options.weights.tensors = [this](const train::Arena& arena) {
      return to_tensors(*model_, values_of(arena, *model_), Terms::value, formats::DType::kF32);
    };
    options.weights.metadata = to_metadata(origin_of(spec_, *model_));
    formats::add_to_metadata(data_->vocabularies(), options.weights.metadata);
    options.title = model_->body->name;
    for (const char* key : {"spec", "imports", "library", "sizes"})
      options.conditions[key] = options.weights.metadata.at(key);
    options.unit = data_->unit();
    options.interrupted = train::Interrupt::requested;
    options.explain = [this](const train::Call& call, const train::Arena& parameters) {
      console_.note("looking for where it comes from, in the interpreter");
      fault_ = explain_fault(model_, call, parameters);
      return fault_.sentence;
    };
    options.now = seconds;
    options.team = &team_;
    return options;
  }

  Exit train() {
    const train::Interrupt interrupt;
    train::LineReport lines(stderr, isatty(STDERR_FILENO) == 1, seconds);
    train::TrainOptions options = train_options();
    if (!console_.quiet()) options.report = &lines;
    if (options_.overfit) return overfit_batch(std::move(options));
    if (options_.dry_run) {
      options.settings.steps = 1;
      split_.validation.clear();
    }
    auto trainer = train::Trainer::create(trainable_->model(), *parameters_, split_, std::move(options));
    if (!trainer) return console_.fail(problem(Code::bad_train_value, trainer.error().message));
    if (options_.resume) {
      if (auto resumed = (*trainer)->resume(state()); !resumed) {
        return console_.fail(problem(Code::bad_file, resumed.error().message));
      }
    }
    if (!check_gradients()) return Exit::input;
    const double begun = seconds();
    auto outcome = (*trainer)->run();
    if (!outcome) return failed(outcome.error().message);
    if (outcome->best.any) compare_with_text(outcome->best.loss);
    if (options_.dry_run) {
      console_.note(
          fmt::format("dry run: one step in {:.0f} ms, the compiler and it in {} MB; nothing was written",
                      (seconds() - begun) * 1e3, most_memory() >> 20));
    } else if (outcome->ending != train::Ending::kInterrupted) {
      console_.note(fmt::format("{}: {} steps, best loss {:.4f} at step {}; weights in {}/best.safetensors",
                                folder_, outcome->step, outcome->best.loss, outcome->best.step, folder_));
    }
    return Exit::done;
  }

  Exit overfit_batch(train::TrainOptions options) {
    if (!check_gradients()) return Exit::input;
    auto done = overfit(trainable_->model(), *parameters_, split_, std::move(options));
    if (!done && done.error().code == Code::training_failed) return failed(done.error().message);
    if (!done) return console_.fail(done.error());
    console_.note(
        fmt::format("overfit: one batch of {} sequences, {} steps: the loss went from {:.4g} to {:.4g}; "
                    "nothing was written",
                    done->sequences, done->steps, done->before, done->after));
    return Exit::done;
  }

  // With the equation that is to blame, where one is.
  Exit failed(const std::string& message) {
    return console_.fail({Code::training_failed, message, fault_.primary, fault_.related, {}, {}},
                         spec_.sources);
  }

  bool check_gradients() {
    if (!options_.gradcheck) return true;
    return gradcheck(
        {spec_, *choose(options_.target, spec_), trainable_->compiled(), *parameters_, split_, settings_},
        console_);
  }

  // What the held-out loss of text is to be compared with. Counted in the held-out text itself, most pairs of
  // words would occur once.
  void compare_with_text(double loss) {
    if (!data_->is_text() || split_.validation.empty()) return;
    if (data_->vocabularies().begin()->second.unit() == formats::TextUnit::kWord) return;
    const int64_t tokens = trainable_->model().signature().arrays[0].tokens;
    const train::TextEntropy entropy = train::text_entropy(split_.all, split_.validation, 0, tokens);
    console_.note(
        fmt::format("held-out loss {:.3f} nats a token; entropy of the same text: {:.3f} by single tokens, "
                    "{:.3f} by pairs",
                    loss, entropy.unigram, entropy.bigram));
  }

  const Options& options_;
  Console& console_;
  core::Team team_;
  std::string folder_;
  std::optional<TensorFile> start_;
  std::optional<DataFile> data_;
  Spec spec_;
  std::shared_ptr<const sema::Model> model_;
  train::Settings settings_;
  std::optional<Trainable> trainable_;
  train::Data split_;
  std::optional<train::Arena> parameters_;
  FaultExplanation fault_;
};

}  // namespace

Command train_command() {
  return {
      "train", "Train a model on data",
      "  rnnc train char_lm.rnn --data bible.txt -o bible --epochs 3 --lr 2e-3\n"
      "  rnnc train char_lm.rnn --data bible.txt -o bible --epochs 6 --lr 2e-3 --resume\n"
      "                                    goes on where it stopped, bit for bit\n"
      "  rnnc train my_cell.rnn --data d.npz --gradcheck --overfit-batch --steps 300\n"
      "                                    can it learn at all?",
      [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        options->target.add_options(app);
        options->data.add_options(app);
        app.add_option("-o,--output", options->output,
                       "The folder of checkpoints and curves; SPEC.run by default")
            ->option_text("DIR");
        auto* resume =
            app.add_flag("--resume", options->resume, "Go on with the training in the folder, exactly");
        app.add_option("--init-from", options->init_from, "Begin with these weights")
            ->option_text("FILE")
            ->excludes(resume);
        app.add_flag("--overwrite", options->overwrite, "Begin anew where the folder holds a training")
            ->excludes(resume);
        auto* dry_run = app.add_flag("--dry-run", options->dry_run, "Compile, make one step, write nothing");
        app.add_flag("--overfit-batch", options->overfit,
                     "Train on the first batch alone, for --steps (500), and write nothing: a model that can "
                     "learn brings this loss near to what is least")
            ->excludes(resume)
            ->excludes(dry_run);
        app.add_flag("--gradcheck", options->gradcheck,
                     "First hold the gradients on a small part of the first batch against differences; stop "
                     "where one is wrong");
        add_threads_option(app, options->threads);
        add_train_flags(app, options->flags);
        return [options](Console& console) { return Training(*options, console).run(); };
      }};
}

}  // namespace rnnc::driver
