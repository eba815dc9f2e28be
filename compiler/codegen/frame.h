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
  int threads() const { return 2; }    // at least 1
  int thread() const { return 3; }     // which of them this one is
  int own_first() const { return 4; }  // of the sequences of this thread
  int own_end() const { return 5; }
  // How many divide the units of a step, 1 where sequences are divided; and which of these this one is.
  int unit_threads() const { return 6; }
  int unit_thread() const { return 7; }
  int steps(ir::DimId time) const { return of_time(time); }        // the size of the dim
  int longest(ir::DimId time) const { return of_time(time) + 1; }  // of the sequences
  int ragged(ir::DimId time) const { return of_time(time) + 2; }   // whether any is shorter than the dim
  int step(ir::DimId time) const { return of_time(time) + 3; }     // of the loop over it that runs
  int base(schedule::BufferId buffer) const { return first_buffer() + 2 * static_cast<int>(buffer.index); }
  int previous(schedule::BufferId ring) const { return base(ring) + 1; }  // generation of a ring
  int slot(schedule::BufferId buffer) const {
    return base(buffer) + 1;
  }  // of an input, its place in the arena
  int words() const { return first_buffer() + 2 * static_cast<int>(plan_.buffers.size()); }

 private:
  static constexpr int kOfTime = 8;
  int of_time(ir::DimId time) const { return kOfTime + 4 * static_cast<int>(plan_.time_index(time)); }
  int first_buffer() const { return kOfTime + 4 * static_cast<int>(plan_.times.size()); }

  const schedule::Plan& plan_;
};

}  // namespace rnnc::codegen
