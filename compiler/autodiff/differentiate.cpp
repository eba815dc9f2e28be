#include "compiler/autodiff/differentiate.h"

#include <algorithm>

#include "compiler/autodiff/sweep.h"
#include "compiler/support/check.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::ValueId;

class SameFunction final : public Values {
 public:
  ValueId read(ValueId copied) override { return copied; }
};

// The param or input of that name.
ValueId named_leaf(const Function& function, const std::string& name) {
  for (const ir::Instr& instr : function.instrs()) {
    bool named = instr.op == ir::Op::param || instr.op == ir::Op::input;
    if (named && std::get<ir::NameAttr>(instr.attributes).name == name) return instr.results[0];
  }
  RNNC_UNREACHABLE("a gradient of something that the function does not have: " + name);
}

ValueId named_result(const Function& function, const std::string& name) {
  ValueId value = function.result(name);
  RNNC_CHECK(value.valid(), "a cotangent of a result that the function does not have: " + name);
  RNNC_CHECK(function.type(value).element == ir::Element::real,
             "a cotangent of a result that is not real: " + name);
  return value;
}

std::vector<ValueId> leaves_of(const Function& function, const Request& request) {
  std::vector<ValueId> leaves;
  for (const std::string& name : request.with_respect_to) leaves.push_back(named_leaf(function, name));
  return leaves;
}

std::vector<ValueId> sources_of(const Function& function, const Request& request) {
  std::vector<ValueId> sources;
  for (const std::string& name : request.losses) sources.push_back(named_result(function, name));
  for (const std::string& name : request.given) sources.push_back(named_result(function, name));
  return sources;
}

}  // namespace

Function differentiate(const Function& forward, ir::DimTable& dims, const Request& request) {
  const std::vector<ValueId> leaves = leaves_of(forward, request);
  const Flags active = active_values(forward, leaves, sources_of(forward, request));
  const Ranges ranges = ranges_of(forward, dims, request.infinite);
  Forward copy(forward, dims, active, ranges);
  SameFunction values;
  ir::Builder& build = copy.build();
  Sweep sweep(copy, values, build);
  build.at({});
  for (const std::string& name : request.losses) {
    ValueId loss = named_result(forward, name);
    RNNC_CHECK(forward.type(loss).dims.empty(), "a loss that is no scalar: " + name);
    sweep.add(loss, build.constant(1, forward.type(loss)));
  }
  for (const std::string& name : request.given) {
    ValueId result = named_result(forward, name);
    sweep.add(result, build.input("grad." + name, forward.type(result)));
  }
  sweep.run();

  build.at({});
  Function& gradient = build.function();
  for (const ir::NamedResult& result : forward.results())
    gradient.add_result(result.name, copy.copied(result.value));
  for (size_t i = 0; i < leaves.size(); i++) {
    ValueId cotangent = sweep.cotangent_or_zeros(leaves[i]);
    if (gradient[cotangent].name.empty()) gradient.set_name(cotangent, "grad." + request.with_respect_to[i]);
    gradient.add_result("grad." + request.with_respect_to[i], cotangent);
  }
  return std::move(gradient);
}

}  // namespace rnnc::autodiff
