#include "runtime/train/evaluate.h"

#include "runtime/train/batch.h"

namespace rnnc::train {

Result<std::optional<std::vector<LossSum>>> evaluate(CompiledModel& model, const Arena& parameters,
                                                     const Dataset& data, const Batches& batches,
                                                     const Truncation& truncation,
                                                     const std::function<bool()>& interrupted) {
  const Signature& signature = model.signature();
  Batch batch(signature, data);
  std::vector<LossSum> pooled(signature.losses);
  std::vector<LossSum> losses(signature.losses);
  for (int64_t index = 0; index < batches.count(); ++index) {
    batch.start(batches.of(index));
    for (const Window& window : windows_of(truncation, longest_of(data, batches.of(index)))) {
      if (interrupted && interrupted()) return std::optional<std::vector<LossSum>>();
      batch.load(window);
      const Status done = model.forward(batch.call(), Mode::kEvaluation, parameters.pointers(), losses);
      if (!done) return done.error();
      if (window.learns) pool(pooled, losses);
      batch.carry();
    }
  }
  return std::optional(std::move(pooled));
}

}  // namespace rnnc::train
