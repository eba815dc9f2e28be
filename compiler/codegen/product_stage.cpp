#include <fmt/format.h>

#include "compiler/codegen/kernel.h"
#include "compiler/codegen/panels.h"
#include "compiler/codegen/stages.h"

namespace rnnc::codegen {

using ir::DimId;
using ir::Element;

namespace {

LoopNest batch_loops(Site& site, const std::vector<DimId>& batch,
                     const std::vector<schedule::Access>& accesses) {
  return site.nest(batch, accesses, std::set<DimId>(batch.begin(), batch.end()));
}

// Vector i of the result has lane i of each of the vectors, which are as many as they have lanes. In each
// round pairs of vectors at distance `apart` exchange the halves of their blocks of twice that size.
Values transposed(Code& code, Values vectors) {
  auto lanes = static_cast<int>(vectors.size());
  for (int apart = 1; apart < lanes; apart *= 2) {
    std::vector<int> low, high;
    for (int lane = 0; lane < lanes; ++lane) {
      bool second = (lane & apart) != 0;
      low.push_back(second ? lanes + lane - apart : lane);
      high.push_back(second ? lanes + lane : lane + apart);
    }
    for (int i = 0; i < lanes; ++i) {
      if (i & apart) continue;
      Value &a = vectors[static_cast<size_t>(i)], &b = vectors[static_cast<size_t>(i + apart)];
      Value first = code.shuffle(a, b, low), second = code.shuffle(a, b, high);
      a = first;
      b = second;
    }
  }
  return vectors;
}

// How many rows ahead is asked for: the processor does not foresee steps as far as a row is long.
constexpr int kRowsAhead = 16;

// Brings one matrix, whose rows are the columns of the panels, into them.
class PackCode {
 public:
  PackCode(Site& site, int width, Side contiguous)
      : site_(site),
        code_(site.code()),
        width_(width),
        lanes_(site.plan().machine.lanes),
        contiguous_(contiguous) {}

  // void(from, n_stride, k_stride, to, n, k). Shared by the stages of a module, since how a matrix lies is
  // said by numbers; only what is contiguous makes another function.
  llvm::Function* function() {
    std::string name = fmt::format("pack_{}_{}", width_, static_cast<int>(contiguous_));
    if (llvm::Function* known = code_.known(name)) return known;
    Type pointer = code_.pointer(), whole = code_.i64();
    llvm::Function* function =
        code_.begin(name, code_.nothing(), {pointer, whole, whole, pointer, whole, whole}, false);
    from_ = code_.parameter(0);
    n_stride_ = contiguous_ == Side::rows ? code_.whole(1) : code_.parameter(1);
    k_stride_ = contiguous_ == Side::steps ? code_.whole(1) : code_.parameter(2);
    n_ = code_.parameter(4);
    k_ = code_.parameter(5);
    code_.loop(code_.whole(0), n_, width_, [&](Value first) {
      Value panel = element(code_.parameter(3), code_.mul(first, k_));
      code_.loop(code_.whole(0), code_.whole(width_), lanes_,
                 [&](Value v) { column_of_vectors(code_.add(first, v), element(panel, v)); });
    });
    code_.end();
    return function;
  }

 private:
  Value element(Value place, Value index) { return code_.element(place, code_.f32(), index); }
  void store(Value vector, Value to, Value k) {
    code_.store(vector, element(to, code_.mul(k, code_.whole(width_))), 4 * lanes_);
  }

  // The columns from `n` on, as many as a vector has lanes, for all k.
  void column_of_vectors(Value n, Value to) {
    Value done = code_.whole(0);
    if (contiguous_ == Side::steps) {
      Value full = code_.compare(Compare::less_equal, code_.add(n, code_.whole(lanes_)), n_);
      done = code_.select(full, code_.both(k_, code_.whole(-lanes_)), code_.whole(0));
      code_.loop(code_.whole(0), done, lanes_, [&](Value k) { block(n, to, k); });
    }
    Piece piece = site_.piece(n, code_.sub(n_, n), lanes_);
    code_.loop(done, k_, 1, [&](Value k) {
      if (contiguous_ == Side::rows)
        code_.prefetch(
            element(from_, code_.add(n, code_.mul(code_.add(k, code_.whole(kRowsAhead)), k_stride_))));
      one_step(piece, to, k);
    });
  }

