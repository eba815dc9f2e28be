#include "compiler/driver/data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "compiler/ir/used_dims.h"
#include "compiler/irgen/dims.h"
#include "compiler/support/check.h"
#include "compiler/support/nearest.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using diagnostics::Diagnostic;
using formats::Tensor;
using interp::Array;

// The dims of a type in the order of files: batch, times, the rest. Entry i is the position in the type.
std::vector<size_t> file_order(const ir::Type& type, const ir::DimTable& dims) {
  std::vector<size_t> order(type.dims.size());
  std::iota(order.begin(), order.end(), size_t{0});
  auto rank = [&](size_t position) {
    switch (dims[type.dims[position]].kind) {
      case ir::DimKind::batch:
        return 0;
      case ir::DimKind::time:
        return 1;
      case ir::DimKind::constant:
        return 2;
    }
    RNNC_UNREACHABLE("a dim of no kind");
  };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rank(a) < rank(b); });
  return order;
}

// Moves axis order[i] of `from` (of that shape) to axis i of what is returned.
std::vector<double> permute(const std::vector<double>& from, const std::vector<int64_t>& shape,
                            const std::vector<size_t>& order) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  std::vector<double> to(from.size());
  std::vector<int64_t> at(order.size());
  int64_t position = 0;
  for (double& element : to) {
    element = from[static_cast<size_t>(position)];
    for (size_t i = order.size(); i-- > 0;) {
      position += strides[order[i]];
      if (++at[i] < shape[order[i]]) break;
      position -= at[i] * strides[order[i]];
      at[i] = 0;
    }
  }
  return to;
}

std::vector<size_t> inverse(const std::vector<size_t>& order) {
  std::vector<size_t> result(order.size());
  for (size_t i = 0; i < order.size(); ++i) result[order[i]] = i;
  return result;
}

class Reader {
 public:
  Reader(const std::vector<Tensor>& data, const Compiled& compiled, const ir::Function& function,
         const std::string& file)
      : data_(data), compiled_(compiled), dims_(compiled.module.dims), function_(function), file_(file) {}

  Outcome<interp::Arguments> read(const DataUse& use) {
    find_batch();
    for (const ir::NamedType& input : ir::inputs_of(function_)) {
      if (!input.name.starts_with("lengths.") && !take(input, use)) return *failure_;
    }
    if (!take_targets_unread() || !take_lengths() || !refuse_unknown()) return *failure_;
    if (use.targets && !knows_steps()) return *failure_;
    return arguments_;
  }

 private:
  bool fail(Code code, std::string message, std::string help = {}) {
    failure_ = problem(code, fmt::format("`{}`: {}", file_, message), std::move(help));
    return false;
  }

  const sema::InputDecl* declared(const std::string& name) const {
    for (const sema::InputDecl& input : compiled_.body->inputs) {
      if (input.name == name) return &input;
    }
    return nullptr;
  }

  void find_batch() {
    for (const Tensor& tensor : data_) {
      const bool counts = declared(tensor.name) != nullptr || tensor.name.starts_with("lengths") ||
                          tensor.name.starts_with("state.");
      if (counts && !tensor.shape.empty()) {
        arguments_.batch = static_cast<int64_t>(tensor.shape[0]);
        batch_of_ = tensor.name;
        return;
      }
    }
  }

  bool take(const ir::NamedType& input, const DataUse& use) {
    const sema::InputDecl* one = declared(input.name);
    if (one != nullptr && one->target && !use.targets) return true;
    const Tensor* tensor = formats::find(data_, input.name);
    if (tensor != nullptr) return take_tensor(*tensor, input);
    if (input.name == "sequence.begins") return fill(input, begins() ? 1 : 0);
    if (input.name.starts_with("state.")) return fill(input, first_value(input.name.substr(6)));
    RNNC_CHECK(one != nullptr, "an input of a function is none of the model");
    std::vector<std::string> names;
    for (const Tensor& other : data_) names.push_back(other.name);
    const std::string near = support::nearest(input.name, names);
    return fail(Code::data_missing,
                fmt::format("there is no array `{}` {}", input.name, to_text(file_type(input.type))),
                !near.empty()   ? fmt::format("is it `{}`?", near)
                : names.empty() ? "an .npz that holds it is given with `--data`"
                                : fmt::format("there are: {}", fmt::join(names, ", ")));
  }

