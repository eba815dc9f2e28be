// Contractions as products of matrices: one operand is brought into panels, the other is read where it is.
#include <algorithm>

#include "compiler/schedule/scope.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::Type;
using ir::ValueId;

namespace {

// So many tiles are gathered before the panels run over them: 256 rows, whose 256 steps are a quarter of a
// megabyte. A whole row of most arrays: its lines follow each other, as the processor expects.
constexpr int kGatheredTiles = 43;

// Rows of accumulators and vectors beside each other: as many as the registers hold beside a row of the panel
// and one element of the other operand; fewer vectors where that leaves fewer columns of zeros.
Tile tile_of(const Scope& scope, const std::vector<DimId>& n) {
  const Machine& machine = scope.plan().machine;
  Tile tile{6, machine.registers >= 32 ? 4 : 2, 256, 24};
  SizeExpr units = elements_of(n, scope.dims());
  if (!units.is_constant()) return tile;
  int64_t needed = (units.constant() + machine.lanes - 1) / machine.lanes;
  auto padded = [&](int vectors) { return (needed + vectors - 1) / vectors * vectors; };
  int best = tile.vectors;
  for (int vectors = best - 1; vectors > 1; --vectors) {
    if (padded(vectors) < padded(best)) best = vectors;
  }
  tile.vectors = static_cast<int>(std::min<int64_t>(best, std::max<int64_t>(needed, 1)));
  if (tile.vectors % 2 == 0 && units.constant() % (2 * machine.lanes) == 0) tile.bundle = 2;
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

bool sums_symbols(const Scope& scope, const std::vector<DimId>& k) {
  return std::any_of(k.begin(), k.end(),
                     [&](DimId dim) { return scope.dims()[dim].kind != ir::DimKind::constant; });
}

// Brings the operands to where products can read them.
class Operands {
 public:
  Operands(Scope& scope, const ir::Instr& instr)
      : scope_(scope), sides_(sides(scope, instr)), rows_(scope.sums_rows(sides_.k)) {}

  Product product() const {
    Product product{sides_.c, left(),   {},       sides_.batch,
                    sides_.m, sides_.n, sides_.k, tile_of(scope_, sides_.n)};
    Access right = operand(sides_.packed);
    if (!spaced(right, sides_.n) || !spaced(right, sides_.k)) right = rearranged(sides_.packed, sides_.n);
    int width = product.tile.vectors * scope_.plan().machine.lanes;
    product.packed =
        scope_.packed(right, sides_.batch, sides_.n, sides_.k, width, scope_.name(sides_.packed));
    return product;
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
    return sums_symbols(scope_, sides_.k) ? scope_.settled(value, rows_) : scope_.in_memory(value);
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

  Scope& scope_;
  Matrices sides_;
  bool rows_;
};

// A sum over steps and sequences walks down the columns of an array. If many panels do so, its rows are
// gathered first.
bool gathers(const Scope& scope, const Product& product) {
  constexpr int kPanels = 5;
  SizeExpr n = elements_of(product.n, scope.dims());
  return scope.choices().gather_rows && sums_symbols(scope, product.k) &&
         joint_stride(product.a, product.m, scope.dims()) == SizeExpr(1) && n.is_constant() &&
         n.constant() >= kPanels * product.tile.vectors * scope.plan().machine.lanes;
}

}  // namespace

void emit_product(Scope& scope, const Product& product) {
  const ir::DimTable& dims = scope.dims();
  const std::string name = scope.name(product.c);
  Access home = scope.home(product.c), c = home;
  bool in_place = joint_stride(c, product.m, dims) && joint_stride(c, product.n, dims) == SizeExpr(1);
  std::vector<DimId> order = joined(product.batch, product.m, product.n);
  if (!in_place) c = rows_of(scope.scratch({ir::Element::real, order}, name), order, dims);
  ProductStage stage{product.a, c,         {product.packed}, product.batch,
                     product.m, product.n, product.k,        product.tile};
  stage.gathers = gathers(scope, product);
  if (stage.gathers) stage.tile.m_block = kGatheredTiles;
  scope.emit(std::move(stage), name);
  if (!in_place) {
    LaneGraph graph;
    graph.store(home, graph.load({c, ir::Element::real}));
    scope.emit(LaneStage{graph.finish(scope.type(product.c).dims)}, name, Apart::copies);
  }
  scope.finish(product.c, home);
}

void plan_contract(Scope& scope, const ir::Instr& instr) {
  Matrices matrices = sides(scope, instr);
  if (matrices.m.empty() || matrices.n.empty()) return plan_dot(scope, instr);
  Product product = Operands(scope, instr).product();
  // What sums over steps and sequences is done in blocks of them, so its sums are not ready tile by tile.
  if (!scope.choices().fuse_products || sums_symbols(scope, product.k)) return emit_product(scope, product);
  scope.postpone(std::move(product));
}

}  // namespace rnnc::schedule