  // A square of full vectors, which lie along k and are to lie along n.
  void block(Value n, Value to, Value k) {
    Values rows;
    for (int i = 0; i < lanes_; ++i) {
      Value row = code_.mul(code_.add(n, code_.whole(i)), n_stride_);
      rows.push_back(code_.load(code_.vector(code_.f32(), lanes_), element(from_, code_.add(row, k)), 4));
    }
    rows = transposed(code_, rows);
    for (int i = 0; i < lanes_; ++i) store(rows[static_cast<size_t>(i)], to, code_.add(k, code_.whole(i)));
  }

  // A vector that lies wholly past the end reads nothing.
  void one_step(const Piece& piece, Value to, Value k) {
    Value zero = code_.zero(code_.vector(code_.f32(), lanes_));
    auto load = [&] {
      Value place = element(from_, code_.mul(k, k_stride_));
      return Values{
          code_.select(piece.mask, site_.load({{place, Element::real, n_stride_}}, piece)[0], zero)};
    };
    Value any = code_.compare(Compare::less, code_.whole(0), piece.left);
    store(code_.if_else(any, load, [&] { return Values{zero}; })[0], to, k);
  }

  Site& site_;
  Code& code_;
  int width_, lanes_;
  Side contiguous_;
  Value from_ = nullptr, n_stride_ = nullptr, k_stride_ = nullptr, n_ = nullptr, k_ = nullptr;
};

}  // namespace

void write_stage(Site& site, const schedule::PackStage& stage) {
  Code& code = site.code();
  LoopNest nest = batch_loops(site, stage.batch, {stage.from});
  Value n_stride = site.joint_stride(stage.from, stage.n), k_stride = site.joint_stride(stage.from, stage.k);
  Range part = site.range(stage.n, stage.width);
  Value k = site.size(stage.k), elements = matrix_elements(site, stage.n, stage.k, stage.width);
  Value to = site.start(stage.to);
  Site shared(code, site.plan());
  llvm::Function* pack = PackCode(shared, stage.width, side_of(code, n_stride, k_stride)).function();
  site.loops(nest, 0, nest.dims.size(), {}, site.starts(nest),
             [&](const Values& indices, const Values& places) {
               Value at = code.mul(position(site, stage.batch, indices), elements);
               // Panels lie one after the other, so that columns are as far apart as they are long.
               Value from = site.moved(places[0], Element::real, part.begin, n_stride);
               Value first = code.element(to, code.f32(), code.add(at, code.mul(part.begin, k)));
               code.call(pack, {from, n_stride, k_stride, first, code.sub(part.end, part.begin), k});
             });
}

namespace {

// void(a, a_row, a_step, packed, c, c_row, m, n, k): the product of one matrix with panels, likewise shared.
class ProductCode {
 public:
  ProductCode(Code& code, const schedule::ProductStage& stage, int lanes, Side contiguous)
      : code_(code),
        tile_(stage.tile),
        gathers_(stage.gathers),
        lanes_(lanes),
        width_(stage.tile.vectors * lanes),
        contiguous_(contiguous) {}

  llvm::Function* function() {
    std::string name = fmt::format("product_{}x{}_{}_{}_{}{}", tile_.rows, width_, tile_.k_block,
                                   tile_.m_block, static_cast<int>(contiguous_), gathers_ ? "_gathered" : "");
    if (llvm::Function* known = code_.known(name)) return known;
    Type pointer = code_.pointer(), whole = code_.i64();
    llvm::Function* function = code_.begin(
        name, code_.nothing(), {pointer, whole, whole, pointer, pointer, whole, whole, whole, whole}, false);
    a_row_ = code_.parameter(1);
    a_step_ = code_.parameter(2);
    c_row_ = code_.parameter(5);
    edge_ = code_.local(code_.f32(), int64_t{tile_.rows} * width_, 64);
    if (gathers_) gathered_ = code_.local(code_.f32(), tile_.m_block * gathered_tile(), 64);
    matrix(code_.parameter(0), code_.parameter(3), code_.parameter(4), code_.parameter(6), code_.parameter(7),
           code_.parameter(8));
    code_.end();
    return function;
  }

