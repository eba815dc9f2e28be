#include "runtime/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "runtime/train/evaluate.h"

namespace rnnc::train {

namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Trainer::Trainer(CompiledModel& model, Arena& parameters, const Data& data, TrainOptions options)
    : model_(model),
      signature_(model.signature()),
      parameters_(parameters),
      data_(data),
      options_(std::move(options)),
      truncation_{options_.settings.tbptt, options_.settings.burn_in},
      folder_(options_.folder, signature_, options_.weights),
      optimizer_(options_.settings, signature_.parameters),
      gradients_(signature_.parameters),
      batch_(signature_, data.all),
      losses_(signature_.losses),
      fingerprint_(fmt::format("{:016x}", fingerprint(data.all))),
      best_weights_(signature_.parameters) {
  standing_.epoch_losses.resize(signature_.losses);
  standing_.recent_losses.resize(signature_.losses);
  if (!options_.now) options_.now = steady_seconds;
  options_.log_every = std::max<int64_t>(options_.log_every, 1);
  enter_epoch();
}

Result<std::unique_ptr<Trainer>> Trainer::create(CompiledModel& model, Arena& parameters, const Data& data,
                                                 TrainOptions options) {
  const Settings& settings = options.settings;
  if (model.signature().losses == 0) return failure("the model has no loss, so nothing can be learnt");
  if (auto fits = check_truncation({settings.tbptt, settings.burn_in}, model.signature()); !fits) {
    return fits.error();
  }
  std::unique_ptr<Trainer> trainer(new Trainer(model, parameters, data, std::move(options)));
  trainer->steps_an_epoch_ = trainer->count_steps(0);
  if (trainer->steps_an_epoch_ == 0) {
    return data.training.empty() ? failure("there is no sequence to learn from")
           : trainer->options_.settings.burn_in > 0
               ? failure("no sequence is longer than burn_in, so nothing can be learnt; make it smaller")
               : failure("no sequence has a step, so nothing can be learnt");
  }
  return trainer;
}

int64_t Trainer::total_steps() const {
  return options_.settings.steps.value_or(options_.settings.epochs * steps_an_epoch_);
}

int64_t Trainer::count_steps(int64_t epoch) const {
  const auto order = shuffled(data_.training, options_.settings.seed, static_cast<uint64_t>(epoch));
  const Batches all{order, options_.settings.batch};
  int64_t steps = 0;
  for (int64_t index = 0; index < all.count(); ++index) {
    for (const Window& window : windows_of(truncation_, longest_of(data_.all, all.of(index)))) {
      steps += window.learns ? 1 : 0;
    }
  }
  return steps;
}

void Trainer::enter_epoch() {
  order_ = shuffled(data_.training, options_.settings.seed, static_cast<uint64_t>(standing_.cursor.epoch));
  entered_ = false;
}

void Trainer::enter_batch() {
  const auto sequences = batches().of(standing_.cursor.batch);
  batch_.start(sequences);
  windows_ = windows_of(truncation_, longest_of(data_.all, sequences));
  entered_ = true;
}

void Trainer::leave_window() {
  batch_.carry();
  Cursor& cursor = standing_.cursor;
  if (++cursor.window < static_cast<int64_t>(windows_.size())) return;
  cursor.window = 0;
  ++cursor.batch;
  entered_ = false;
}

bool Trainer::has_all_steps() const {
  const Settings& settings = options_.settings;
  return settings.steps ? standing_.step >= *settings.steps : standing_.cursor.epoch >= settings.epochs;
}

bool Trainer::gains_no_more() const {
  const auto& patience = options_.settings.patience;
  return patience && standing_.gained.epochs_since >= *patience;
}

Result<Outcome> Trainer::run() {
  if (auto opened = folder_.open(standing_.step); !opened) return opened.error();
  started_ = meter_.since = saved_at_ = options_.now();
  first_step_ = standing_.step;
  auto outcome = loop();
  if (!outcome && best_waits_) write_best();
  return outcome;
}

Result<Outcome> Trainer::loop() {
  for (;;) {
    if (interrupted()) return end(Ending::kInterrupted);
    if (epoch_is_over()) {
      const auto complete = end_epoch();
      if (!complete) return complete.error();
      if (!*complete) return end(Ending::kInterrupted);
    } else if (has_all_steps()) {
      return end(Ending::kFinished);
    } else if (gains_no_more()) {
      return end(Ending::kNoGain);
    } else if (auto done = advance(); !done) {
      return done.error();
    }
  }
}

Status Trainer::advance() {
  if (!entered_) enter_batch();
  if (windows_.empty()) {  // no sequence of the batch has a step
    entered_ = false;
    ++standing_.cursor.batch;
    return ok();
  }
  const Window window = windows_[static_cast<size_t>(standing_.cursor.window)];
  batch_.load(window);
  Call call = batch_.call();
  call.seed = options_.settings.seed;
  call.epoch = static_cast<uint64_t>(standing_.cursor.epoch);
  call.step = static_cast<uint64_t>(standing_.step);
  const Arena& weights = parameters_;
  const Status done =
      window.learns ? descend(call) : model_.forward(call, Mode::kTraining, weights.pointers(), losses_);
  if (!done) return done;
  leave_window();
  if (window.learns && options_.save_every > 0 && standing_.step % options_.save_every == 0)
    save_on_the_way();
  return ok();
}

Status Trainer::descend(const Call& call) {
  const Arena& weights = parameters_;
  if (auto done = model_.gradient(call, weights.pointers(), gradients_.pointers(), losses_); !done)
    return done;
  const double norm = norm_of(gradients_, *options_.team);
  if (auto finite = check_finite(call, total(losses_), norm); !finite) return finite;
  if (options_.settings.clip) clip_to(gradients_, norm, *options_.settings.clip, *options_.team);
  last_rate_ = rate_at(options_.settings.lr, {standing_.step, total_steps(), standing_.cursor.epoch},
                       standing_.plateau);
  optimizer_.step(parameters_, gradients_, last_rate_, *options_.team);
  count_step(norm);
  return ok();
}

Status Trainer::check_finite(const Call& call, double loss, double norm) const {
  if (std::isfinite(loss) && std::isfinite(norm)) return ok();
  std::string message = fmt::format("step {} (epoch {}): ", standing_.step + 1, standing_.cursor.epoch + 1);
  message += std::isfinite(loss)
                 ? fmt::format("the gradient is not finite (loss {:.4g})", loss)
                 : fmt::format("the loss is {}", std::isnan(loss) ? "not a number" : "infinite");
  if (options_.explain) message += "; " + options_.explain(call, parameters_);
  if (saved_step_ >= 0) {
    message += fmt::format("; {} has the weights of step {}", folder_.last(), saved_step_);
  }
  return failure("{}; a smaller lr, or clip, may help", message);
}

void Trainer::count_step(double norm) {
  ++standing_.step;
  pool(standing_.epoch_losses, losses_);
  pool(standing_.recent_losses, losses_);
  standing_.recent_norm += norm;
  ++standing_.recent_steps;
  last_norm_ = norm;
  meter_.items += batch_.items();
  if (standing_.step % options_.log_every == 0) {
    log_steps();
  } else if (standing_.step - first_step_ < options_.log_every) {
    shown_loss_ = total(standing_.recent_losses);
  }
  if (options_.report != nullptr) options_.report->step(progress(shown_loss_));
}

// False where it was interrupted, and stands where it stood.
Result<bool> Trainer::end_epoch() {
  meter_ = {options_.now(), 0, progress(0).rate};
  const auto validation = validate();
  if (!validation) return validation.error();
  if (!*validation && !data_.validation.empty()) return false;
  const double training = total(standing_.epoch_losses);
  const double loss = validation->value_or(training);
  Best& gained = standing_.gained;
  ++gained.epochs_since;
  if (std::isfinite(loss) && (!gained.any || loss < gained.loss)) gained = {true, loss, standing_.step, 0};
  keep_best(loss);
  train::end_epoch(options_.settings.lr, loss, standing_.plateau);
  log_epoch(training, *validation);
  if (options_.report != nullptr) options_.report->epoch(progress(training));

  standing_.epoch_losses.assign(standing_.epoch_losses.size(), {});
  ++standing_.cursor.epoch;
  standing_.cursor.batch = 0;
  enter_epoch();
  if (is_time_to_save()) {
    save_on_the_way();
    draw();
  }
  meter_.since = options_.now();
  return true;
}

Outcome Trainer::outcome(Ending ending, std::optional<double> validation) const {
  return {ending, standing_.step, standing_.cursor.epoch, validation, standing_.kept};
}

Result<Outcome> Trainer::end(Ending ending) {
  const Cursor& cursor = standing_.cursor;
  const bool amid_epoch = cursor.batch > 0 || cursor.window > 0;
  if (amid_epoch || saved_step_ != standing_.step) {
    if (auto saved = save(); !saved) return saved.error();
  }
  if (ending == Ending::kInterrupted) {
    draw();
    note(fmt::format("stopped after step {}; {}", standing_.step,
                     folder_.writes() ? folder_.name() + " holds all of it, and --resume goes on from there"
                                      : "nothing was saved"));
    return outcome(ending, {});
  }
  std::optional<double> validation = standing_.validation;
  if (amid_epoch) {
    // A last look, which counts for the best checkpoint, but neither for patience nor for the learning rate:
    // a training that went on from here would not have had it.
    const auto last = validate();
    if (!last) return last.error();
    validation = *last;
    if (validation) keep_best(*validation);
    if (options_.report != nullptr) options_.report->epoch(progress(shown_loss_));
    if (auto saved = save(); !saved) return saved.error();
  }
  draw();
  return outcome(ending, validation);
}

}  // namespace rnnc::train
