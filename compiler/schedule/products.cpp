// Contractions as products of matrices: one operand is brought into panels, the other is read where it is.
#include <algorithm>

#include "compiler/schedule/scope.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::Type;
using ir::ValueId;

namespace {

bool in(const std::vector<DimId>& dims, DimId dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

// Rows of accumulators and vectors beside each other: as many as the registers hold beside a row of the panel
// and one element of the other operand.
Tile tile_of(const Machine& machine) {
  Tile tile{6, machine.registers >= 32 ? 4 : 2, 256, 24};
  return tile;
}

struct Matrices {
  ValueId a, packed, c;
  std::vector<DimId> batch, m, n, k;
};

// Which operand gives the columns: the one whose dim is the result's last, so that rows of it are written
// whole.
Matrices sides(const Scope& scope, const ir::Instr& instr) {
  const auto& over = std::get<ir::OverAttr>(instr.attributes).over;
  ValueId a = instr.operands[0], b = instr.operands[1], c = instr.results[0];
  const Type& c_type = scope.type(c);
  bool swap = !c_type.dims.empty() && !scope.type(b).has(c_type.dims.back());
  Matrices sides{swap ? b : a, swap ? a : b, c, {}, {}, {}, {}};
  for (DimId dim : c_type.dims) {
    bool in_a = scope.type(sides.a).has(dim), in_packed = scope.type(sides.packed).has(dim);
    (in_a && in_packed ? sides.batch : in_a ? sides.m : sides.n).push_back(dim);
  }
  for (DimId dim : scope.type(sides.a).dims) {
    if (in(over, dim)) sides.k.push_back(dim);
  }
  return sides;
}

std::vector<DimId> joined(std::vector<DimId> first, const std::vector<DimId>& second,
                          const std::vector<DimId>& third) {
  first.insert(first.end(), second.begin(), second.end());
  first.insert(first.end(), third.begin(), third.end());
  return first;
}

class ProductPlan {
 public:
  ProductPlan(Scope& scope, const ir::Instr& instr)
      : scope_(scope), sides_(sides(scope, instr)), rows_(scope.sums_rows(sides_.k)) {}

  void emit() {
    const std::string name = scope_.name(sides_.c);
    Tile tile = tile_of(scope_.plan().machine);
    Access a = left();
    Access right = operand(sides_.packed);
    if (!spaced(right, sides_.n) || !spaced(right, sides_.k)) right = rearranged(sides_.packed, sides_.n);
    int width = tile.vectors * scope_.plan().machine.lanes;
    BufferId packed =
        scope_.packed(right, sides_.batch, sides_.n, sides_.k, width, scope_.name(sides_.packed));
    Access home = scope_.home(sides_.c), c = home;
    bool in_place = spaced(c, sides_.m) && contiguous(c, sides_.n);
    std::vector<DimId> order = joined(sides_.batch, sides_.m, sides_.n);
    Type c_type{ir::Element::real, order};
    if (!in_place) c = rows_of(scope_.scratch(c_type, name), order, scope_.dims());
    scope_.emit(ProductStage{a, c, {packed}, sides_.batch, sides_.m, sides_.n, sides_.k, tile}, name);
    if (!in_place) copy(c, home, name);
    scope_.finish(sides_.c, home);
  }

 private:
  bool spaced(const Access& access, const std::vector<DimId>& dims) const {
    return joint_stride(access, dims, scope_.dims()).has_value();
  }
  bool contiguous(const Access& access, const std::vector<DimId>& dims) const {
    return joint_stride(access, dims, scope_.dims()) == SizeExpr(1);
  }
  // Sums along a time or over the sequences must meet zeros where there is nothing.
  Access operand(ValueId value) const {
    bool over_symbols = std::any_of(sides_.k.begin(), sides_.k.end(), [&](DimId dim) {
      return scope_.dims()[dim].kind != ir::DimKind::constant;
    });
    return over_symbols ? scope_.settled(value, rows_) : scope_.in_memory(value);
  }
  Access rearranged(ValueId value, const std::vector<DimId>& own) const {
    Type order{ir::Element::real, joined(sides_.batch, own, sides_.k)};
    Held from{operand(value)};
    return scope_.copied(from, order, false, scope_.name(value));
  }
  Access left() const {
    Access a = operand(sides_.a);
    bool fits =
        spaced(a, sides_.m) && spaced(a, sides_.k) && (contiguous(a, sides_.m) || contiguous(a, sides_.k));
    return fits ? a : rearranged(sides_.a, sides_.m);
  }
  void copy(const Access& from, const Access& to, const std::string& name) const {
    LaneGraph graph;
    graph.store(to, graph.load({from, ir::Element::real}));
    scope_.emit(LaneStage{graph.finish(scope_.type(sides_.c).dims)}, name, Apart::copies);
  }

  Scope& scope_;
  Matrices sides_;
  bool rows_;
};

}  // namespace

void plan_contract(Scope& scope, const ir::Instr& instr) {
  Matrices matrices = sides(scope, instr);
  if (matrices.m.empty() || matrices.n.empty()) return plan_dot(scope, instr);
  ProductPlan(scope, instr).emit();
}

}  // namespace rnnc::schedule