 private:
  Value moved(Value place, Value count, Value stride) {
    return code_.element(place, code_.f32(), code_.mul(count, stride));
  }

  int64_t block_rows() const { return int64_t{tile_.rows} * tile_.m_block; }
  // The whole vectors that hold the rows of a tile.
  int copied() const { return (tile_.rows + lanes_ - 1) / lanes_ * lanes_; }

  // Blocks of k, within them blocks of rows, within them panels: a block of a panel stays in the first cache
  // while the tiles of the rows run over it. Without any k the sums are still written.
  void matrix(Value a, Value packed, Value c, Value m, Value n, Value k) {
    Value width = code_.whole(width_);
    code_.loop(code_.whole(0), code_.most(k, code_.whole(1)), tile_.k_block, [&](Value k_first) {
      Value steps = code_.least(code_.sub(k, k_first), code_.whole(tile_.k_block));
      Value is_first = code_.compare(Compare::equal, k_first, code_.whole(0));
      code_.loop(code_.whole(0), m, block_rows(), [&](Value m_first) {
        Value rows = code_.least(code_.sub(m, m_first), code_.whole(block_rows()));
        Value block = moved(moved(a, k_first, a_step_), m_first, a_row_);
        if (gathers_) gather(block, rows, code_.sub(m, m_first), steps);
        Value after = code_.add(m_first, code_.whole(block_rows()));
        Value more = code_.compare(Compare::less, after, m);
        code_.loop(code_.whole(0), n, width_, [&](Value n_first) {
          Value panel = panel_at(packed, n_first, k_first, k);
          Value next = panel_at(packed, code_.add(n_first, width), k_first, k);
          Value is_last = code_.compare(Compare::less_equal, n, code_.add(n_first, width));
          Value next_k = code_.select(more, k_first, code_.add(k_first, steps));
          next = code_.select(is_last, panel_at(packed, code_.whole(0), next_k, k), next);
          tiles(block, panel, next, moved(moved(c, n_first, code_.whole(1)), m_first, c_row_), rows,
                code_.sub(n, n_first), steps, is_first);
        });
      });
    });
  }

  Value panel_at(Value packed, Value n_first, Value k_first, Value k) {
    Value offset = code_.add(code_.mul(n_first, k), code_.mul(k_first, code_.whole(width_)));
    return moved(packed, offset, code_.whole(1));
  }

  // The rows of each tile side by side, step after step: along the steps they are a row of the whole array
  // apart, of which a tile would use a few bytes. `left` rows are there.
  void gather(Value a, Value rows, Value left, Value steps) {
    code_.loop(code_.whole(0), steps, 1, [&](Value k) {
      Value row = moved(a, k, a_step_);
      tiles_of_rows(code_, rows, tile_.rows, [&](Value tile, Value first, Value height) {
        Value from = moved(row, first, code_.whole(1));
        Value to = moved(gathered(tile), k, code_.whole(tile_.rows));
        auto whole = [&] {
          for (int at = 0; at < copied(); at += lanes_) copy_some(from, to, code_.whole(at), lanes_);
        };
        auto one_by_one = [&] {
          code_.loop(code_.whole(0), height, 1, [&](Value at) { copy_some(from, to, at, 1); });
        };
        Value is_whole = code_.compare(Compare::less_equal, code_.add(first, code_.whole(copied())), left);
        code_.when(is_whole, whole);
        code_.when(code_.no(is_whole), one_by_one);
      });
    });
  }
  void copy_some(Value from, Value to, Value at, int lanes) {
    Value some = code_.load(code_.vector(code_.f32(), lanes), moved(from, at, code_.whole(1)), 4);
    code_.store(some, moved(to, at, code_.whole(1)), 4);
  }

  // Behind each tile there is room for what its last vectors hold too much.
  int64_t gathered_tile() const { return int64_t{tile_.rows} * tile_.k_block + copied(); }
  Value gathered(Value tile) { return moved(gathered_, tile, code_.whole(gathered_tile())); }

