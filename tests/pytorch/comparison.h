// A spec beside a reference file: compiled and run with the same numbers, everything compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/engine.h"
#include "compiler/driver/spec.h"
#include "compiler/driver/weights.h"
#include "compiler/ir/module.h"
#include "tests/pytorch/reference.h"

namespace rnnc::pytorch {

struct Subject {
  std::string text;  // model M, from input x to output y
  // The name of a parameter in files, without these, is its name in the reference.
  std::vector<std::string> removed;
};

class Comparison {
 public:
  Comparison(const Subject& subject, const Reference& reference);

  // Tolerances for outputs and last states, and for all gradients.
  void check(driver::EngineKind kind, double outputs, double gradients);

 private:
  // One entry of the State; its numbers begin at `from` among all of its kind.
  struct Entry {
    std::string name, kind;  // "state.y.stack.1.h", "h"
    int rank = 0;            // of its kind, in the model's order: says which seeds it has
    formats::Shape shape;    // with the batch
    size_t from = 0;
    bool infinite = false;  // before a sequence starts: then no cotangent is given
  };

  std::string name_in_reference(std::string stored) const;
  void find_states(const ir::Module& module);
  void make_weights();
  std::vector<formats::Tensor> data() const;
  bool compared(const Entry& entry) const { return reference_.has(entry.kind); }
  bool has_gradient(const Entry& entry) const { return reference_.has("grad." + entry.kind + "0"); }
  bool given(const Entry& entry) const { return has_gradient(entry) || is_fixed(entry); }
  bool is_fixed(const Entry& entry) const { return reference_.has("given." + entry.kind); }
  Numbers part(const Entry& entry, const std::string& array) const;

  const Subject& subject_;
  const Reference& reference_;
  driver::Spec spec_;
  std::shared_ptr<const sema::Model> model_;
  std::vector<Entry> states_;
  driver::Values weights_;
};

}  // namespace rnnc::pytorch
