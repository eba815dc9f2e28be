// What a training leaves behind: files and lines.
#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/train/evaluate.h"
#include "runtime/train/trainer.h"

namespace rnnc::train {

Status Trainer::save() {
  if (best_waits_) write_best();
  if (auto written = folder_.write_last(snapshot(), parameters_); !written) return written;
  if (folder_.writes()) saved_step_ = standing_.step;
  saved_at_ = options_.now();
  return ok();
}

void Trainer::save_on_the_way() {
  if (auto saved = save(); !saved) {
    note(fmt::format("{}; the training goes on, and is saved at the next occasion", saved.error().message));
  }
}

bool Trainer::is_time_to_save() const { return options_.now() - saved_at_ >= options_.save_seconds; }

void Trainer::keep_best(double loss) {
  validation_is_best_ = std::isfinite(loss) && (!standing_.kept.any || loss < standing_.kept.loss);
  if (!validation_is_best_) return;
  standing_.kept = {true, loss, standing_.step, 0};
  std::ranges::copy(std::as_const(parameters_).all(), best_weights_.all().begin());
  best_waits_ = true;
}

void Trainer::write_best() {
  if (auto written = folder_.write_best(best_weights_, standing_.kept.step); !written) {
    return note(written.error().message);
  }
  best_waits_ = false;
}

// Nothing without sequences held out, and where it is interrupted: what was known before stays then.
Result<std::optional<double>> Trainer::validate() {
  if (data_.validation.empty()) return std::optional<double>();
  const Batches held{data_.validation, options_.settings.batch};
  const auto losses = evaluate(model_, parameters_, data_.all, held, truncation_, options_.interrupted);
  if (!losses) return losses.error();
  if (!*losses) return std::optional<double>();
  standing_.validation = total(**losses);
  return standing_.validation;
}

void Trainer::log(const formats::Record& record) {
  if (!logs_) return;
  if (auto logged = folder_.log(record); !logged) {
    logs_ = false;
    note(fmt::format("{}; the training goes on without metrics", logged.error().message));
  }
}

void Trainer::log_steps() {
  shown_loss_ = total(standing_.recent_losses);
  log({{"step", standing_.step},
       {"epoch", standing_.cursor.epoch + 1},
       {"loss", shown_loss_},
       {"gradient_norm", standing_.recent_norm / static_cast<double>(standing_.recent_steps)},
       {"lr", last_rate_}});
  standing_.recent_losses.assign(standing_.recent_losses.size(), {});
  standing_.recent_norm = 0;
  standing_.recent_steps = 0;
}

void Trainer::log_epoch(double loss, std::optional<double> validation) {
  formats::Record record = {
      {"step", standing_.step}, {"epoch", standing_.cursor.epoch + 1}, {"epoch_loss", loss}};
  if (validation) record.emplace_back("val", *validation);
  log(record);
}

void Trainer::draw() {
  if (!logs_) return;
  if (auto drawn = folder_.draw(options_.title); !drawn) note(drawn.error().message);
}

void Trainer::note(const std::string& text) const {
  if (options_.report != nullptr) options_.report->note(text);
}

Progress Trainer::progress(double loss) const {
  const Settings& settings = options_.settings;
  Progress out;
  out.epoch = standing_.cursor.epoch + 1;
  if (!settings.steps) out.epochs = settings.epochs;
  out.step = standing_.step;
  out.steps = settings.steps;
  out.loss = loss;
  out.validation = standing_.validation;
  out.is_best = validation_is_best_;
  out.gradient_norm = last_norm_;
  out.unit = options_.unit;
  const double now = options_.now();
  const double metered = now - meter_.since;
  if (meter_.items > 0 && metered > 0) {
    out.rate = static_cast<double>(meter_.items) / metered;
  } else {
    out.rate = meter_.rate;
  }
  const int64_t done = standing_.step - first_step_;
  if (done > 0) {
    const auto left = static_cast<double>(std::max<int64_t>(total_steps() - standing_.step, 0));
    out.seconds_left = (now - started_) / static_cast<double>(done) * left;
  }
  return out;
}

}  // namespace rnnc::train