  // Whether first values are the model's own: unless the data give some of them.
  bool begins() const {
    return std::none_of(data_.begin(), data_.end(),
                        [](const Tensor& tensor) { return tensor.name.starts_with("state."); });
  }

  double first_value(const std::string& path) const {
    for (const ir::StateEntry& entry : compiled_.module.state) {
      if (entry.path == path) return entry.first;
    }
    return 0;
  }

  std::vector<std::string> file_type(const ir::Type& type) const {
    std::vector<std::string> result;
    for (size_t position : file_order(type, dims_)) {
      const ir::Dim& dim = dims_[type.dims[position]];
      result.push_back(dim.kind == ir::DimKind::constant ? std::to_string(dim.size) : dim.name);
    }
    return result;
  }
  static std::string to_text(const std::vector<std::string>& axes) {
    return fmt::format("[{}]", fmt::join(axes, ", "));
  }

  // The size of a dim, if it has one by now.
  std::optional<int64_t> size(ir::DimId id) const {
    const ir::Dim& dim = dims_[id];
    if (dim.kind == ir::DimKind::constant) return dim.size;
    if (dim.kind == ir::DimKind::batch) return arguments_.batch;
    auto found = arguments_.steps.find(dim.name);
    return found == arguments_.steps.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }

  bool fill(const ir::NamedType& input, double value) {
    Array array{input.type.element, {}, {}};
    int64_t count = 1;
    for (ir::DimId dim : input.type.dims) {
      array.shape.push_back(size(dim).value_or(0));
      count *= array.shape.back();
    }
    array.values.assign(static_cast<size_t>(count), value);
    arguments_.inputs[input.name] = std::move(array);
    return true;
  }

  bool take_tensor(const Tensor& tensor, const ir::NamedType& input) {
    const std::vector<size_t> order = file_order(input.type, dims_);
    std::vector<int64_t> shape(tensor.shape.begin(), tensor.shape.end());
    if (!check_shape(tensor, input.type, order)) return false;
    formats::Result<std::vector<double>> values = formats::to_f64(tensor);
    if (!values) return fail(Code::bad_file, values.error().message);
    if (!check_values(tensor, input, *values)) return false;
    Array array{input.type.element, {}, permute(*values, shape, inverse(order))};
    for (ir::DimId dim : input.type.dims) array.shape.push_back(*size(dim));
    arguments_.inputs[input.name] = std::move(array);
    return true;
  }

  bool check_shape(const Tensor& tensor, const ir::Type& type, const std::vector<size_t>& order) {
    bool good = tensor.shape.size() == order.size();
    for (size_t i = 0; good && i < order.size(); ++i) {
      const ir::DimId dim = type.dims[order[i]];
      const int64_t have = static_cast<int64_t>(tensor.shape[i]);
      if (dims_[dim].kind == ir::DimKind::time && !size(dim)) {
        arguments_.steps[dims_[dim].name] = have;
        steps_of_[dims_[dim].name] = tensor.name;
      }
      good = size(dim) == have;
    }
    if (good) return true;
    std::string known;
    for (size_t i = 0; i < order.size(); ++i) {
      const ir::DimId dim = type.dims[order[i]];
      const std::string& name = dims_[dim].name;
      if (dims_[dim].kind == ir::DimKind::batch)
        known += fmt::format("; {} is {} by `{}`", name, arguments_.batch, batch_of_);
      if (dims_[dim].kind == ir::DimKind::time && steps_of_.contains(name) &&
          steps_of_[name] != tensor.name) {
        known += fmt::format("; {} is {} by `{}`", name, *size(dim), steps_of_[name]);
      }
    }
    return fail(Code::data_shape,
                fmt::format("`{}` is {}, the model wants {}{}", tensor.name, formats::to_string(tensor.shape),
                            to_text(file_type(type)), known));
  }

