#include "compiler/schedule/verify_stage.h"

#include <algorithm>

namespace rnnc::schedule {

namespace {

using ir::DimId;
using ir::Element;
using support::Failure;
using support::Status;
using Dims = std::vector<DimId>;

class StageCheck {
 public:
  StageCheck(const Plan& plan, const std::set<DimId>& around) : plan_(plan), around_(around) {}

  Status check(const LaneStage& stage) const {
    if (stage.lanes.stores.empty()) return Failure{"stores nothing"};
    return lanes(stage.lanes, stage.lanes.dims);
  }

  Status check(const FoldStage& stage) const {
    const Dims& all = stage.lanes.dims;
    if (stage.over.size() > all.size() || !std::equal(stage.over.rbegin(), stage.over.rend(), all.rbegin())) {
      return Failure{"the summed dims are not the innermost loops"};
    }
    if (stage.within && stage.over.empty()) return Failure{"vectors along a summed dim where there is none"};
    if (Status status = lanes(stage.lanes, all); !status) return status;
    auto count = static_cast<int>(stage.lanes.loads.size() + stage.lanes.ops.size());
    bool is_dot = stage.fold == Fold::dot;
    if (stage.value < 0 || stage.value >= count || is_dot != (stage.factor >= 0) || stage.factor >= count ||
        stage.inside >= count) {
      return Failure{"sums what is no value"};
    }
    if (stage.inside >= 0 && stage.lanes.element(stage.inside) != Element::boolean) {
      return Failure{"a condition that is no boolean"};
    }
    Dims kept(all.begin(), all.end() - static_cast<ptrdiff_t>(stage.over.size()));
    return access(stage.to, stage.lanes.element(stage.value), kept);
  }

  Status check(const PackStage& stage) const {
    if (stage.width % plan_.machine.lanes != 0) return Failure{"panels of broken vectors"};
    if (!spaced(stage.from, stage.n) || !spaced(stage.from, stage.k))
      return Failure{"packs what is not evenly spaced"};
    if (plan_[stage.to.buffer].place != Place::packed) return Failure{"packs to where panels do not belong"};
    return access(stage.from, Element::real, joined({stage.batch, stage.n, stage.k}));
  }

  Status check(const ProductStage& stage) const {
    auto unit = [&](const Access& of, const Dims& dims) {
      return joint_stride(of, dims, plan_.dims) == SizeExpr(1);
    };
    bool fits = spaced(stage.a, stage.m) && spaced(stage.a, stage.k) && spaced(stage.c, stage.m) &&
                unit(stage.c, stage.n);
    if (!fits) return Failure{"multiplies what is not evenly spaced"};
    if (stage.gathers && !unit(stage.a, stage.m)) return Failure{"gathers rows that are not contiguous"};
    if (!is_packed(stage.packed)) return Failure{"multiplies with what is not packed"};
    if (stage.tile.rows < 1 || stage.tile.vectors < 1 || stage.tile.k_block < 1 || stage.tile.m_block < 1) {
      return Failure{"a tile without a size"};
    }
    if (Status status = access(stage.a, Element::real, joined({stage.batch, stage.m, stage.k})); !status)
      return status;
    return access(stage.c, Element::real, joined({stage.batch, stage.m, stage.n}));
  }

  Status check(const TileStage& stage) const {
    if (stage.lanes.stores.empty()) return Failure{"stores nothing"};
    if (stage.lanes.dims != joined({stage.outer, stage.rows, stage.units}))
      return Failure{"other loops than its graph"};
    if (stage.rows.empty() || stage.units.empty()) return Failure{"a product that is none"};
    const Tile& tile = stage.tile;
    if (tile.rows < 1 || tile.vectors < 1 || tile.m_block < 1) return Failure{"a tile without a size"};
    if (tile.bundle < 1 || tile.vectors % tile.bundle != 0) return Failure{"bundles that cross tiles"};
    if (stage.row_panels < 1) return Failure{"a row without a panel"};
    if (stage.to_and_fro.valid() && !around_.contains(stage.to_and_fro))
      return Failure{"walks backwards in steps of a time that no loop walks"};
    auto by_slot = [](const TileProduct& a, const TileProduct& b) { return a.slot < b.slot; };
    if (!std::is_sorted(stage.products.begin(), stage.products.end(), by_slot))
      return Failure{"comes back to a sum"};
    std::vector<bool> made(static_cast<size_t>(std::max<int>(stage.slots, 0)), false);
    for (const TileProduct& product : stage.products) {
      if (product.slot < 0 || product.slot >= stage.slots) return Failure{"adds to what is no slot"};
      made[static_cast<size_t>(product.slot)] = true;
      if (!spaced(product.a, stage.rows) || !spaced(product.a, product.k))
        return Failure{"multiplies what is not evenly spaced"};
      if (!is_packed(product.packed)) return Failure{"multiplies with what is not packed"};
      Status status = access(product.a, Element::real, joined({stage.outer, stage.rows, product.k}));
      if (!status) return status;
    }
    if (std::find(made.begin(), made.end(), false) != made.end())
      return Failure{"a slot that nothing adds to"};
    auto even = [&](const Access& of) { return spaced(of, stage.rows) && spaced(of, stage.units); };
    for (const Load& load : stage.lanes.loads) {
      const auto* sum = std::get_if<Sum>(&load.from);
      if (sum && (sum->slot < 0 || sum->slot >= stage.slots)) return Failure{"reads a sum that is none"};
      const auto* from = std::get_if<Access>(&load.from);
      if (from && !even(*from)) return Failure{"reads what is not evenly spaced"};
    }
    for (const Store& store : stage.lanes.stores) {
      if (!even(store.to)) return Failure{"writes what is not evenly spaced"};
    }
    return lanes(stage.lanes, stage.lanes.dims, true);
  }