  void tiles(Value a, Value panel, Value next, Value c, Value rows, Value columns, Value steps,
             Value is_first) {
    tiles_of_rows(code_, rows, tile_.rows, [&](Value tile, Value first, Value height) {
      Value of_tile = gathers_ ? gathered(tile) : moved(a, first, a_row_);
      Value a_step = gathers_ ? code_.whole(tile_.rows) : a_step_;
      one_tile(height, of_tile, a_step, panel, ahead(code_, panel, next, width_, steps, tile),
               moved(c, first, c_row_), columns, steps, is_first);
    });
  }

  // Columns past the end go by way of a tile on the stack.
  void one_tile(Value rows, Value a, Value a_step, Value panel, Value ahead, Value c, Value columns,
                Value steps, Value is_first) {
    llvm::Function* tile = kernels(code_, tile_.rows, tile_.vectors, lanes_, contiguous_);
    Value width = code_.whole(width_);
    Value whole = code_.compare(Compare::less_equal, width, columns);
    code_.when(code_.both(code_.no(whole), code_.no(is_first)),
               [&] { copy(rows, columns, c, c_row_, edge_, width); });
    code_.call(tile, {rows, a, a_row_, a_step, panel, code_.select(whole, c, edge_),
                      code_.select(whole, c_row_, width), steps, is_first, ahead});
    code_.when(code_.no(whole), [&] { copy(rows, columns, edge_, width, c, c_row_); });
  }

  void copy(Value rows, Value columns, Value from, Value from_row, Value to, Value to_row) {
    code_.call(copy_function(), {rows, columns, from, from_row, to, to_row});
  }

  // void(rows, columns, from, from_row, to, to_row)
  llvm::Function* copy_function() {
    const char* name = "copy_tile";
    if (llvm::Function* known = code_.known(name)) return known;
    Type pointer = code_.pointer(), whole = code_.i64();
    llvm::Function* function =
        code_.begin(name, code_.nothing(), {whole, whole, pointer, whole, pointer, whole}, false);
    code_.loop(code_.whole(0), code_.parameter(0), 1, [&](Value row) {
      Value in = moved(code_.parameter(2), row, code_.parameter(3));
      Value out = moved(code_.parameter(4), row, code_.parameter(5));
      code_.loop(code_.whole(0), code_.parameter(1), 1, [&](Value j) {
        Value element = code_.load(code_.f32(), code_.element(in, code_.f32(), j), 4);
        code_.store(element, code_.element(out, code_.f32(), j), 4);
      });
    });
    code_.end();
    return function;
  }

  Code& code_;
  schedule::Tile tile_;
  bool gathers_;
  int lanes_, width_;
  Side contiguous_;
  Value a_row_ = nullptr, a_step_ = nullptr, c_row_ = nullptr, edge_ = nullptr, gathered_ = nullptr;
};

}  // namespace

void write_stage(Site& site, const schedule::ProductStage& stage) {
  Code& code = site.code();
  Value a_row = site.joint_stride(stage.a, stage.m), a_step = site.joint_stride(stage.a, stage.k);
  Value c_row = site.joint_stride(stage.c, stage.m);
  Range m = site.range(stage.m);
  Value n = site.size(stage.n), k = site.size(stage.k);
  int lanes = site.plan().machine.lanes, width = stage.tile.vectors * lanes;
  llvm::Function* product = ProductCode(code, stage, lanes, side_of(code, a_row, a_step)).function();
  Value packed = site.start(stage.packed);
  Value elements = matrix_elements(site, stage.n, stage.k, width);
  LoopNest nest = batch_loops(site, stage.batch, {stage.a, stage.c});
  site.loops(nest, 0, nest.dims.size(), {}, site.starts(nest),
             [&](const Values& indices, const Values& places) {
               Value at = code.mul(position(site, stage.batch, indices), elements);
               Value a = site.moved(places[0], Element::real, m.begin, a_row);
               Value c = site.moved(places[1], Element::real, m.begin, c_row);
               code.call(product, {a, a_row, a_step, code.element(packed, code.f32(), at), c, c_row,
                                   code.sub(m.end, m.begin), n, k});
             });
}

}  // namespace rnnc::codegen
