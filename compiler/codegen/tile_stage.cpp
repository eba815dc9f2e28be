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
    sums_ = code_.local(code_.f32(), std::max<int64_t>(block_rows(), stage_.row_panels) * sums_row(), 64);
    for (const schedule::TileProduct& product : stage_.products) operands_.push_back(operand(product));
    nearer_ = of_block("nearer", [&](Site& inner, const Block& block) { bring_nearer(inner, block); });
    epilogue_ = of_block("epilogue", [&](Site& inner, const Block& block) { write_rows(inner, block); });
    units_ = site_.range(stage_.units, width_);
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
    llvm::Function *kernels, *row_kernel;
  };

  Value first_flag(const Operand& of) {
    Value no = code_.zero(code_.i1());
    return of.is_first ? code_.no(no) : no;
  }
  int64_t block_rows() const { return int64_t{stage_.tile.rows} * stage_.tile.m_block; }
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
            kernels(code_, stage_.tile.rows, stage_.tile.vectors, lanes_, side_of(code_, a_row, a_step)),
            row_kernel(code_, stage_.row_panels, stage_.tile.vectors, lanes_)};
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

  // Blocks of rows, whose sums stay in the first cache: within them each panel stays there while the tiles of
  // the rows run over it.
  void blocks(const Values& indices, const Values& a) {
    Value matrix = position(site_, stage_.heads, heads(indices));
    Range rows = site_.range(stage_.rows);
    // Of equal heights: a few rows that are left would cost as many panels as a whole block.
    tiles_of_rows(code_, code_.sub(rows.end, rows.begin), static_cast<int>(block_rows()),
                  [&](Value, Value first, Value in_block) {
                    block(indices, a, matrix, code_.add(rows.begin, first), in_block);
                  });
  }

  void block(const Values& indices, const Values& a, Value matrix, Value first, Value in_block) {
    auto for_block = [&](llvm::Function* function, Value unit, Value sums) {
      Values arguments = site_.passed_on();
      arguments.insert(arguments.end(), indices.begin(), indices.end());
      arguments.insert(arguments.end(), {first, in_block, unit, sums});
      code_.call(function, arguments);
    };
    // A tile of one row would wait for its few sums: it takes some panels side by side.
    Value is_row = code_.compare(Compare::equal, in_block, code_.whole(1));
    if (stage_.row_panels == 1) is_row = code_.zero(code_.i1());
    Value by_row = code_.select(is_row, row_end(), units_.begin);
    code_.loop(units_.begin, by_row, row_width(), [&](Value from_there) {
      Value unit = to_and_fro(from_there, by_row);
      for (size_t p = 0; p < operands_.size(); ++p) row_of_panels(p, a[p], matrix, first, unit);
      code_.loop(code_.whole(0), code_.whole(stage_.row_panels), 1, [&](Value i) {
        Value sums = element(sums_, code_.mul(i, code_.whole(sums_row())));
        for_block(epilogue_, code_.add(unit, code_.mul(i, code_.whole(width_))), sums);
      });
    });
    code_.loop(by_row, units_.end, width_, [&](Value unit) {
      for_block(nearer_, unit, sums_);
      for (size_t p = 0; p < operands_.size(); ++p) product(p, a[p], matrix, first, in_block, unit);
      for_block(epilogue_, unit, sums_);
    });
  }

  // Of the units those that are done some panels at a time where there is one row.
  int64_t row_width() const { return stage_.row_panels * width_; }
  Value row_end() {
    Value all = code_.div(code_.sub(units_.end, units_.begin), code_.whole(row_width()));
    return code_.add(units_.begin, code_.mul(all, code_.whole(row_width())));
  }

  // Backwards in every other step: what the step before used last is still near.
  Value to_and_fro(Value unit, Value end) {
    if (!stage_.to_and_fro.valid()) return unit;
    Value is_odd = code_.compare(Compare::equal, code_.both(site_.step(stage_.to_and_fro), code_.whole(1)),
                                 code_.whole(1));
    Value from_end = code_.sub(code_.sub(end, code_.whole(row_width())), code_.sub(unit, units_.begin));
    return code_.select(is_odd, from_end, unit);
  }

  void row_of_panels(size_t p, Value a, Value matrix, Value row, Value unit) {
    const Operand& of = operands_[p];
    Value slot = element(sums_, code_.whole(int64_t{stage_.products[p].slot} * width_));
    code_.call(of.row_kernel, {element(a, code_.mul(row, of.a_row)), of.a_step, panel(p, matrix, unit), slot,
                               code_.whole(sums_row()), of.steps, first_flag(of)});
  }

  Value panel(size_t product, Value matrix, Value unit) {
    const Operand& of = operands_[product];
    return element(of.packed, code_.add(code_.mul(matrix, of.elements), code_.mul(unit, of.steps)));
  }

  void product(size_t p, Value a, Value matrix, Value first, Value rows, Value unit) {
    const Operand& of = operands_[p];
    Value here = panel(p, matrix, unit);
    Value next = p + 1 < operands_.size() ? panel(p + 1, matrix, unit)
                                          : panel(0, matrix, code_.add(unit, code_.whole(width_)));
    Value slot = element(sums_, code_.whole(int64_t{stage_.products[p].slot} * width_));
    tiles_of_rows(code_, rows, stage_.tile.rows, [&](Value tile, Value row, Value height) {
      code_.call(of.kernels,
                 {height, element(a, code_.mul(code_.add(first, row), of.a_row)), of.a_row, of.a_step, here,
                  element(slot, code_.mul(row, code_.whole(sums_row()))), code_.whole(sums_row()), of.steps,
                  first_flag(of), ahead(code_, here, next, static_cast<int>(width_), of.steps, tile)});
    });
  }

  struct Block {
    Values indices;  // of `outer`
    Value first_row, rows, first_unit, sums;
  };
  // void(what the site passes on, indices of `outer`, first row, rows, first unit, sums)
  llvm::Function* of_block(const char* name, const std::function<void(Site&, const Block&)>& write) {
    Type whole = code_.i64();
    std::vector<Type> parameters = site_.passed_on_types();
    auto own = static_cast<int>(parameters.size());
    parameters.insert(parameters.end(), stage_.outer.size() + 3, whole);
    parameters.push_back(code_.pointer());
    llvm::Function* function = code_.begin(name, code_.nothing(), parameters, false);
    Site inner = site_.taken_over();
    Block block;
    for (size_t i = 0; i < stage_.outer.size(); ++i) block.indices.push_back(code_.parameter(own++));
    for (Value Block::* member : {&Block::first_row, &Block::rows, &Block::first_unit, &Block::sums})
      block.*member = code_.parameter(own++);
    write(inner, block);
    code_.end();
    return function;
  }

  LoopNest tile_nest(Site& inner, const std::vector<schedule::Access>& accesses) const {
    LoopNest nest;
    for (DimId dim : stage_.outer) nest.dims.push_back({dim});
    nest.dims.push_back(stage_.rows);
    nest.dims.push_back(stage_.units);
    for (const schedule::Access& access : accesses) {
      Stream stream{inner.start(access), inner.element(access), {}};
      for (const auto& dims : nest.dims) stream.strides.push_back(inner.joint_stride(access, dims));
      nest.streams.push_back(std::move(stream));
    }
    return nest;
  }

  Values moved(Site& inner, const LoopNest& nest, Values places, Value index, size_t loop) {
    for (size_t s = 0; s < places.size(); ++s) {
      const Stream& stream = nest.streams[s];
      places[s] = inner.moved(places[s], stream.element, index, stream.strides[loop]);
    }
    return places;
  }
  Values starts(Site& inner, const LoopNest& nest, const Values& indices) {
    Values places = inner.starts(nest);
    for (size_t i = 0; i < indices.size(); ++i) places = moved(inner, nest, places, indices[i], i);
    return places;
  }

  void write_rows(Site& inner, const Block& block) {
    LaneCode lanes(inner, stage_.lanes);
    LoopNest nest = tile_nest(inner, lanes.accesses());
    Values begun = starts(inner, nest, block.indices);
    size_t row_loop = stage_.outer.size();
    auto vector_loop = static_cast<int>(row_loop + 1);
    Values indices = block.indices;
    indices.resize(nest.dims.size(), nullptr);
    Range units = inner.all(stage_.units);
    Value end = code_.least(units.end, code_.add(block.first_unit, code_.whole(width_)));
    code_.loop(code_.whole(0), block.rows, 1, [&](Value r) {
      Values at = indices;
      at[row_loop] = code_.add(block.first_row, r);
      Values places = moved(inner, nest, begun, at[row_loop], row_loop);
      lanes.begin_row(nest, at, vector_loop);
      const int bundle = stage_.tile.bundle * lanes_;
      code_.loop(block.first_unit, end, bundle, [&](Value unit) {
        Piece piece = inner.piece_of(units, unit, bundle);
        Value column = code_.add(code_.mul(r, code_.whole(sums_row())), code_.sub(unit, block.first_unit));
        Values of_slots;
        for (int slot = 0; slot < stage_.slots; ++slot) {
          Value place = element(block.sums, code_.add(column, code_.whole(int64_t{slot} * width_)));
          of_slots.push_back(code_.load(code_.vector(code_.f32(), bundle), place, 4 * lanes_));
        }
        Values values = lanes.values(nest, at, places, vector_loop, piece, of_slots);
        lanes.store(nest, places, vector_loop, values, piece);
      });
    });
  }

  // What the graph will read and write is far away, and its rows are too far from each other for the
  // processor to foresee them: it is asked for while the products are made.
  void bring_nearer(Site& inner, const Block& block) {
    std::vector<schedule::Access> accesses;
    for (const schedule::Load& load : stage_.lanes.loads) {
      if (const auto* access = std::get_if<schedule::Access>(&load.from)) accesses.push_back(*access);
    }
    const size_t loads = accesses.size();
    for (const schedule::Store& store : stage_.lanes.stores) accesses.push_back(store.to);
    LoopNest nest = tile_nest(inner, accesses);
    size_t row_loop = stage_.outer.size();
    Values begun = moved(inner, nest, starts(inner, nest, block.indices), block.first_unit, row_loop + 1);
    code_.loop(code_.whole(0), block.rows, 1, [&](Value r) {
      Values places = moved(inner, nest, begun, code_.add(block.first_row, r), row_loop);
      for (size_t s = 0; s < places.size(); ++s) {
        int64_t still = 1;
        if (code_.is_constant(nest.streams[s].strides[row_loop], still) && still == 0) continue;
        for (int64_t byte = 0; byte < 4 * width_; byte += kLine) {
          Value line = code_.element(places[s], code_.i8(), code_.whole(byte));
          s < loads ? code_.prefetch(line) : code_.prefetch_to_write(line);
        }
      }
    });
  }

  Site& site_;
  Code& code_;
  const schedule::TileStage& stage_;
  int lanes_;
  int64_t width_;
  Value sums_ = nullptr;
  Range units_ = {};  // that are done
  llvm::Function *epilogue_ = nullptr, *nearer_ = nullptr;
  std::vector<Operand> operands_;
};

}  // namespace

void write_stage(Site& site, const schedule::TileStage& stage) { TileCode(site, stage).write(); }

}  // namespace rnnc::codegen
