#include <algorithm>

#include "compiler/interp/clear.h"
#include "compiler/interp/evaluate.h"
#include "compiler/interp/ops.h"
#include "compiler/interp/structure.h"

namespace rnnc::interp {

namespace {

using ir::DimId;

class Scan {
 public:
  explicit Scan(const Call& call) : call_(call), attr_(call.attribute<ir::ScanAttr>()), body_(*attr_.body) {
    for (size_t i = 0; i < attr_.outs; ++i) outs_.push_back(call.make(i));
    for (size_t i = first_carry(); i < call.operands(); ++i) carries_.push_back(call.shared(i));
  }

  std::vector<Ref> run() {
    int64_t steps = call_.extents().longest(attr_.time);
    for (int64_t k = 0; k < steps; ++k) {
      int64_t t = attr_.direction == ir::Direction::forward ? k : steps - 1 - k;
      Context context{call_.extents(), call_.context().arguments, running_at(t), call_.context().watch, t,
                      &call_.instr()};
      bool any =
          std::any_of(context.running.rows.begin(), context.running.rows.end(), [](uint8_t r) { return r; });
      if (any) step(context, t);
    }
    std::vector<Ref> results;
    for (Array& out : outs_) results.push_back(std::make_shared<Array>(std::move(out)));
    for (Ref& carry : carries_) results.push_back(std::move(carry));
    return results;
  }

 private:
  size_t first_carry() const { return size_t{attr_.each} + attr_.with; }

  Running running_at(int64_t t) const {
    const Running& outer = call_.context().running;
    Running running;
    for (size_t b = 0; b < static_cast<size_t>(call_.extents().batch()); ++b) {
      bool runs = t < call_.extents().lengths(attr_.time)[b] && (outer.all || outer.rows[b]);
      running.rows.push_back(runs);
      running.all &= runs;
    }
    return running;
  }

  void step(const Context& context, int64_t t) {
    std::vector<Ref> parameters;
    for (size_t i = 0; i < call_.operands(); ++i) {
      const Ref& seen = i < attr_.each      ? slice(i, t)
                        : i < first_carry() ? call_.shared(i)
                                            : carries_[i - first_carry()];
      parameters.push_back(cleared(context, call_.operand_type(i).without(attr_.time), seen));
    }
    std::vector<Ref> results = body_.run(context, std::move(parameters));
    for (size_t i = 0; i < outs_.size(); ++i) store(i, t, *results[i]);
    for (size_t i = 0; i < carries_.size(); ++i) {
      carries_[i] = next(context, call_.type(outs_.size() + i), carries_[i], results[outs_.size() + i]);
    }
  }

  Ref slice(size_t operand, int64_t t) const {
    const ir::Type& type = call_.operand_type(operand);
    ir::Type step = type.without(attr_.time);
    auto array = std::make_shared<Array>(call_.zeros(step));
    int64_t start = t * call_.extents().strides(type, {attr_.time})[0];
    copy_elements(array->shape, call_.operand(operand).values.data() + start,
                  call_.extents().strides(type, step.dims), array->values.data(),
                  call_.extents().strides(step, step.dims));
    return array;
  }

  // Outs have the time outermost.
  void store(size_t out, int64_t t, const Array& value) {
    auto start = static_cast<ptrdiff_t>(value.values.size()) * t;
    std::copy(value.values.begin(), value.values.end(), outs_[out].values.begin() + start);
  }

  // A sequence that does not run keeps its carry.
  Ref next(const Context& context, const ir::Type& type, const Ref& before, const Ref& after) const {
    auto batch = call_.extents().of_kind(type, ir::DimKind::batch);
    if (context.running.all || batch.empty()) return after;
    auto merged = std::make_shared<Array>(*before);
    for_each_element<2>(
        merged->shape, {call_.extents().strides(type, type.dims), Extents::counter(batch[0], type.dims)},
        [&](const auto& at) {
          if (!context.running.rows[static_cast<size_t>(at[1])]) return;
          merged->values[static_cast<size_t>(at[0])] = after->values[static_cast<size_t>(at[0])];
        });
    return merged;
  }

  const Call& call_;
  const ir::ScanAttr& attr_;
  Program body_;
  std::vector<Array> outs_;
  std::vector<Ref> carries_;
};

}  // namespace

std::vector<Ref> eval_scan(const Call& call) { return Scan(call).run(); }

}  // namespace rnnc::interp
