#include "runtime/train/run_folder.h"

#include <fmt/format.h>

#include <filesystem>

#include "runtime/formats/safetensors.h"
#include "runtime/train/metrics.h"

namespace rnnc::train {

RunFolder::RunFolder(std::string name, const Signature& signature, WeightFiles weights)
    : name_(std::move(name)), signature_(signature), weights_(std::move(weights)) {}

Status RunFolder::open(int64_t step) {
  if (!writes()) return ok();
  std::error_code error;
  std::filesystem::create_directories(name_, error);
  if (error) return failure("{}: cannot be made a folder: {}", name_, error.message());
  auto metrics = open_metrics(name_ + "/metrics.jsonl", step);
  if (!metrics) return metrics.error();
  metrics_.emplace(std::move(*metrics));
  return ok();
}

Status RunFolder::write_weights(const std::string& path, const Arena& parameters, int64_t step) const {
  formats::TensorFile file;
  file.metadata = weights_.metadata;
  file.metadata["step"] = fmt::format("{}", step);
  if (weights_.tensors) {
    file.tensors = weights_.tensors(parameters);
  } else {
    for (size_t i = 0; i < signature_.parameters.size(); ++i) {
      const ParameterInfo& info = signature_.parameters[i];
      file.tensors.push_back(formats::make_tensor<float>(info.name, info.shape, parameters.of(i)));
    }
  }
  return write_safetensors(path, file);
}

Status RunFolder::write_last(const Snapshot& snapshot, const Arena& parameters) {
  if (!writes()) return ok();
  if (auto written = write_snapshot(state(), snapshot); !written) return written;
  return write_weights(last(), parameters, snapshot.standing.step);
}

Status RunFolder::write_best(const Arena& parameters, int64_t step) {
  return writes() ? write_weights(best(), parameters, step) : ok();
}

Status RunFolder::log(const formats::Record& record) { return metrics_ ? metrics_->append(record) : ok(); }

Status RunFolder::draw(const std::string& title) const {
  return metrics_ ? draw_metrics(name_ + "/metrics.jsonl", name_ + "/curve.svg", title) : ok();
}

}  // namespace rnnc::train