  Status check(const IndexStage& stage) const {
    Dims loops = joined({stage.index_dims, stage.row_dims, {stage.dim}});
    if (Status status = access(stage.index, Element::i32, stage.index_dims); !status) return status;
    if (Status status = access(stage.table, stage.element, loops); !status) return status;
    return access(stage.to, stage.element, loops);
  }

  Status check(const ShiftStage& stage) const {
    Dims loops = joined({{stage.time}, stage.row_dims});
    if (!stage.before.empty() && static_cast<int>(stage.before.size()) != stage.by) {
      return Failure{"another number of values before the start than it is shifted by"};
    }
    for (const Access& before : stage.before) {
      if (Status status = access(before, stage.element, stage.row_dims); !status) return status;
    }
    if (Status status = access(stage.from, stage.element, loops); !status) return status;
    return access(stage.to, stage.element, loops);
  }

  Status check(const FlipStage& stage) const {
    Dims loops = joined({{stage.time}, stage.row_dims});
    if (stage.batch.valid()) loops.push_back(stage.batch);
    if (Status status = access(stage.from, stage.element, loops); !status) return status;
    return access(stage.to, stage.element, loops);
  }

  Status check(const PrefixStage& stage) const {
    Dims loops = joined({{stage.how.time}, stage.row_dims});
    bool affine = stage.how.kind == ir::PrefixKind::affine;
    if (affine != stage.a.buffer.valid()) return Failure{"a coefficient too many, or none"};
    if (affine) {
      if (Status status = access(stage.a, Element::real, loops); !status) return status;
    }
    if (Status status = access(stage.b, Element::real, loops); !status) return status;
    if (Status status = access(stage.first, Element::real, stage.row_dims); !status) return status;
    return access(stage.to, Element::real, loops);
  }

  Status check(const ClearStage& stage) const {
    if (!plan_.lengths_of(stage.time).valid()) return Failure{"clears past ends that there are not"};
    return access(stage.to, stage.element, joined({{stage.time, stage.batch}, stage.row_dims}));
  }

  Status check(const AdmitStage& stage) const {
    if (plan_[stage.input.buffer].place != Place::input) return Failure{"admits what is no input"};
    for (DimId time : stage.times) {
      if (!plan_.lengths_of(time).valid()) return Failure{"admits what has no ends"};
    }
    return support::ok();
  }

 private:
  static Dims joined(std::initializer_list<Dims> parts) {
    Dims all;
    for (const Dims& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  }
  // Panels are made by the plan, or were before it.
  bool is_packed(const Access& of) const {
    Place place = plan_[of.buffer].place;
    return place == Place::packed || place == Place::constant;
  }
  bool spaced(const Access& of, const Dims& dims) const {
    return joint_stride(of, dims, plan_.dims).has_value();
  }
  bool walks(DimId dim, const Dims& loops) const {
    return around_.contains(dim) || std::find(loops.begin(), loops.end(), dim) != loops.end();
  }

  Status access(const Access& of, Element element, const Dims& loops) const {
    if (plan_[of.buffer].element != element) return Failure{"an array of other elements"};
    for (const Axis& axis : of.axes) {
      if (!walks(axis.dim, loops)) return Failure{"an array along a dim that no loop walks"};
    }
    return support::ok();
  }

  Status lanes(const Lanes& of, const Dims& loops, bool in_tile = false) const {
    for (const Load& load : of.loads) {
      if (!in_tile && std::holds_alternative<Sum>(load.from))
        return Failure{"reads a sum where there is no tile"};
      if (const auto* from = std::get_if<Access>(&load.from)) {
        if (Status status = access(*from, load.element, loops); !status) return status;
      } else if (const auto* index = std::get_if<Index>(&load.from); index && !walks(index->dim, loops)) {
        return Failure{"the index of a dim that no loop walks"};
      }
    }
    for (size_t i = 0; i < of.ops.size(); ++i) {
      int operands = ir::info(of.ops[i].op).operands;
      for (int k = 0; k < 3; ++k) {
        int operand = of.ops[i].operands[static_cast<size_t>(k)];
        bool exists = operand >= 0 && operand < static_cast<int>(of.loads.size() + i);
        if (exists != (k < operands)) return Failure{"an operation on what is no value before it"};
      }
    }
    auto count = static_cast<int>(of.loads.size() + of.ops.size());
    for (const Store& store : of.stores) {
      if (store.value < 0 || store.value >= count) return Failure{"stores what is no value"};
      if (Status status = access(store.to, of.element(store.value), loops); !status) return status;
    }
    return support::ok();
  }

  const Plan& plan_;
  const std::set<DimId>& around_;
};

}  // namespace

Status verify_stage(const Plan& plan, const StageKind& kind, const std::set<DimId>& around) {
  StageCheck check(plan, around);
  return std::visit([&](const auto& stage) { return check.check(stage); }, kind);
}

}  // namespace rnnc::schedule
