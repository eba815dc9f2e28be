#include "compiler/irgen/losses.h"

#include <fmt/format.h>

namespace rnnc::irgen {

using ir::Op;
using ir::Reduction;
using ir::ValueId;

namespace {

struct Line {
  ValueId sum, count;
};

// An unknown place is not counted, and nothing flows back from it.
Line write_line(Arrays& arrays, ValueId value, ValueId unknown) {
  const Axes lead = arrays.lead(value);
  ValueId places = arrays.number(1, lead, ir::Element::boolean);
  if (unknown.valid()) {
    places = arrays.negated(arrays.with_lead(unknown, lead));
    value = arrays.select(places, value, 0.0);
  }
  ValueId sum = arrays.reduce(Reduction::sum, value, arrays.type(value).dims);
  double elements = 1;
  for (ir::DimId axis : arrays.axes(value)) elements *= static_cast<double>(arrays.build().dims()[axis].size);
  ValueId count = arrays.build().cast(arrays.count(places, lead), ir::Element::real);
  return {sum, elements == 1 ? count : arrays.binary(Op::mul, count, elements)};
}

}  // namespace

void write_losses(FunctionPlace& forward, Instance& model, const sema::Body& body) {
  Arrays& arrays = forward.arrays();
  ValueId loss;
  for (size_t k = 0; k < body.losses.size(); ++k) {
    forward.build().at(body.losses[k].span);
    const sema::NodeId node = body.losses[k].value;
    Line line = write_line(arrays, model.whole(node), model.value(node).unknown);
    forward.code().add_result(fmt::format("loss.{}.sum", k), line.sum);
    forward.code().add_result(fmt::format("loss.{}.count", k), line.count);
    ValueId mean = arrays.binary(Op::div, line.sum, arrays.binary(Op::max, line.count, 1.0));
    loss = loss.valid() ? arrays.binary(Op::add, loss, mean) : mean;
  }
  if (loss.valid()) forward.code().add_result("loss", loss);
}

}  // namespace rnnc::irgen
