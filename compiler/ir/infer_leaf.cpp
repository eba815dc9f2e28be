#include <algorithm>
#include <cmath>

#include "compiler/ir/infer_rules.h"

namespace rnnc::ir {

namespace {

bool is_value_of(Element element, double value) {
  switch (element) {
    case Element::real:
      return true;
    case Element::i32:
      return value >= INT32_MIN && value <= INT32_MAX && value == std::floor(value);
    case Element::boolean:
      return value == 0 || value == 1;
  }
  return false;
}

}  // namespace

Inferred infer_named(const Query& query) {
  if (query.attribute<NameAttr>().name.empty()) return refuse(query, "has no name");
  if (query.op == Op::param &&
      (query.has(query.wanted, DimKind::batch) || query.has(query.wanted, DimKind::time))) {
    return refuse(query, "{} has the batch or a time", query.text(query.wanted));
  }
  return one(query.wanted);
}

Inferred infer_constant(const Query& query) {
  const std::vector<double>& values = query.attribute<ConstAttr>().values;
  for (double value : values) {
    if (!is_value_of(query.wanted.element, value)) {
      return refuse(query, "{} is no {}", value, to_text(query.wanted.element));
    }
  }
  if (values.size() == 1) return one(query.wanted);
  bool all_constant = !query.has(query.wanted, DimKind::batch) && !query.has(query.wanted, DimKind::time);
  if (!all_constant || constant_elements(query.wanted, query.dims) != static_cast<int64_t>(values.size())) {
    return refuse(query, "{} numbers for {}", values.size(), query.text(query.wanted));
  }
  return one(query.wanted);
}

Inferred infer_random(const Query& query) {
  const RandomAttr& draw = query.attribute<RandomAttr>();
  Element element = draw.distribution == Distribution::bernoulli ? Element::boolean : Element::real;
  if (query.wanted.element != element) {
    return refuse(query, "draws {}, not {}", to_text(element), to_text(query.wanted.element));
  }
  if (draw.distribution == Distribution::bernoulli ? !(draw.p >= 0 && draw.p <= 1) : draw.p != 0) {
    return refuse(query, "{} is not its probability", draw.p);
  }
  if (constant_elements(query.wanted, query.dims) > UINT32_MAX) {
    return refuse(query, "more elements than its counter has");
  }
  bool batch = query.has(query.wanted, DimKind::batch);
  auto times = std::count_if(query.wanted.dims.begin(), query.wanted.dims.end(),
                             [&](DimId dim) { return query.is(dim, DimKind::time); });
  switch (draw.per) {
    case DrawPer::step:
      if (!batch || times > 1) return refuse(query, "one draw a step needs the batch and at most one time");
      break;
    case DrawPer::sequence:
      if (!batch || times > 0) return refuse(query, "one draw a sequence needs the batch and no time");
      break;
    case DrawPer::parameter:
      if (batch || times > 0) return refuse(query, "the draw for a parameter has neither batch nor time");
      break;
  }
  return one(query.wanted);
}

Inferred infer_iota(const Query& query) { return one({Element::i32, {query.attribute<DimAttr>().dim}}); }

}  // namespace rnnc::ir
