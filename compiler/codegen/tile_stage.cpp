// Products with the element-wise graph that reads their sums: a tile of sums is made on the stack, in the
// first cache, and the graph runs over its rows.
#include <algorithm>

#include "compiler/codegen/kernel.h"
#include "compiler/codegen/lane_code.h"
#include "compiler/codegen/panels.h"
#include "compiler/codegen/stages.h"

namespace rnnc::codegen {

using ir::DimId;

namespace {

class TileCode {
 public:
  TileCode(Site& site, const schedule::TileStage& stage)
      : site_(site),
        code_(site.code()),
        stage_(stage),
        lanes_(site.plan().machine.lanes),
        width_(stage.tile.vectors * lanes_) {}

  void write() {
    sums_ = code_.local(code_.f32(), int64_t{stage_.tile.rows} * sums_row(), 64);
    for (const schedule::TileProduct& product : stage_.products) operands_.push_back(operand(product));
    epilogue_ = epilogue();
    units_ = site_.size(stage_.units);
    std::vector<schedule::Access> walked;
    for (const schedule::TileProduct& product : stage_.products) walked.push_back(product.a);
    LoopNest nest =
        site_.nest(stage_.outer, walked, std::set<DimId>(stage_.outer.begin(), stage_.outer.end()));
    site_.loops(nest, 0, nest.dims.size(), {}, site_.starts(nest),
                [&](const Values& indices, const Values& places) { blocks(indices, places); });
  }

 private:
  struct Operand {
    Value a_row, a_step, packed, elements, steps;
    bool is_first;  // of its slot
    llvm::Function* kernels;
  };

  int64_t sums_row() const { return int64_t{stage_.slots} * width_; }
  Value element(Value place, Value index) { return code_.element(place, code_.f32(), index); }

  Operand operand(const schedule::TileProduct& product) {
    bool is_first = operands_.empty() || stage_.products[operands_.size() - 1].slot != product.slot;
    Value a_row = site_.joint_stride(product.a, stage_.rows),
          a_step = site_.joint_stride(product.a, product.k);
    return {a_row,
            a_step,
            site_.start(product.packed),
            matrix_elements(site_, stage_.units, product.k, width_),
            site_.size(product.k),
            is_first,
            kernels(code_, stage_.tile.rows, stage_.tile.vectors, lanes_, side_of(code_, a_row, a_step))};
  }

  // Of the indices of `outer`, those that the weights have.
  Values heads(const Values& indices) const {
    Values heads;
    for (DimId head : stage_.heads) {
      auto at = std::find(stage_.outer.begin(), stage_.outer.end(), head) - stage_.outer.begin();
      heads.push_back(indices[static_cast<size_t>(at)]);
    }
    return heads;
  }

  // Blocks of rows that stay in the second cache while all panels run over them.
  void blocks(const Values& indices, const Values& a) {
    Value matrix = position(site_, stage_.heads, heads(indices));
    Value rows = site_.size(stage_.rows);
    int64_t block = int64_t{stage_.tile.rows} * stage_.tile.m_block;
    code_.loop(code_.whole(0), rows, block, [&](Value block_first) {
      Value in_block = code_.least(code_.sub(rows, block_first), code_.whole(block));
      code_.loop(code_.whole(0), units_, width_, [&](Value unit) {
        tiles_of_rows(code_, in_block, stage_.tile.rows, [&](Value number, Value first, Value height) {
          tile(indices, a, matrix, {number, code_.add(block_first, first), height, unit});
        });
      });
    });
  }

  struct TilePlace {
    Value number;  // in its block
    Value row, height, unit;
  };

  // What the tiles of the next panel need first is brought nearer by the first tiles of this one.
  Value ahead(const Operand& of, Value panel, const TilePlace& at) {
    Value panel_bytes = code_.mul(of.steps, code_.whole(4 * width_));
    Value offset = code_.mul(at.number, bytes_ahead(code_, of.steps));
    Value next = code_.element(panel, code_.i8(), code_.add(panel_bytes, offset));
    return code_.select(code_.compare(Compare::less, offset, panel_bytes), next, panel);
  }