  bool check_values(const Tensor& tensor, const ir::NamedType& input, const std::vector<double>& values) {
    const sema::InputDecl* one = declared(input.name);
    if (one == nullptr || !one->type.token) return true;
    const int64_t tokens = one->type.token->evaluate(compiled_.model->sizes).value_or(0);
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      if (value == std::floor(value) && value >= -1 && value < static_cast<double>(tokens)) continue;
      return fail(Code::data_values,
                  fmt::format("`{}` holds {} at {}; a token is a whole number in [0, {}), or -1 for none",
                              tensor.name, value, place(tensor.shape, i), tokens),
                  "the number of tokens is set with `-D`");
    }
    return true;
  }

  static std::string place(const formats::Shape& shape, size_t index) {
    std::vector<size_t> at(shape.size());
    for (size_t i = shape.size(); i-- > 0;) {
      at[i] = index % shape[i];
      index /= shape[i];
    }
    return fmt::format("[{}]", fmt::join(at, ", "));
  }

  // Targets that the function does not read may still be there; they must be right all the same.
  bool take_targets_unread() {
    for (const sema::InputDecl& input : compiled_.body->inputs) {
      const Tensor* tensor = formats::find(data_, input.name);
      if (tensor == nullptr || arguments_.inputs.contains(input.name)) continue;
      if (tensor->shape.empty() || static_cast<int64_t>(tensor->shape[0]) != arguments_.batch) {
        return fail(Code::data_shape,
                    fmt::format("`{}` is {}; B is {} by `{}`", tensor->name,
                                formats::to_string(tensor->shape), arguments_.batch, batch_of_));
      }
      if (input.type.clock && tensor->shape.size() > 1) tell_steps(*input.type.clock, *tensor);
    }
    return true;
  }

  // Of a sequence that is not read, the steps may be what counts all the same.
  void tell_steps(sema::Clock clock, const Tensor& tensor) {
    const std::string dim = irgen::time_name(compiled_.body->clocks, clock);
    const bool first = arguments_.steps.emplace(dim, static_cast<int64_t>(tensor.shape[1])).second;
    if (first) steps_of_[dim] = tensor.name;
  }

  bool take_lengths() {
    for (uint32_t clock = 0; clock < compiled_.body->clocks.size(); ++clock) {
      const std::string dim = irgen::time_name(compiled_.body->clocks, clock);
      const Tensor* tensor = nullptr;
      for (const sema::InputDecl& input : compiled_.body->inputs) {
        if (tensor == nullptr && input.type.clock == clock)
          tensor = formats::find(data_, "lengths." + input.name);
      }
      if (tensor == nullptr) tensor = formats::find(data_, "lengths");
      if (!arguments_.steps.contains(dim)) continue;
      if (tensor == nullptr) {
        fill_lengths(dim);
      } else if (!take_lengths(*tensor, dim)) {
        return false;
      }
    }
    return true;
  }

  // Every sequence has all steps.
  void fill_lengths(const std::string& dim) {
    const auto steps = static_cast<double>(arguments_.steps.at(dim));
    arguments_.inputs["lengths." + dim] = {ir::Element::i32,
                                           {arguments_.batch},
                                           std::vector<double>(static_cast<size_t>(arguments_.batch), steps)};
  }

  bool take_lengths(const Tensor& tensor, const std::string& dim) {
    const formats::Shape want = {static_cast<uint64_t>(arguments_.batch)};
    if (tensor.shape != want) {
      return fail(Code::data_shape, fmt::format("`{}` is {}, and there are {} sequences", tensor.name,
                                                formats::to_string(tensor.shape), arguments_.batch));
    }
    formats::Result<std::vector<double>> values = formats::to_f64(tensor);
    if (!values) return fail(Code::bad_file, values.error().message);
    const int64_t steps = arguments_.steps.at(dim);
    for (size_t row = 0; row < values->size(); ++row) {
      const double value = (*values)[row];
      if (value == std::floor(value) && value >= 0 && value <= static_cast<double>(steps)) continue;
      return fail(Code::data_values, fmt::format("`{}` holds {} at [{}]; the sequences of `{}` have {} steps",
                                                 tensor.name, value, row, steps_of_[dim], steps));
    }
    arguments_.inputs["lengths." + dim] = {ir::Element::i32, {arguments_.batch}, std::move(*values)};
    return true;
  }

  // Of sequences of which the function reads nothing else.
  bool knows_steps() {
    const std::vector<bool> used = ir::used_dims(function_, dims_);
    for (uint32_t i = 0; i < dims_.size(); ++i) {
      const ir::Dim& dim = dims_[ir::DimId{i}];
      if (dim.kind != ir::DimKind::time || !used[i] || arguments_.steps.contains(dim.name)) continue;
      const std::string of = dim.name.substr(dim.name.find('.') + 1);
      return fail(
          Code::data_missing,
          dim.name == of ? "nothing says how many steps the sequences have"
                         : fmt::format("nothing says how many steps a sequence `{}` has", of),
          dim.name == of ? "" : fmt::format("it needs the array `{}`, also where only its steps count", of));
    }
    return true;
  }

  bool refuse_unknown() {
    std::vector<std::string> known = {"lengths"};
    for (const sema::InputDecl& input : compiled_.body->inputs) {
      known.push_back(input.name);
      if (input.type.clock) known.push_back("lengths." + input.name);
    }
    for (const ir::StateEntry& entry : compiled_.module.state) known.push_back("state." + entry.path);
    for (const ir::NamedResult& result : compiled_.module.forward.results())
      known.push_back("grad." + result.name);
    for (const Tensor& tensor : data_) {
      if (std::find(known.begin(), known.end(), tensor.name) != known.end()) continue;
      const std::string near = support::nearest(tensor.name, known);
      return fail(
          Code::data_unknown,
          fmt::format("`{}` is no input, target, state or output of `{}`", tensor.name, compiled_.body->name),
          near.empty() ? "`rnnc inspect` lists them" : fmt::format("is it `{}`?", near));
    }
    return true;
  }

  const std::vector<Tensor>& data_;
  const Compiled& compiled_;
  const ir::DimTable& dims_;
  const ir::Function& function_;
  const std::string& file_;
  interp::Arguments arguments_;
  std::string batch_of_ = "nothing";
  std::map<std::string, std::string> steps_of_;  // by time dim: the array that says
  std::optional<Diagnostic> failure_;
};

}  // namespace

