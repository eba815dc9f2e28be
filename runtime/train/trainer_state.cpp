// A training as a snapshot, and back.
#include <algorithm>
#include <cstring>
#include <set>

#include "runtime/train/trainer.h"

namespace rnnc::train {

namespace {

using formats::Tensor;

// What decides which sequences stand where, and what the optimiser's memory means. All else may change in a
// resumed training: more epochs, another learning rate.
constexpr std::string_view kFixed[] = {"optimizer", "batch", "seq_length", "tbptt",
                                       "burn_in",   "valid", "seed"};

constexpr size_t kMostShown = 100;  // bytes of a condition; a spec is longer

Shape with_rows(uint64_t rows, const Shape& shape) {
  Shape out = {rows};
  out.insert(out.end(), shape.begin(), shape.end());
  return out;
}

// The tensors of a snapshot, each of which is to be used exactly once.
class Taker {
 public:
  explicit Taker(const std::vector<Tensor>& tensors) : tensors_(tensors) {}

  Status take(const std::string& name, formats::DType dtype, const Shape& shape, std::span<std::byte> out) {
    const Tensor* tensor = find(tensors_, name);
    if (tensor == nullptr) return failure("the model wants '{}', which is not in it", name);
    if (tensor->dtype != dtype || tensor->shape != shape) {
      return failure("'{}' is {} {} in it, but {} {} in the model", name, formats::name_of(tensor->dtype),
                     formats::to_string(tensor->shape), formats::name_of(dtype), formats::to_string(shape));
    }
    taken_.insert(name);
    if (!out.empty()) std::memcpy(out.data(), tensor->data.data(), out.size());
    return ok();
  }

  Status take(const std::string& prefix, std::span<const ParameterInfo> parameters, Arena& into) {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const auto bytes = std::as_writable_bytes(into.of(i));
      if (auto taken =
              take(prefix + "/" + parameters[i].name, formats::DType::kF32, parameters[i].shape, bytes);
          !taken) {
        return taken;
      }
    }
    return ok();
  }

  Status finish() const {
    for (const Tensor& tensor : tensors_) {
      if (!taken_.contains(tensor.name)) return failure("it has '{}', which the model has not", tensor.name);
    }
    return ok();
  }

 private:
  const std::vector<Tensor>& tensors_;
  std::set<std::string> taken_;
};

void put(std::vector<Tensor>& tensors, const std::string& prefix, std::span<const ParameterInfo> parameters,
         const Arena& arena) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    tensors.push_back(
        formats::make_tensor<float>(prefix + "/" + parameters[i].name, parameters[i].shape, arena.of(i)));
  }
}

}  // namespace

std::map<std::string, std::string> Trainer::conditions() const {
  auto out = options_.conditions;
  for (const SettingRow& row : rows_of(options_.settings)) {
    if (std::ranges::find(kFixed, row.key) != std::end(kFixed)) out[row.key] = row.value;
  }
  out["data"] = fingerprint_;
  return out;
}

Snapshot Trainer::snapshot() {
  Snapshot out;
  out.conditions = conditions();
  standing_.optimizer_steps = optimizer_.steps();
  out.standing = standing_;
  put(out.tensors, "parameter", signature_.parameters, parameters_);
  for (const auto& memory : optimizer_.memories()) {
    put(out.tensors, memory.name, signature_.parameters, memory.values);
  }
  if (standing_.cursor.window == 0) return out;
  for (size_t entry = 0; entry < signature_.state.size(); ++entry) {
    const StateInfo& info = signature_.state[entry];
    const auto bytes = batch_.state(entry);
    out.tensors.push_back({"state/" + info.path,
                           dtype_of(info.element),
                           with_rows(static_cast<uint64_t>(batch_.rows()), info.shape),
                           {bytes.begin(), bytes.end()}});
  }
  return out;
}

Status Trainer::resume(const std::string& path) {
  const auto read = read_snapshot(path);
  if (!read) return read.error();
  const auto here = conditions();
  for (const auto& [name, value] : read->conditions) {
    const auto found = here.find(name);
    if (found != here.end() && found->second == value) continue;
    if (name == "data")
      return failure(
          "{}: was trained on other data; give the same, or start anew from its weights with --init-from",
          path);
    if (value.size() > kMostShown)
      return failure(
          "{}: {} was another there; give the same, or start anew from its weights with --init-from", path,
          name);
    return failure(
        "{}: {} was {} there, and is {} here; give the same, or start anew from its weights with --init-from",
        path, name, value, found == here.end() ? "none" : found->second);
  }
  if (auto restored = restore(*read); !restored) {
    return failure("{}: does not fit this training: {}", path, restored.error().message);
  }
  if (path == folder_.state()) saved_step_ = standing_.step;
  return ok();
}

Status Trainer::restore(const Snapshot& snapshot) {
  const Standing& standing = snapshot.standing;
  if (standing.epoch_losses.size() != losses_.size() || standing.recent_losses.size() != losses_.size()) {
    return failure("it has {} lines of loss, and the model {}", standing.epoch_losses.size(), losses_.size());
  }
  standing_ = standing;
  validation_is_best_ = standing.kept.any && standing.validation == standing.kept.loss;
  optimizer_.set_steps(standing.optimizer_steps);
  enter_epoch();
  const bool amid_batch = standing.cursor.window > 0;
  if (standing.cursor.batch > batches().count() || (amid_batch && epoch_is_over())) {
    return failure("its place in the data is beyond their end");
  }
  Taker taker(snapshot.tensors);
  if (auto taken = taker.take("parameter", signature_.parameters, parameters_); !taken) return taken;
  for (auto& memory : optimizer_.memories()) {
    if (auto taken = taker.take(memory.name, signature_.parameters, memory.values); !taken) return taken;
  }
  if (!amid_batch) return taker.finish();

  enter_batch();
  if (standing.cursor.window >= static_cast<int64_t>(windows_.size())) {
    return failure("its place in the data is beyond their end");
  }
  for (size_t entry = 0; entry < signature_.state.size(); ++entry) {
    const StateInfo& info = signature_.state[entry];
    const Shape shape = with_rows(static_cast<uint64_t>(batch_.rows()), info.shape);
    if (auto taken = taker.take("state/" + info.path, dtype_of(info.element), shape, batch_.state(entry));
        !taken) {
      return taken;
    }
  }
  batch_.set_begun();
  return taker.finish();
}

}  // namespace rnnc::train
