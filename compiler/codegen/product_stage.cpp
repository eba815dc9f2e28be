#include "compiler/codegen/kernel.h"
#include "compiler/codegen/stages.h"

namespace rnnc::codegen {

using ir::DimId;
using ir::Element;

namespace {

// How many panels are as wide as the n of the operand.
Value panels_of(Site& site, const std::vector<DimId>& n, int width) {
  Code& code = site.code();
  return code.div(code.add(site.size(n), code.whole(width - 1)), code.whole(width));
}

// Which of the indices of `batch` the loops are at, counted row-major.
Value position(Site& site, const std::vector<DimId>& batch, const Values& indices) {
  Code& code = site.code();
  Value position = code.whole(0);
  for (size_t i = 0; i < batch.size(); ++i) {
    position = code.add(code.mul(position, site.size(batch[i])), indices[i]);
  }
  return position;
}

LoopNest batch_loops(Site& site, const std::vector<DimId>& batch,
                     const std::vector<schedule::Access>& accesses) {
  return site.nest(batch, accesses, std::set<DimId>(batch.begin(), batch.end()));
}

}  // namespace

void write_stage(Site& site, const schedule::PackStage& stage) {
  Code& code = site.code();
  LoopNest nest = batch_loops(site, stage.batch, {stage.from});
  Value n_stride = site.joint_stride(stage.from, stage.n), k_stride = site.joint_stride(stage.from, stage.k);
  Value n = site.size(stage.n), k = site.size(stage.k), width = code.whole(stage.width);
  Value panels = panels_of(site, stage.n, stage.width);
  Value panel_elements = code.mul(k, width);
  Value to = site.start(schedule::Access{stage.to});
  int lanes = site.plan().machine.lanes;
  site.loops(
      nest, 0, nest.dims.size(), {}, site.starts(nest), [&](const Values& indices, const Values& places) {
        Value matrix = code.element(
            to, code.f32(), code.mul(position(site, stage.batch, indices), code.mul(panels, panel_elements)));
        code.loop(code.whole(0), panels, 1, [&](Value p) {
          Value first = code.mul(p, width),
                panel = code.element(matrix, code.f32(), code.mul(p, panel_elements));
          code.loop(code.whole(0), k, 1, [&](Value at) {
            Value from = site.moved(places[0], Element::real, at, k_stride);
            Value row = code.element(panel, code.f32(), code.mul(at, width));
            for (int v = 0; v < stage.width; v += lanes) {
              // A vector that lies wholly past the end reads nothing.
              Value begin = code.add(first, code.whole(v));
              Value left = code.sub(n, begin);
              Value full = code.compare(Compare::less_equal, code.whole(lanes), left);
              Value number =
                  code.resize(code.most(code.least(left, code.whole(lanes)), code.whole(0)), code.i32());
              Value mask =
                  code.compare(Compare::less, code.counting(code.i32(), lanes), code.splat(number, lanes));
              Value zero = code.zero(code.vector(code.f32(), lanes));
              Value value = code.if_else(
                  code.compare(Compare::less, begin, n),
                  [&] {
                    Value loaded = site.load({{from, Element::real, n_stride}},
                                             Piece{begin, left, full, mask, lanes})[0];
                    return Values{code.select(mask, loaded, zero)};
                  },
                  [&] { return Values{zero}; })[0];
              code.store(value, code.element(row, code.f32(), code.whole(v)), 4 * lanes);
            }
          });
        });
      });
}

namespace {

class ProductCode {
 public:
  ProductCode(Site& site, const schedule::ProductStage& stage)
      : site_(site),
        code_(site.code()),
        stage_(stage),
        width_(stage.tile.vectors * site.plan().machine.lanes) {
    m_ = site.size(stage.m);
    n_ = site.size(stage.n);
    k_ = site.size(stage.k);
    panels_ = panels_of(site, stage.n, width_);
    a_row_ = site.joint_stride(stage.a, stage.m);
    a_step_ = site.joint_stride(stage.a, stage.k);
    c_row_ = site.joint_stride(stage.c, stage.m);
    int64_t step = 0;
    along_k_ = code_.is_constant(a_step_, step) && step == 1;
  }

  void write() {
    LoopNest nest = batch_loops(site_, stage_.batch, {stage_.a, stage_.c});
    Value packed = site_.start(schedule::Access{stage_.packed});
    Value matrix_elements = code_.mul(panels_, code_.mul(k_, code_.whole(width_)));
    edge_ = code_.local(code_.f32(), int64_t{stage_.tile.rows} * width_, 64);
    auto body = [&](const Values& indices, const Values& places) {
      Value at = code_.mul(position(site_, stage_.batch, indices), matrix_elements);
      matrix(places[0], code_.element(packed, code_.f32(), at), places[1]);
    };
    site_.loops(nest, 0, nest.dims.size(), {}, site_.starts(nest), body);
  }