  void tile(const Values& indices, const Values& a, Value matrix, const TilePlace& at) {
    for (size_t p = 0; p < operands_.size(); ++p) {
      const Operand& of = operands_[p];
      Value panel =
          element(of.packed, code_.add(code_.mul(matrix, of.elements), code_.mul(at.unit, of.steps)));
      Value slot = element(sums_, code_.whole(int64_t{stage_.products[p].slot} * width_));
      Value first = code_.zero(code_.i1());
      if (of.is_first) first = code_.no(first);
      code_.call(of.kernels, {at.height, element(a[p], code_.mul(at.row, of.a_row)), of.a_row, of.a_step,
                              panel, slot, code_.whole(sums_row()), of.steps, first, ahead(of, panel, at)});
    }
    Values arguments = site_.passed_on();
    arguments.insert(arguments.end(), indices.begin(), indices.end());
    arguments.insert(arguments.end(), {at.row, at.height, at.unit, sums_});
    code_.call(epilogue_, arguments);
  }

  // void(what the site passes on, indices of `outer`, first row, rows, first unit, sums)
  llvm::Function* epilogue() {
    Type whole = code_.i64();
    std::vector<Type> parameters = site_.passed_on_types();
    auto own = static_cast<int>(parameters.size());
    parameters.insert(parameters.end(), stage_.outer.size() + 3, whole);
    parameters.push_back(code_.pointer());
    llvm::Function* function = code_.begin("epilogue", code_.nothing(), parameters, false);
    Site inner = site_.taken_over();
    Values indices;
    for (size_t i = 0; i < stage_.outer.size(); ++i) indices.push_back(code_.parameter(own++));
    LaneCode lanes(inner, stage_.lanes);
    LoopNest nest = tile_nest(inner, lanes);
    write_rows(inner, lanes, nest, indices, own);
    code_.end();
    return function;
  }

  LoopNest tile_nest(Site& inner, const LaneCode& lanes) const {
    LoopNest nest;
    for (DimId dim : stage_.outer) nest.dims.push_back({dim});
    nest.dims.push_back(stage_.rows);
    nest.dims.push_back(stage_.units);
    for (const auto& dims : nest.dims) nest.counts.push_back(inner.size(dims));
    for (const schedule::Access& access : lanes.accesses()) {
      Stream stream{inner.start(access), inner.element(access), {}};
      for (const auto& dims : nest.dims) stream.strides.push_back(inner.joint_stride(access, dims));
      nest.streams.push_back(std::move(stream));
    }
    return nest;
  }

  void write_rows(Site& inner, LaneCode& lanes, const LoopNest& nest, Values indices, int own) {
    Value first_row = code_.parameter(own), rows = code_.parameter(own + 1);
    Value first_unit = code_.parameter(own + 2), sums = code_.parameter(own + 3);
    Values starts = inner.starts(nest);
    auto move = [&](Values places, Value index, size_t loop) {
      for (size_t s = 0; s < places.size(); ++s) {
        const Stream& stream = nest.streams[s];
        places[s] = inner.moved(places[s], stream.element, index, stream.strides[loop]);
      }
      return places;
    };
    size_t row_loop = stage_.outer.size();
    auto vector_loop = static_cast<int>(row_loop + 1);
    for (size_t i = 0; i < row_loop; ++i) starts = move(starts, indices[i], i);
    indices.resize(nest.dims.size(), nullptr);
    Value units = nest.counts.back();
    Value end = code_.least(units, code_.add(first_unit, code_.whole(width_)));
    code_.loop(code_.whole(0), rows, 1, [&](Value r) {
      Values at = indices;
      at[row_loop] = code_.add(first_row, r);
      Values places = move(starts, at[row_loop], row_loop);
      lanes.begin_row(nest, at, vector_loop);
      const int bundle = stage_.tile.bundle * lanes_;
      code_.loop(first_unit, end, bundle, [&](Value unit) {
        Piece piece = inner.piece_of(units, unit, bundle);
        Value column = code_.add(code_.mul(r, code_.whole(sums_row())), code_.sub(unit, first_unit));
        Values of_slots;
        for (int slot = 0; slot < stage_.slots; ++slot) {
          Value place = element(sums, code_.add(column, code_.whole(int64_t{slot} * width_)));
          of_slots.push_back(code_.load(code_.vector(code_.f32(), bundle), place, 4 * lanes_));
        }
        Values values = lanes.values(nest, at, places, vector_loop, piece, of_slots);
        lanes.store(nest, places, vector_loop, values, piece);
      });
    });
  }

  Site& site_;
  Code& code_;
  const schedule::TileStage& stage_;
  int lanes_;
  int64_t width_;
  Value sums_ = nullptr, units_ = nullptr;
  llvm::Function* epilogue_ = nullptr;
  std::vector<Operand> operands_;
};

}  // namespace

void write_stage(Site& site, const schedule::TileStage& stage) { TileCode(site, stage).write(); }

}  // namespace rnnc::codegen
