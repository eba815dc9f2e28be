// What a function knows while it runs: a block of words on its stack that the functions of its stages read.
#pragma once

#include "compiler/codegen/code.h"
#include "compiler/schedule/plan.h"

namespace rnnc::codegen {

class Frame {
 public:
  explicit Frame(const schedule::Plan& plan) : plan_(plan) {}

  // Numbers of words.
  int arguments() const { return 0; }
  int batch() const { return 1; }
  int steps(ir::DimId time) const { return 2 + 3 * time_index(time); }    // the size of the dim
  int longest(ir::DimId time) const { return 3 + 3 * time_index(time); }  // of the sequences
  int ragged(ir::DimId time) const {
    return 4 + 3 * time_index(time);
  }  // whether any is shorter than the dim
  int step(schedule::LoopId loop) const { return first_loop() + static_cast<int>(loop.index); }
  int base(schedule::BufferId buffer) const { return first_buffer() + 2 * static_cast<int>(buffer.index); }
  int previous(schedule::BufferId ring) const { return base(ring) + 1; }  // generation of a ring
  int slot(schedule::BufferId buffer) const {
    return base(buffer) + 1;
  }  // of an input, its place in the arena
  int words() const { return first_buffer() + 2 * static_cast<int>(plan_.buffers.size()); }

 private:
  int time_index(ir::DimId time) const { return static_cast<int>(plan_.time_index(time)); }
  int first_loop() const { return 2 + 3 * static_cast<int>(plan_.times.size()); }
  int first_buffer() const { return first_loop() + static_cast<int>(plan_.loops.size()); }

  const schedule::Plan& plan_;
};

}  // namespace rnnc::codegen