 private:
  // Blocks of k, within them blocks of rows, within them panels: a block of a panel stays in the first cache
  // while the tiles of the rows run over it. Without any k the sums are still written.
  void matrix(Value a, Value packed, Value c) {
    Value one = code_.whole(1);
    code_.loop(code_.whole(0), code_.most(k_, one), stage_.tile.k_block, [&](Value k_first) {
      Value steps = code_.least(code_.sub(k_, k_first), code_.whole(stage_.tile.k_block));
      Value is_first = code_.compare(Compare::equal, k_first, code_.whole(0));
      int64_t block_rows = int64_t{stage_.tile.rows} * stage_.tile.m_block;
      code_.loop(code_.whole(0), m_, block_rows, [&](Value m_first) {
        Value m_end = code_.least(m_, code_.add(m_first, code_.whole(block_rows)));
        code_.loop(code_.whole(0), panels_, 1, [&](Value p) {
          Value panel_row = code_.add(code_.mul(p, k_), k_first);
          Value panel = code_.element(packed, code_.f32(), code_.mul(panel_row, code_.whole(width_)));
          Value a_block = site_.moved(a, Element::real, k_first, a_step_);
          Value n_first = code_.mul(p, code_.whole(width_));
          tiles(a_block, panel, code_.element(c, code_.f32(), n_first), m_first, m_end,
                code_.sub(n_, n_first), steps, is_first);
        });
      });
    });
  }

  // Tiles of full height, then ever lower ones for the rows that are left.
  void tiles(Value a, Value panel, Value c, Value m_first, Value m_end, Value columns, Value steps,
             Value is_first) {
    auto tile = [&](int rows, Value m) {
      one_tile(rows, site_.moved(a, Element::real, m, a_row_), panel,
               site_.moved(c, Element::real, m, c_row_), columns, steps, is_first);
    };
    int height = stage_.tile.rows;
    Value left = code_.sub(m_end, m_first);
    Value end = code_.sub(
        m_end, code_.sub(left, code_.mul(code_.div(left, code_.whole(height)), code_.whole(height))));
    code_.loop(m_first, end, height, [&](Value m) { tile(height, m); });
    int lower = 1;
    while (2 * lower < height) lower *= 2;
    for (; lower >= 1; lower /= 2) {
      Value fits = code_.compare(Compare::less_equal, code_.add(end, code_.whole(lower)), m_end);
      end = code_.if_else(
          fits,
          [&] {
            tile(lower, end);
            return Values{code_.add(end, code_.whole(lower))};
          },
          [&] { return Values{end}; })[0];
    }
  }

  // Columns past the end go by way of a tile on the stack.
  void one_tile(int rows, Value a, Value panel, Value c, Value columns, Value steps, Value is_first) {
    llvm::Function* function =
        kernel(code_, {rows, stage_.tile.vectors, site_.plan().machine.lanes, along_k_});
    Value a_stride = along_k_ ? a_row_ : a_step_;
    auto run = [&](Value to, Value stride) {
      code_.call(function, {a, a_stride, panel, to, stride, steps, is_first});
    };
    auto whole = [&] {
      run(c, c_row_);
      return Values{};
    };
    auto part = [&] {
      code_.when(code_.no(is_first), [&] { copy(rows, columns, c, c_row_, edge_, code_.whole(width_)); });
      run(edge_, code_.whole(width_));
      copy(rows, columns, edge_, code_.whole(width_), c, c_row_);
      return Values{};
    };
    code_.if_else(code_.compare(Compare::less_equal, code_.whole(width_), columns), whole, part);
  }

  void copy(int rows, Value columns, Value from, Value from_row, Value to, Value to_row) {
    code_.loop(code_.whole(0), code_.whole(rows), 1, [&](Value r) {
      Value in = site_.moved(from, Element::real, r, from_row),
            out = site_.moved(to, Element::real, r, to_row);
      code_.loop(code_.whole(0), columns, 1, [&](Value j) {
        code_.store(code_.load(code_.f32(), code_.element(in, code_.f32(), j), 4),
                    code_.element(out, code_.f32(), j), 4);
      });
    });
  }

  Site& site_;
  Code& code_;
  const schedule::ProductStage& stage_;
  int width_;
  Value m_, n_, k_, panels_, a_row_, a_step_, c_row_, edge_ = nullptr;
  bool along_k_;
};

}  // namespace

void write_stage(Site& site, const schedule::ProductStage& stage) { ProductCode(site, stage).write(); }

}  // namespace rnnc::codegen