Outcome<interp::Arguments> arguments_from(const std::vector<Tensor>& data, const Compiled& compiled,
                                          const ir::Function& function, const DataUse& use,
                                          const std::string& file) {
  return Reader(data, compiled, function, file).read(use);
}

Tensor to_tensor(std::string name, const Array& array, const ir::Type& type, const ir::DimTable& dims,
                 formats::DType real) {
  const std::vector<size_t> order = file_order(type, dims);
  const std::vector<double> values = permute(array.values, array.shape, order);
  formats::Shape shape;
  for (size_t position : order) shape.push_back(static_cast<uint64_t>(array.shape[position]));
  if (type.element != ir::Element::real) {
    return formats::make_tensor(std::move(name), std::move(shape),
                                std::vector<int32_t>(values.begin(), values.end()));
  }
  if (real == formats::DType::kF64) return formats::make_tensor(std::move(name), std::move(shape), values);
  return formats::make_tensor(std::move(name), std::move(shape),
                              std::vector<float>(values.begin(), values.end()));
}

std::map<std::string, int64_t> sizes_from(const std::vector<Tensor>& data, const sema::Body& body) {
  std::map<std::string, int64_t> sizes;
  for (const sema::InputDecl& input : body.inputs) {
    const Tensor* tensor = formats::find(data, input.name);
    if (tensor == nullptr || input.type.token || input.type.shape.size() > tensor->shape.size()) continue;
    const size_t outer = tensor->shape.size() - input.type.shape.size();
    for (size_t i = 0; i < input.type.shape.size(); ++i) {
      if (auto name = input.type.shape[i].single_name())
        sizes.emplace(*name, static_cast<int64_t>(tensor->shape[outer + i]));
    }
  }
  for (const sema::SizeSymbol& symbol : body.symbols) {
    if (symbol.fallback) sizes.erase(symbol.name);
  }
  return sizes;
}

}  // namespace rnnc::driver
