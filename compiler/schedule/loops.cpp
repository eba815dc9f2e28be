// Scans: a loop over the steps, whose body is planned like a function.
#include "compiler/schedule/scope.h"

namespace rnnc::schedule {

using ir::Type;
using ir::ValueId;

namespace {

class ScanPlan {
 public:
  ScanPlan(Scope& scope, const ir::Instr& instr)
      : scope_(scope),
        instr_(instr),
        attr_(std::get<ir::ScanAttr>(instr.attributes)),
        loop_(begin(scope, attr_, scope.name(instr.results[0]))),
        body_(scope.plan(), *attr_.body, scope.choices(), loop_, &scope) {}

  void emit() {
    for (size_t i = 0; i < first_carry(); ++i) body_.bind(parameter(i), scope_.held(instr_.operands[i]));
    for (uint32_t i = 0; i < attr_.carries; ++i) begin_carry(i);
    std::vector<Access> homes;
    for (uint32_t i = 0; i < attr_.outs; ++i) homes.push_back(begin_out(i));
    body_.run();
    bool shared_carry = false;
    for (uint32_t i = 0; i < attr_.carries; ++i) shared_carry |= !final_type(i).has(scope_.plan().batch);
    // A carry of all sequences does not change in a step that none of them runs; at the outermost there is
    // none.
    if (shared_carry && scope_.loop().valid()) body_.active();
    scope_.plan().loops[loop_.index].body = std::move(body_.nodes());
    scope_.nodes().push_back(loop_);
    for (uint32_t i = 0; i < attr_.outs; ++i) {
      if (scope_.is_needed(instr_.results[i])) scope_.finish(instr_.results[i], homes[i]);
    }
    for (uint32_t i = 0; i < attr_.carries; ++i) {
      scope_.bind(instr_.results[attr_.outs + i], {ring(i, true)});
    }
  }

 private:
  static LoopId begin(Scope& scope, const ir::ScanAttr& attr, std::string name) {
    LoopId id{static_cast<uint32_t>(scope.plan().loops.size())};
    TimeLoop loop{attr.time, scope.plan().batch, attr.direction, {}, {}, {}, scope.loop(), std::move(name)};
    scope.plan().loops.push_back(std::move(loop));
    return id;
  }

  size_t first_carry() const { return size_t{attr_.each} + attr_.with; }
  ValueId parameter(size_t i) const { return attr_.body->parameters()[i]; }
  ValueId body_result(size_t i) const { return attr_.body->results()[i].value; }
  const Type& final_type(uint32_t i) const { return scope_.type(instr_.results[attr_.outs + i]); }

  Access ring(uint32_t carry, bool previous) const {
    Access access = rows_of(rings_[carry], final_type(carry).dims, scope_.dims());
    access.previous = previous;
    return access;
  }

  void begin_carry(uint32_t i) {
    const Type& type = final_type(i);
    std::string name = attr_.body->results()[attr_.outs + i].name;
    rings_.push_back(scope_.scratch(type, name, Place::ring));
    body_.own(rings_.back());
    scope_.plan().loops[loop_.index].carries.push_back({rings_.back(), type.dims});
    LaneGraph graph;
    graph.store(ring(i, true), scope_.load_settled(graph, instr_.operands[first_carry() + i], false));
    scope_.emit(LaneStage{graph.finish(type.dims)}, name, Apart::copies);
    body_.bind(parameter(first_carry() + i), {ring(i, true)});
    body_.want(body_result(attr_.outs + i), ring(i, false));
  }

  Access begin_out(uint32_t i) {
    ValueId out = instr_.results[i];
    if (!scope_.is_needed(out)) return {};
    Access home = scope_.home(out);
    body_.want(body_result(i), home);
    return home;
  }

  Scope& scope_;
  const ir::Instr& instr_;
  const ir::ScanAttr& attr_;
  LoopId loop_;
  Scope body_;
  std::vector<BufferId> rings_;
};

}  // namespace

void plan_scan(Scope& scope, const ir::Instr& instr) { ScanPlan(scope, instr).emit(); }

}  // namespace rnnc::schedule
