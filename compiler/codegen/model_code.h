// Begin and call of a model on its state block. Nothing is checked here, and nothing is visible outside.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "compiler/codegen/state_block.h"

namespace rnnc::codegen {

class ModelCode {
 public:
  ModelCode(Code& code, const Interface& interface);

  const StateBlock& block() const { return block_; }

  // ---- in the function that is being written
  Value place(Value state, int64_t offset);
  Value word(Value state, int64_t offset);
  void set_word(Value state, int64_t offset, Value value);
  Value in_phase(Value state, Phase phase);
  void set_phase(Value state, Phase phase);
  // Of a time: how many steps of sequences seen whole `begin`, or the call of whole sequences, will get.
  void set_steps(Value state, size_t time, Value steps);

  // ---- functions
  llvm::Function* begin() const { return begin_; }  // void(state, begin inputs ...); null without steps
  llvm::Function* call() const { return call_; }    // void(state, inputs ..., outputs ...)

 private:
  using Find = std::function<Value(const std::string& name)>;

  llvm::Function* write_begin(const schedule::Plan& before);
  llvm::Function* write_call();
  void call(llvm::Function* function, const schedule::Plan& plan, const Find& input, const Find& result);
  Value table(const std::vector<ir::NamedType>& entries, const Find& find);
  Value steps_table(const schedule::Plan& plan);
  // What an input that is no port stands for.
  Value own_input(const std::string& name, Value generation);
  // Of the State, where each call begins anew.
  Value first_value(const std::string& name);

  Code& code_;
  const Interface& interface_;
  StateBlock block_;
  std::map<std::string, Value> weights_;
  llvm::Function* begin_ = nullptr;
  llvm::Function* call_ = nullptr;
};

}  // namespace rnnc::codegen
