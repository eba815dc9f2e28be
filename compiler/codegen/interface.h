// What a C program sees of a model: plain data, from which the functions around the model's own are written,
// and the header that declares them (backend/header.h). Most models run step by step. One that cannot
// (`reverse`, one answer at a sequence's end, no sequence at all) runs over whole sequences, each in a call.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/codegen/code.h"
#include "compiler/schedule/plan.h"

namespace rnnc::codegen {

inline constexpr int kInterfaceVersion = 1;

// What the functions answer. Numbers are part of the interface: they are never given another meaning.
enum class Answer : int {
  done = 0,
  null_pointer = -1,
  misaligned = -2,
  too_small = -3,
  not_initialised = -4,
  not_begun = -5,
  too_long = -6,
  not_a_number = -7,
  test_failed = -8,
};

// An array that a C program hands over by pointer.
struct Port {
  std::string name;    // of the plan's input or result
  std::string c_name;  // of the parameter
  ir::Element element = ir::Element::real;
  int64_t elements = 1;             // of one step, or of a value that has no steps
  std::string shape = {};           // for people: "[H = 16]"
  std::string meaning = {};         // likewise
  int64_t tokens = 0;               // of tokens, which are i32: in [0, tokens), or -1
  std::optional<size_t> time = {};  // of a sequence seen whole: its place in Interface::times
  friend bool operator==(const Port&, const Port&) = default;
};

// The steps of sequences that are seen whole.
struct SeenTime {
  std::string name;    // of the dim
  std::string c_name;  // of the field, or parameter of `run`, that says how many there are
  int64_t longest;     // that the state block has room for
  friend bool operator==(const SeenTime&, const SeenTime&) = default;
};

// An output of which a token is drawn.
struct Sampler {
  std::string c_name;
  size_t output;  // its place in Interface::outputs
  friend bool operator==(const Sampler&, const Sampler&) = default;
};

// Arrays in memory as machine code reads them.
using Bytes = std::string;

// Some calls, and what they must give.
struct SelfTest {
  int64_t calls = 0;                // steps; 1 of whole sequences
  std::vector<Bytes> begin_inputs;  // of each, as Interface::begin_inputs
  std::vector<int64_t> lengths;     // of each of Interface::times
  std::vector<Bytes> inputs;        // of all calls, one after the other
  std::vector<std::vector<float>> outputs;
  friend bool operator==(const SelfTest&, const SelfTest&) = default;
};

struct Interface {
  std::string prefix;
  std::optional<schedule::Plan> begin;  // what comes before the first step; none: there are no steps
  schedule::Plan call;                  // one step; of a model that has none, whole sequences
  std::vector<Port> begin_inputs;       // none: init and reset do what begin does
  std::vector<Port> inputs, outputs;    // of a call
  std::vector<SeenTime> times;
  std::map<std::string, std::vector<float>> weights;  // by the name of the parameter
  std::map<std::string, double> first;  // of whole sequences: what fills the input "state.<path>"
  uint64_t magic = 0;                   // tells initialised state blocks of this model
  std::vector<Sampler> samplers;
  SelfTest test;

  bool has_steps() const { return begin.has_value(); }
};

// With plans for its weights, which are the ones that are written.
Interface frozen(Interface interface);

// Writes the functions of the interface, with all that they call, into a module.
void write_interface(Code& code, const Interface& interface);

}  // namespace rnnc::codegen
