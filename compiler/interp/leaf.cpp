#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

// An argument outlives the call, so it is lent, not copied.
Ref lent(const std::map<std::string, Array>& arguments, const std::string& name) {
  return Ref(Ref(), &arguments.at(name));
}

}  // namespace

Ref eval_param(const Call& call) {
  return lent(call.context().arguments.params, call.attribute<ir::NameAttr>().name);
}

Ref eval_input(const Call& call) {
  return lent(call.context().arguments.inputs, call.attribute<ir::NameAttr>().name);
}

Array eval_constant(const Call& call) {
  const std::vector<double>& values = call.attribute<ir::ConstAttr>().values;
  Array result = call.make();
  if (values.size() == 1) {
    result.values.assign(result.values.size(), values[0]);
  } else {
    result.values = values;
  }
  return result;
}

Array eval_iota(const Call& call) {
  Array result = call.make();
  for (size_t i = 0; i < result.values.size(); ++i) result.values[i] = static_cast<double>(i);
  return result;
}

}  // namespace rnnc::interp
