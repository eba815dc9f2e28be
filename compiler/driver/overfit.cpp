#include "compiler/driver/overfit.h"

#include <algorithm>
#include <optional>

#include "runtime/train/evaluate.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

// An epoch is one batch here, and no line of its own.
class StepsOnly : public train::Report {
 public:
  explicit StepsOnly(train::Report& report) : report_(report) {}
  void step(const train::Progress& progress) override { report_.step(progress); }
  void epoch(const train::Progress& /*progress*/) override {}
  void note(const std::string& text) override { report_.note(text); }

 private:
  train::Report& report_;
};

train::Result<double> loss_of(train::CompiledModel& model, const train::Arena& parameters,
                              const train::Data& data, const train::Settings& settings) {
  const train::Batches batches{data.training, settings.batch};
  auto losses = train::evaluate(model, parameters, data.all, batches, {settings.tbptt, settings.burn_in}, {});
  if (!losses) return losses.error();
  return train::total(**losses);
}

}  // namespace

void keep_first_batch(train::Data& data, train::Settings& settings) {
  std::vector<int64_t> first = train::shuffled(data.training, settings.seed, 0);
  first.resize(std::min(first.size(), static_cast<size_t>(settings.batch)));
  std::ranges::sort(first);
  data.training = std::move(first);
  data.validation.clear();
  settings.valid = 0;
  settings.patience.reset();
  if (!settings.steps) settings.steps = 500;
  // The others fall from epoch to epoch, and each epoch is a step here.
  if (settings.lr.kind != train::ScheduleKind::kCosine) settings.lr.kind = train::ScheduleKind::kConstant;
}

Outcome<Overfitted> overfit(train::CompiledModel& model, train::Arena& parameters, const train::Data& data,
                            train::TrainOptions options) {
  const train::Settings settings = options.settings;
  auto failed = [](const formats::Failure& failure) {
    return problem(Code::training_failed, failure.message);
  };
  std::optional<StepsOnly> steps;
  if (options.report != nullptr) options.report = &steps.emplace(*options.report);
  auto trainer = train::Trainer::create(model, parameters, data, std::move(options));
  if (!trainer) return problem(Code::bad_train_value, trainer.error().message);
  const auto before = loss_of(model, parameters, data, settings);
  if (!before) return failed(before.error());
  auto outcome = (*trainer)->run();
  if (!outcome) return failed(outcome.error());
  const auto after = loss_of(model, parameters, data, settings);
  if (!after) return failed(after.error());
  return Overfitted{static_cast<int64_t>(data.training.size()), outcome->step, *before, *after};
}

}  // namespace rnnc::driver
