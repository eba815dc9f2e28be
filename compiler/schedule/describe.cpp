#include "compiler/schedule/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/ir/words.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/slots.h"
#include "compiler/schedule/uses.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

namespace {

using ir::DimId;

class Describer {
 public:
  explicit Describer(const Plan& plan) : plan_(plan) {}

  std::string whole() {
    Cost cost = cost_of(plan_);
    text_ = fmt::format("{}: {} stages, {}, for vectors of {} lanes.\n", plan_.name, plan_.stages.size(),
                        loops_text(), plan_.machine.lanes);
    text_ += fmt::format("A call is {} FLOP, reads {} and writes {} bytes.\n\n", size(cost.flops),
                         size(cost.read), size(cost.written));
    nodes(plan_.body, "");
    memory();
    return text_;
  }

 private:
  std::string size(const SizeExpr& expression) const { return expression.to_text(plan_.dims); }
  std::string names(const std::vector<DimId>& dims) const {
    std::vector<std::string> words;
    for (DimId dim : dims) words.push_back(plan_.dims[dim].name);
    return words.empty() ? "one element" : fmt::format("{}", fmt::join(words, ", "));
  }
  const std::string& name(const Access& access) const { return plan_[access.buffer].name; }

  std::string loops_text() const {
    size_t count = plan_.loops.size();
    return count == 0   ? "no loop over time"
           : count == 1 ? "1 loop over time"
                        : fmt::format("{} loops over time", count);
  }

  void nodes(const std::vector<Node>& all, const std::string& indent) {
    for (const Node& node : all) {
      if (const auto* id = std::get_if<StageId>(&node)) {
        stage(plan_[*id], indent);
        continue;
      }
      const TimeLoop& loop = plan_[std::get<LoopId>(node)];
      text_ += fmt::format("{}for each step of {}, {}{}:\n", indent, plan_.dims[loop.time].name,
                           ir::word(loop.direction), whose(loop));
      nodes(loop.body, indent + "  ");
    }
  }

  std::string_view whose(const TimeLoop& loop) const {
    if (loop.around.valid()) return "";
    if (!loop.dealt) return ", by one thread";
    return loop.by_units ? ", each thread for its own sequences, or where there are few for its own units"
                         : ", each thread for its own sequences";
  }
  // In a loop that is said of the loop.
  std::string divided(const Stage& of, bool in_loop) const {
    if (in_loop || !of.dealt.valid()) return "";
    return fmt::format("; threads divide {}", plan_.dims[of.dealt].name);
  }

  void stage(const Stage& of, const std::string& indent) {
    Cost cost = cost_of(plan_, of);
    text_ += fmt::format("{}{}: {}", indent, of.name, sentence(of));
    if (!cost.flops.is_zero()) text_ += fmt::format("; {} FLOP", size(cost.flops));
    SizeExpr bytes = cost.read + cost.written;
    if (!bytes.is_zero()) text_ += fmt::format("; {} bytes", size(bytes));
    text_ += reason(of) + divided(of, !indent.empty()) + "\n";
  }

  static std::string reason(const Stage& of) {
    switch (of.apart) {
      case Apart::nothing:
      case Apart::own_loops:
      case Apart::copies:
        return "";
      case Apart::other_dims:
        return "; not part of the stage before, whose loops run over other dims";
      case Apart::waits:
        return fmt::format("; by itself because it needs all of {}", of.on);
    }
    RNNC_UNREACHABLE("a reason of no kind");
  }

  std::string operations(const Lanes& lanes) const {
    std::vector<std::string> words;
    for (const LaneOp& op : lanes.ops) words.emplace_back(ir::info(op.op).text);
    return words.empty() ? "copy" : fmt::format("{}", fmt::join(words, " "));
  }

  std::string sentence(const Stage& of) const {
    return std::visit([&](const auto& stage) { return kind(stage); }, of.kind);
  }
  std::string kind(const LaneStage& of) const {
    return fmt::format("element by element over {}: {}", names(of.lanes.dims), operations(of.lanes));
  }
  std::string kind(const FoldStage& of) const {
    static constexpr const char* kWords[] = {"sum", "largest", "smallest", "sum of products"};
    return fmt::format("{} over {}", kWords[static_cast<size_t>(of.fold)], names(of.over));
  }
  std::string kind(const PackStage& of) const {
    return fmt::format("bring {} into panels of {} columns", name(of.from), of.width);
  }
  std::string kind(const ProductStage& of) const {
    return fmt::format("product of [{}; {}] and [{}; {}] in tiles of {} x {} vectors{}", names(of.m),
                       names(of.k), names(of.k), names(of.n), of.tile.rows, of.tile.vectors,
                       of.gathers ? ", whose rows are gathered first" : "");
  }
  std::string kind(const TileStage& of) const {
    std::vector<std::string> products;
    for (const TileProduct& product : of.products)
      products.push_back(fmt::format("{} of {}", name(product.a), names(product.k)));
    return fmt::format(
        "{} of {} into {} for rows of {} and units of {} in tiles of {} x {} vectors, each followed by: {}",
        of.products.size() == 1 ? "product" : "products", fmt::join(products, ", "),
        of.slots == 1 ? "one sum" : fmt::format("{} sums", of.slots), names(of.rows), names(of.units),
        of.tile.rows, of.tile.vectors, operations(of.lanes));
  }
  std::string kind(const IndexStage& of) const {
    return fmt::format("{} along {} by {}", of.scatter ? "add rows" : "pick rows", plan_.dims[of.dim].name,
                       name(of.index));
  }
  std::string kind(const ShiftStage& of) const {
    return fmt::format("shift along {} by {}", plan_.dims[of.time].name, of.by);
  }
  std::string kind(const FlipStage& of) const {
    return fmt::format("reverse each sequence along {}", plan_.dims[of.time].name);
  }
  std::string kind(const PrefixStage& of) const {
    return fmt::format("{} {} along {}", ir::word(of.how.direction), ir::word(of.how.kind),
                       plan_.dims[of.how.time].name);
  }
  std::string kind(const ClearStage& of) const {
    return fmt::format("zeros past the ends along {}, if any", plan_.dims[of.time].name);
  }
  std::string kind(const AdmitStage&) const { return "copy the input, if any sequence ends early"; }

  void memory() {
    text_ += fmt::format("\n{} buffers in {} places:\n", plan_.buffers.size(), plan_.slots.size());
    for (uint32_t s = 0; s < plan_.slots.size(); ++s) {
      std::vector<std::string> held;
      for (const Buffer& buffer : plan_.buffers) {
        if (buffer.slot == SlotId{s}) held.push_back(buffer.name);
      }
      text_ += fmt::format("  {} bytes: {}\n", size(plan_.slots[s]), fmt::join(held, ", "));
    }
  }

  const Plan& plan_;
  std::string text_;
};

}  // namespace

std::string_view kind_of(const Stage& stage) {
  static constexpr const char* kWords[] = {"lanes", "fold", "pack",   "product", "tile", "index",
                                           "shift", "flip", "prefix", "clear",   "admit"};
  static_assert(std::size(kWords) == std::variant_size_v<StageKind>);
  return kWords[stage.kind.index()];
}

std::string describe(const Plan& plan) { return Describer(plan).whole(); }

}  // namespace rnnc::schedule
