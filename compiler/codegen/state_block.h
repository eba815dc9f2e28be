// The one block of memory that a model has of its caller: what it holds, and where.
//
//   words   the number that tells an initialised block; which generation of the State is the present one; how
//           far the sequence is; for each time of sequences seen whole, their steps
//   State   twice: a step reads one generation and writes the other
//   held    what was computed before the first step
//   ------  so far it is copied from block to block
//   scratch of begin and step, and the outputs of the self-test: their contents do not matter
//
// There are no pointers in it, so it can be moved. A model that runs over whole sequences keeps nothing but
// the first number: neither State nor what is held.
#pragma once

#include <map>
#include <string>

#include "compiler/codegen/interface.h"

namespace rnnc::codegen {

// How far a sequence is.
enum class Phase : uint8_t { before, at_start, within };

class StateBlock {
 public:
  static constexpr int64_t kAlign = 64;

  explicit StateBlock(const Interface& interface);

  // Offsets, and sizes, in bytes.
  int64_t magic() const { return 0; }
  int64_t generation() const { return 8; }  // 0 or 1
  int64_t phase() const { return 16; }
  int64_t begins() const { return 24; }  // a byte: whether the next step is the first
  int64_t steps(size_t time) const { return 32 + 16 * static_cast<int64_t>(time); }
  int64_t length(size_t time) const { return 40 + 16 * static_cast<int64_t>(time); }  // the same as i32
  // Of "state.<path>", in generation 0, and of "held.<name>"; -1 where the block has no such array.
  int64_t array(const std::string& name) const;
  int64_t between_generations() const { return between_generations_; }
  int64_t kept() const { return kept_; }  // a multiple of 8
  int64_t scratch() const { return scratch_; }
  int64_t test_output(size_t output) const { return test_outputs_[output]; }
  int64_t bytes() const { return bytes_; }

 private:
  int64_t place(int64_t bytes);

  std::map<std::string, int64_t> arrays_;
  std::vector<int64_t> test_outputs_;
  int64_t between_generations_ = 0, kept_ = 0, scratch_ = 0, bytes_ = 0;
};

}  // namespace rnnc::codegen
