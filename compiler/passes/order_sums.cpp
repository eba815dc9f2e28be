#include "compiler/passes/order_sums.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "compiler/ir/rewrite.h"
#include "compiler/passes/recurrence.h"

namespace rnnc::passes {
namespace {

using ir::DimTable;
using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ValueId;

struct Term {
  ValueId value;
  bool of_state = false;
  bool product = false;
  std::string_view name = {};
};

bool before(const Term& a, const Term& b) {
  return std::tuple(a.of_state, !a.product, a.name) < std::tuple(b.of_state, !b.product, b.name);
}

class Orderer {
 public:
  // `paths`: names of carries that have a better one than their value's own.
  Orderer(const Function& function, const DimTable& dims, const std::vector<Carry>& carries,
          const std::vector<std::string_view>& paths)
      : function_(function),
        uses_(function),
        recurrence_(find_recurrence(function, carries)),
        names_(function.values().size()),
        dims_(dims),
        copy_(function, dims) {
    for (size_t i = 0; i < carries.size(); ++i) names_[carries[i].before.index] = paths[i];
    for (const Instr& instr : function.instrs()) name_held(instr);
  }

  Function run() {
    for (uint32_t i = 0; i < function_.instrs().size(); ++i) {
      if (!order(InstrId{i})) copy_.copy(InstrId{i});
    }
    return copy_.finish();
  }

 private:
  // What every step is handed has the name that it has where it is made.
  void name_held(const Instr& instr) {
    constexpr std::string_view kHeld = "held.";
    if (instr.op != Op::input) return;
    std::string_view name = std::get<ir::NameAttr>(instr.attributes).name;
    if (name.starts_with(kHeld)) names_[instr.results[0].index] = name.substr(kHeld.size());
  }

  bool is_sum(ValueId value) const {
    const Instr* made = function_.producer(value);
    return made && made->op == Op::add && function_.type(value).element == ir::Element::real;
  }

  bool is_inner(ValueId value) const {
    return is_sum(value) && uses_.count(value) == 1 && uses_.readers(value).size() == 1 &&
           function_[uses_.readers(value)[0]].op == Op::add;
  }

  bool is_product(ValueId value) const {
    const Instr* made = function_.producer(value);
    while (made && made->op == Op::view) made = function_.producer(made->operands[0]);
    return made && made->op == Op::contract && !std::get<ir::OverAttr>(made->attributes).over.empty();
  }

  // The name of the data in a product: of the operand that depends on more than params.
  std::string_view name_of_data(ValueId product) {
    const Instr* made = function_.producer(product);
    while (made->op == Op::view) made = function_.producer(made->operands[0]);
    std::string_view first = name_of(made->operands[0]), second = name_of(made->operands[1]);
    return is_data(made->operands[1]) ? second : first;
  }

  bool is_data(ValueId value) const {
    const auto& dims = function_.type(value).dims;
    return std::any_of(dims.begin(), dims.end(),
                       [&](ir::DimId dim) { return dims_[dim].kind != ir::DimKind::constant; });
  }

  std::string_view name_of(ValueId value) const {
    for (;;) {
      if (!names_[value.index].empty()) return names_[value.index];
      const Instr* made = function_.producer(value);
      if (made && made->op == Op::scan) return name_in_body(*made, value);
      bool rearranged = made && (made->op == Op::view || made->op == Op::broadcast || made->op == Op::slice);
      if (!rearranged || !function_[value].name.empty()) return function_[value].name;
      value = made->operands[0];
    }
  }

  // What leaves a scan has the name that it has inside, as in a function that is one step.
  std::string_view name_in_body(const Instr& scan, ValueId result) const {
    const Function& body = *std::get<ir::ScanAttr>(scan.attributes).body;
    std::string_view inside = body[body.results()[function_[result].index].value].name;
    return inside.empty() ? std::string_view(function_[result].name) : inside;
  }

  struct Sum {
    std::vector<Term> terms;         // from left to right
    std::vector<InstrId> additions;  // all but the last, operands first
  };

  Sum collect(ValueId sum) const {
    Sum found;
    std::vector<ValueId> open = {sum};
    while (!open.empty()) {
      ValueId value = open.back();
      open.pop_back();
      if (value != sum && !is_inner(value)) {
        found.terms.push_back({value});
        continue;
      }
      if (value != sum) found.additions.push_back(function_[value].producer);
      const Instr& made = *function_.producer(value);
      open.insert(open.end(), {made.operands[1], made.operands[0]});
    }
    std::sort(found.additions.begin(), found.additions.end());
    return found;
  }

  // Takes care of the instruction if it is an addition of reals. Inner ones are written with the last of
  // their sum.
  bool order(InstrId id) {
    const Instr& instr = function_[id];
    if (instr.results.empty() || !is_sum(instr.results[0])) return false;
    ValueId sum = instr.results[0];
    if (is_inner(sum)) return true;
    Sum found = collect(sum);
    if (std::none_of(found.terms.begin(), found.terms.end(),
                     [&](const Term& term) { return is_product(term.value); })) {
      for (InstrId addition : found.additions) copy_.copy(addition);
      return false;
    }
    for (Term& term : found.terms) {
      int group = recurrence_.group[term.value.index];
      term.of_state = group != Recurrence::kNone && group == recurrence_.group[sum.index];
      term.product = is_product(term.value);
      if (term.product) term.name = name_of_data(term.value);
    }
    std::stable_sort(found.terms.begin(), found.terms.end(), before);
    copy_.build().at(instr.span);
    ValueId total = copy_[found.terms[0].value];
    for (const Term& term : std::span(found.terms).subspan(1)) {
      total = copy_.build().binary(Op::add, total, copy_[term.value]);
    }
    copy_.replace(sum, total);
    return true;
  }

  const Function& function_;
  ir::Uses uses_;
  Recurrence recurrence_;
  std::vector<std::string_view> names_;
  const DimTable& dims_;
  ir::Rewriter copy_;
};

Function order_body(const ir::ScanParts& scan, DimTable& dims);

Function order_inner(const Function& function, DimTable& dims) {
  ir::Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    const Instr& instr = function.instrs()[i];
    if (instr.op != Op::scan) {
      copy.copy(InstrId{i});
      continue;
    }
    ir::ScanAttr attr = std::get<ir::ScanAttr>(instr.attributes);
    attr.body = std::make_shared<const Function>(order_body(ir::ScanParts(instr), dims));
    copy.copy(InstrId{i}, std::move(attr));
  }
  return copy.finish();
}

Function order_body(const ir::ScanParts& scan, DimTable& dims) {
  Function body = order_inner(scan.body, dims);
  std::vector<Carry> carries;
  std::vector<std::string_view> paths;
  for (size_t i = 0; i < scan.attr.carries; ++i) {
    const ir::NamedResult& next = body.results()[scan.attr.outs + i];
    carries.push_back({body.parameters()[scan.attr.each + scan.attr.with + i], next.value});
    paths.push_back(next.name);
  }
  return Orderer(body, dims, carries, paths).run();
}

}  // namespace

Function order_sums(const Function& function, DimTable& dims) {
  Function inner = order_inner(function, dims);
  std::vector<Carry> carries = state_of(inner);
  std::vector<std::string_view> paths;
  for (const Carry& carry : carries) {
    std::string_view name = std::get<ir::NameAttr>(inner.producer(carry.before)->attributes).name;
    paths.push_back(name.substr(std::string_view("state.").size()));
  }
  return Orderer(inner, dims, carries, paths).run();
}

}  // namespace rnnc::passes
