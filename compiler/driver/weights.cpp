#include "compiler/driver/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/driver/kept_text.h"

namespace rnnc::driver {

namespace {

constexpr size_t kListed = 12;  // differences that a message shows

formats::Shape file_shape(const sema::StoredTensor& tensor) {
  return {tensor.shape.begin(), tensor.shape.end()};
}

std::map<std::string, sema::Parameter> by_path(const sema::Model& model) {
  std::map<std::string, sema::Parameter> result;
  for (sema::Parameter& parameter : sema::parameters(model)) {
    std::string path = parameter.path;
    result.emplace(std::move(path), std::move(parameter));
  }
  return result;
}

// The tensor of the file, under its own name or one that reading accepts too.
const formats::Tensor* look_up(const std::vector<formats::Tensor>& tensors,
                               const sema::StoredTensor& stored) {
  const formats::Tensor* found = formats::find(tensors, stored.name);
  for (size_t i = 0; found == nullptr && i < stored.aliases.size(); ++i)
    found = formats::find(tensors, stored.aliases[i]);
  return found;
}

// Rows of the file's tensor go to the parameters in order; terms of a sum add up.
void fill(Values& values, const sema::StoredTensor& stored,
          const std::map<std::string, sema::Parameter>& parameters, const std::vector<double>& elements) {
  size_t at = 0;
  for (const std::string& path : stored.parameters) {
    const sema::Parameter& parameter = parameters.at(path);
    std::vector<double>& value = values[path];
    value.resize(static_cast<size_t>(parameter.rows * parameter.columns));
    for (double& element : value) element += elements[at++];
  }
}

diagnostics::Diagnostic differ(const sema::Model& model, const std::string& file,
                               std::vector<std::string> notes) {
  if (notes.size() > kListed) {
    notes[kListed - 1] = fmt::format("and {} more", notes.size() - kListed + 1);
    notes.resize(kListed);
  }
  return {diagnostics::Code::weights_differ,
          fmt::format("`{}` does not hold the weights of `{}`", file, model.body->name),
          {},
          {},
          std::move(notes),
          "`rnnc inspect` lists what the model has; sizes are set with `-D`"};
}

}  // namespace

std::vector<formats::Tensor> to_tensors(const sema::Model& model, const Values& values, Terms terms,
                                        formats::DType dtype) {
  std::vector<formats::Tensor> result;
  for (const sema::StoredTensor& stored : sema::stored_tensors(model)) {
    std::vector<double> elements;
    for (const std::string& path : stored.parameters) {
      const std::vector<double>& value = values.at(path);
      elements.insert(elements.end(), value.begin(), value.end());
    }
    if (!stored.first && terms == Terms::value) elements.assign(elements.size(), 0);
    if (dtype == formats::DType::kF64) {
      result.push_back(formats::make_tensor(stored.name, file_shape(stored), elements));
    } else {
      result.push_back(formats::make_tensor(stored.name, file_shape(stored),
                                            std::vector<float>(elements.begin(), elements.end())));
    }
  }
  return result;
}

Outcome<Values> from_tensors(const sema::Model& model, const std::vector<formats::Tensor>& tensors,
                             const std::string& file) {
  const auto parameters = by_path(model);
  Values values;
  std::vector<std::string> notes;
  std::set<const formats::Tensor*> used;
  for (const sema::StoredTensor& stored : sema::stored_tensors(model)) {
    const formats::Tensor* tensor = look_up(tensors, stored);
    if (tensor == nullptr) {
      notes.push_back(fmt::format("missing: {} {}", stored.name, formats::to_string(file_shape(stored))));
      continue;
    }
    used.insert(tensor);
    if (tensor->shape != file_shape(stored)) {
      notes.push_back(fmt::format("{} is {} in the file, {} in the model", tensor->name,
                                  formats::to_string(tensor->shape), formats::to_string(file_shape(stored))));
      continue;
    }
    formats::Result<std::vector<double>> elements = formats::to_f64(*tensor);
    if (!elements)
      return problem(diagnostics::Code::bad_file, fmt::format("`{}`: {}", file, elements.error().message));
    fill(values, stored, parameters, *elements);
  }
  for (const formats::Tensor& tensor : tensors) {
    if (!used.contains(&tensor)) {
      notes.push_back(fmt::format("not in the model: {} {}", tensor.name, formats::to_string(tensor.shape)));
    }
  }
  if (!notes.empty()) return differ(model, file, std::move(notes));
  return values;
}

Origin origin_of(const Spec& spec, const sema::Model& model) {
  return {kept_text(spec, model), true, model.body->name, model.sizes};
}

std::map<std::string, std::string> to_metadata(const Origin& origin) {
  nlohmann::json imports = nlohmann::json::array();
  for (const KeptText::Import& import : origin.text.imports)
    imports.push_back({{"name", import.name}, {"text", import.text}});
  return {{"format", "rnnc"},
          {"version", RNNC_VERSION},
          {"spec", origin.text.spec},
          {"imports", imports.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
          {"library", origin.text.library},
          {"model", origin.model},
          {"sizes", nlohmann::json(origin.sizes).dump()}};
}

Origin from_metadata(const std::map<std::string, std::string>& metadata) {
  auto text = [&](const char* key) {
    auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  Origin origin;
  if (text("format") != "rnnc") return origin;
  origin.text.spec = text("spec");
  origin.text.library = text("library");
  const nlohmann::json imports = nlohmann::json::parse(text("imports"), nullptr, false);
  origin.complete = imports.is_array();
  for (const nlohmann::json& import : imports.is_array() ? imports : nlohmann::json::array()) {
    if (!import.is_object()) continue;
    auto part = [&](const char* key) {
      auto found = import.find(key);
      return found != import.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    origin.text.imports.push_back({part("name"), part("text")});
  }
  origin.model = text("model");
  const nlohmann::json sizes = nlohmann::json::parse(text("sizes"), nullptr, false);
  if (!sizes.is_object()) return origin;
  for (const auto& [name, size] : sizes.items()) {
    if (size.is_number_integer()) origin.sizes[name] = size.get<int64_t>();
  }
  return origin;
}

}  // namespace rnnc::driver
