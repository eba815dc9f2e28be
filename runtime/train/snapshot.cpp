#include "runtime/train/snapshot.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "runtime/formats/safetensors.h"

namespace rnnc::train {

namespace {

using nlohmann::json;

constexpr const char* kFormatKey = "rnnc.training";
constexpr const char* kFormat = "1";
constexpr const char* kStandingKey = "standing";
constexpr const char* kConditionsKey = "conditions";

// One walk over the fields serves both directions; a field that is missing or of another kind fails a read.
class Writer {
 public:
  explicit Writer(json& object) : object_(object) {}
  template <class T>
  void field(const char* name, T& value) {
    object_[name] = value;
  }
  // JSON has no infinities.
  void field(const char* name, std::optional<double>& value) {
    if (value && std::isfinite(*value)) object_[name] = *value;
  }
  void field(const char* name, std::vector<LossSum>& losses) {
    json array = json::array();
    for (const LossSum& line : losses) array.push_back({line.sum, line.count});
    object_[name] = std::move(array);
  }
  template <class Walk>
  void group(const char* name, Walk walk) {
    json inner = json::object();
    Writer writer(inner);
    walk(writer);
    object_[name] = std::move(inner);
  }

 private:
  json& object_;
};

class StandingReader {
 public:
  explicit StandingReader(const json& object) : object_(object) {}
  bool good() const { return good_; }

  void field(const char* name, int64_t& value) {
    if (const json* found = find(name); found != nullptr && found->is_number_integer()) {
      value = found->get<int64_t>();
      good_ = good_ && value >= 0;
    } else {
      good_ = false;
    }
  }
  void field(const char* name, double& value) {
    if (const json* found = find(name); found != nullptr && found->is_number()) {
      value = found->get<double>();
    } else {
      good_ = false;
    }
  }
  void field(const char* name, std::optional<double>& value) {
    if (find(name) != nullptr) field(name, value.emplace());
  }
  void field(const char* name, bool& value) {
    if (const json* found = find(name); found != nullptr && found->is_boolean()) {
      value = found->get<bool>();
    } else {
      good_ = false;
    }
  }
  void field(const char* name, std::vector<LossSum>& losses) {
    const json* found = find(name);
    if (found == nullptr || !found->is_array()) {
      good_ = false;
      return;
    }
    for (const json& line : *found) {
      const bool is_pair = line.is_array() && line.size() == 2 && line[0].is_number() && line[1].is_number();
      good_ = good_ && is_pair;
      if (is_pair) losses.push_back({line[0].get<double>(), line[1].get<double>()});
    }
  }
  template <class Walk>
  void group(const char* name, Walk walk) {
    const json* found = find(name);
    StandingReader inner(found == nullptr ? json() : *found);
    walk(inner);
    good_ = good_ && inner.good();
  }

 private:
  const json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  json object_;
  bool good_ = true;
};

void walk_best(auto& archive, Best& best) {
  archive.field("any", best.any);
  archive.field("loss", best.loss);
  archive.field("step", best.step);
  archive.field("epochs_since", best.epochs_since);
}

void walk(auto& archive, Standing& standing) {
  archive.field("epoch", standing.cursor.epoch);
  archive.field("batch", standing.cursor.batch);
  archive.field("window", standing.cursor.window);
  archive.field("step", standing.step);
  archive.field("optimizer_steps", standing.optimizer_steps);
  archive.field("epoch_losses", standing.epoch_losses);
  archive.field("recent_losses", standing.recent_losses);
  archive.field("recent_norm", standing.recent_norm);
  archive.field("recent_steps", standing.recent_steps);
  archive.field("validation", standing.validation);
  archive.group("kept", [&](auto& inner) { walk_best(inner, standing.kept); });
  archive.group("gained", [&](auto& inner) { walk_best(inner, standing.gained); });
  archive.group("plateau", [&](auto& inner) {
    inner.field("any", standing.plateau.any);
    inner.field("best", standing.plateau.best);
    inner.field("bad_epochs", standing.plateau.bad_epochs);
    inner.field("scale", standing.plateau.scale);
  });
}

const std::string* find(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? nullptr : &found->second;
}

Failure damaged(const std::string& path) {
  return failure("{}: the state of the training in it is damaged; go on from another checkpoint", path);
}

}  // namespace

Status write_snapshot(const std::string& path, const Snapshot& snapshot) {
  json standing = json::object();
  Writer writer(standing);
  auto copy = snapshot.standing;
  walk(writer, copy);
  formats::TensorFile file;
  file.metadata = {
      {kFormatKey, kFormat},
      {kStandingKey, standing.dump()},
      {kConditionsKey, json(snapshot.conditions).dump(-1, ' ', false, json::error_handler_t::replace)}};
  file.tensors = snapshot.tensors;
  return write_safetensors(path, file);
}

Result<Snapshot> read_snapshot(const std::string& path) {
  auto file = formats::read_safetensors(path);
  if (!file) return file.error();
  const std::string* format = find(file->metadata, kFormatKey);
  if (format == nullptr) {
    return failure("{}: holds weights, not the state of a training; they can be a start, but not be resumed",
                   path);
  }
  if (*format != kFormat) {
    return failure("{}: was written by another version (state {}, this one knows {})", path, *format,
                   kFormat);
  }
  const std::string* standing_text = find(file->metadata, kStandingKey);
  const std::string* conditions_text = find(file->metadata, kConditionsKey);
  if (standing_text == nullptr || conditions_text == nullptr) return damaged(path);
  const json standing = json::parse(*standing_text, nullptr, false);
  const json conditions = json::parse(*conditions_text, nullptr, false);

  Snapshot snapshot;
  StandingReader reader(standing);
  walk(reader, snapshot.standing);
  if (!reader.good() || !conditions.is_object()) return damaged(path);
  for (const auto& [name, value] : conditions.items()) {
    if (!value.is_string()) return damaged(path);
    snapshot.conditions[name] = value.get<std::string>();
  }
  snapshot.tensors = std::move(file->tensors);
  return snapshot;
}

}  // namespace rnnc::train
