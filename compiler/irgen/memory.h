// What one use of a body remembers: its states, and its delayed values. Each is a chain of entries of the
// State, one for each step back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/irgen/place.h"
#include "compiler/irgen/reach.h"

namespace rnnc::irgen {

// One chain.
struct Kept {
  std::string base;               // its path
  std::optional<uint32_t> state;  // of the body; else it is a delayed value
  sema::NodeId present;           // the value at this step
  ir::Type type;                  // of one step: [B, ...]
  double first = 0;
  std::string first_parameter = {};      // full path
  uint32_t steps = 0;                    // how far back
  std::vector<ir::ValueId> before = {};  // 1, 2, ... steps ago: of this step, or of the start of the window

  std::string entry(uint32_t step) const;
};

// The chains that the needed nodes of a body read; all states of the body are among them.
struct MemoryOf {
  const sema::Body& body;
  const std::vector<bool>& needed;
  const std::vector<std::string>& names;  // state_names(body)
  const Environment& sizes;
  std::string parameters, states;  // paths of this use
};
std::vector<Kept> find_kept(Dims& dims, const MemoryOf& of);

// How far back a delay goes; 0 and more.
uint32_t delay_steps(const Dims& dims, const Environment& sizes, const sema::Size& steps, support::Span span);

// One step at a time. Fills `before`; `given` is a first value that the surrounding body computes.
void recall_steps(Place& place, Kept& kept, ir::ValueId given);
// Of what a caller feeds back under this name the value one step ago is an argument.
void recall_fed_back(FunctionPlace& step, Kept& kept, const std::string& name);
void remember_steps(Place& place, const Kept& kept, ir::ValueId present);

// All steps at once: the past of a sequence over `time`, from the State on.
void recall_window(FunctionPlace& function, Kept& kept);
ir::ValueId past_sequence(FunctionPlace& function, const Kept& kept, ir::ValueId present, ir::DimId time,
                          uint32_t steps);
void remember_window(FunctionPlace& function, const Kept& kept, ir::ValueId present, ir::DimId time);

// The value of a sequence at its own end; 0 over no steps.
ir::ValueId last_step(Place& place, ir::ValueId sequence, ir::DimId time);

}  // namespace rnnc::irgen
