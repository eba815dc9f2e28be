// Where the instructions of a body go: into a function of the module, or into the body of a scan, which
// reaches everything outside through the function that holds the scan.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/irgen/arrays.h"
#include "compiler/irgen/world.h"

namespace rnnc::irgen {

class FunctionPlace;

// One step of the past of a state or of a delayed value, an entry of the State.
struct Remembered {
  ir::StateEntry entry;
  World::Origin origin;
};

class Place {
 public:
  Place(World& world, std::string name)
      : world_(world), code_(std::move(name)), arrays_(world.module.dims, code_) {}
  virtual ~Place() = default;
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  World& world() { return world_; }
  const World& world() const { return world_; }
  Arrays& arrays() { return arrays_; }
  ir::Builder& build() { return arrays_.build(); }
  ir::Function& code() { return code_; }

  virtual FunctionPlace& function() = 0;
  virtual ir::ValueId param(const std::string& path, const Axes& axes) = 0;
  virtual ir::ValueId lengths(ir::DimId time) = 0;
  // A draw for each element of the axes, under the lead that `how.per` asks for. Of draws per step outside of
  // a scan, `time` says over which steps, if any.
  virtual ir::ValueId draw(const ir::RandomAttr& how, const Axes& axes, std::optional<ir::DimId> time) = 0;

  // One step at a time: what was remembered, and what is to be remembered next.
  virtual ir::ValueId recall(const Remembered& what) = 0;
  virtual void remember(const std::string& path, ir::ValueId next) = 0;
  // Whether the first value of this entry comes from where the cell is used, whatever its body says.
  virtual bool begins_outside(const std::string& path) const = 0;
  // bool[B]: this is the first step of its sequence.
  virtual ir::ValueId first_step() = 0;

 private:
  World& world_;
  ir::Function code_;
  Arrays arrays_;
};

// A function of the module.
class FunctionPlace final : public Place {
 public:
  // What is `forward` registers the entries of the State that it meets; the others must meet the same ones.
  enum class Role { forward, begin, step };
  FunctionPlace(World& world, Role role);

  Role role() const { return role_; }
  FunctionPlace& function() override { return *this; }
  ir::ValueId param(const std::string& path, const Axes& axes) override;
  ir::ValueId lengths(ir::DimId time) override;
  ir::ValueId draw(const ir::RandomAttr& how, const Axes& axes, std::optional<ir::DimId> time) override;
  ir::ValueId recall(const Remembered& what) override { return recall(what, {}); }
  void remember(const std::string& path, ir::ValueId next) override { next_[path] = next; }
  bool begins_outside(const std::string& path) const override;
  ir::ValueId first_step() override { return begins(); }

  // `given`: the model's own first value.
  ir::ValueId recall(const Remembered& what, ir::ValueId given);
  ir::ValueId input(const std::string& name, ir::Type type);
  // bool[B]: the sequence starts in this window, so the State holds nothing of it yet.
  ir::ValueId begins();
  // bool[T,B]: the first step of a sequence.
  ir::ValueId first_steps(ir::DimId time);

  // An entry's first value, whatever the State holds: `given`, its parameter or its number.
  ir::ValueId first_value(const ir::StateEntry& entry, ir::ValueId given);
  // The next State as results. Of an entry that was not met it is `otherwise(entry)`.
  template <class Otherwise>
  void finish_state(Otherwise otherwise) {
    for (const ir::StateEntry& entry : world().module.state) {
      auto next = next_.find(entry.path);
      ir::ValueId value = next != next_.end() ? next->second : otherwise(entry);
      code().add_result("state." + entry.path, value);
    }
  }
  // The function with its results, without what none of them needs. It asks for the lengths of every time
  // that it has: they decide what each op over time does, also where none reads them as numbers.
  ir::Function take();

 private:
  void enter(const Remembered& what);
  template <class Make>
  ir::ValueId once(const std::string& key, Make make);

  Role role_;
  std::map<std::string, ir::ValueId> made_;  // leaves, and what is computed from nothing else
  std::map<std::string, ir::ValueId> next_;  // of the State
};

}  // namespace rnnc::irgen
