#include "compiler/interp/interpret.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "compiler/interp/evaluate.h"

namespace rnnc::interp {

namespace {

using support::Failure;
using support::Status;

bool is_i32(double x) { return x >= INT32_MIN && x <= INT32_MAX && x == std::trunc(x); }
bool is_boolean(double x) { return x == 0 || x == 1; }

bool holds(ir::Element element, const std::vector<double>& values) {
  switch (element) {
    case ir::Element::real:
      return true;
    case ir::Element::i32:
      return std::all_of(values.begin(), values.end(), is_i32);
    case ir::Element::boolean:
      return std::all_of(values.begin(), values.end(), is_boolean);
  }
  return false;
}

Status check_argument(const ir::NamedType& wanted, const std::map<std::string, Array>& arguments,
                      const Extents& extents) {
  auto found = arguments.find(wanted.name);
  if (found == arguments.end()) return Failure{fmt::format("no argument for `{}`", wanted.name)};
  const Array& array = found->second;
  std::vector<int64_t> shape = extents.shape(wanted.type);
  if (array.shape != shape) {
    return Failure{fmt::format("`{}` has shape [{}], not [{}]", wanted.name, fmt::join(array.shape, ","),
                               fmt::join(shape, ","))};
  }
  int64_t elements = 1;
  for (int64_t size : shape) elements *= size;
  if (array.values.size() != static_cast<size_t>(elements)) {
    return Failure{fmt::format("`{}` has {} numbers, not {}", wanted.name, array.values.size(), elements)};
  }
  if (array.element != wanted.type.element || !holds(array.element, array.values)) {
    return Failure{fmt::format("`{}` holds no {}", wanted.name, ir::to_text(wanted.type.element))};
  }
  return support::ok();
}

Status check_arguments(const ir::Function& function, const Arguments& arguments, const Extents& extents) {
  for (const ir::NamedType& param : params_of(function)) {
    if (Status status = check_argument(param, arguments.params, extents); !status) return status;
  }
  for (const ir::NamedType& input : inputs_of(function)) {
    if (Status status = check_argument(input, arguments.inputs, extents); !status) return status;
  }
  for (const auto* keys : {&arguments.keys.sequence, &arguments.keys.first_t}) {
    if (!keys->empty() && keys->size() != static_cast<size_t>(arguments.batch)) {
      return Failure{
          fmt::format("random keys of {} sequences for a batch of {}", keys->size(), arguments.batch)};
    }
  }
  return support::ok();
}

}  // namespace

support::Result<std::map<std::string, Array>> interpret_watched(const ir::Function& function,
                                                                const ir::DimTable& dims,
                                                                const Arguments& arguments, Watch* watch) {
  try {
    auto extents = Extents::of(function, dims, arguments);
    if (!extents) return extents.error();
    if (Status status = check_arguments(function, arguments, *extents); !status) return status.error();
    Context context{*extents, arguments, {}, watch};
    std::vector<Ref> values = Program(function).run(context, {});
    std::map<std::string, Array> results;
    for (size_t i = 0; i < values.size(); ++i) results.emplace(function.results()[i].name, *values[i]);
    return results;
  } catch (const std::bad_alloc&) {
    return Failure{"not enough memory"};
  } catch (const std::length_error&) {
    return Failure{"not enough memory"};
  }
}

support::Result<std::map<std::string, Array>> interpret(const ir::Function& function,
                                                        const ir::DimTable& dims,
                                                        const Arguments& arguments) {
  return interpret_watched(function, dims, arguments, nullptr);
}

}  // namespace rnnc::interp
