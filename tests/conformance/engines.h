// The ways in which a function can be run.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "compiler/backend/object.h"
#include "compiler/ir/text.h"
#include "compiler/schedule/deal.h"
#include "compiler/schedule/verify_plan.h"
#include "tests/support/machine_code.h"

namespace rnnc::testing {

struct Engine {
  std::string name;  // of the test
  int lanes;
  bool from_object;
  schedule::Choices choices = {};
  friend std::ostream& operator<<(std::ostream& out, const Engine& engine) { return out << engine.name; }
};

inline std::vector<Engine> engines() {
  std::vector<Engine> all = {
      {"lanes4", 4, false}, {"lanes8", 8, false}, {"lanes16", 16, false}, {"object", 0, true}};
  for (const schedule::Choice& choice : schedule::all_choices()) {
    schedule::Choices without;
    without.*choice.member = false;
    all.push_back({fmt::format("without_{}", choice.name), 8, false, without});
  }
  all.push_back({"plan_zero", 8, false, schedule::Choices::none()});
  return all;
}

inline std::string name_of(const ::testing::TestParamInfo<Engine>& test) { return test.param.name; }

// Machine code that was written to an object, made a shared object by the system's compiler, and loaded.
class LoadedObject {
 public:
  explicit LoadedObject(const std::string& bytes, const std::string& name) {
    static int count = 0;
    auto base = std::filesystem::temp_directory_path() / fmt::format("rnnc_{}_{}", getpid(), count++);
    std::string object = base.string() + ".o", library = base.string() + ".so";
    std::ofstream(object, std::ios::binary) << bytes;
    // -z defs: an undefined symbol is an error.
    std::string command = fmt::format("cc -shared -nostdlib -Wl,-z,defs -o '{}' '{}'", library, object);
    if (std::system(command.c_str()) != 0) return;
    handle_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    std::filesystem::remove(object);
    std::filesystem::remove(library);
    if (!handle_) return;
    run_ = reinterpret_cast<rnnc_function>(dlsym(handle_, name.c_str()));
    scratch_ = reinterpret_cast<rnnc_scratch>(dlsym(handle_, (name + "_scratch").c_str()));
  }
  ~LoadedObject() {
    if (handle_) dlclose(handle_);
  }
  LoadedObject(const LoadedObject&) = delete;
  LoadedObject& operator=(const LoadedObject&) = delete;
  rnnc_function run() const { return run_; }
  rnnc_scratch scratch() const { return scratch_; }

 private:
  void* handle_ = nullptr;
  rnnc_function run_ = nullptr;
  rnnc_scratch scratch_ = nullptr;
};

// Some choices change nothing about some functions: that plan is another engine's, which runs it.
enum class Runs { what_is_new, always };

// A function compiled once, to be run with several arguments.
class Compiled {
 public:
  Compiled(const ir::Function& function, const ir::DimTable& dims, const Engine& engine,
           Runs runs = Runs::what_is_new) {
    backend::Target target = backend::native_target();
    if (engine.lanes > 0) target.machine.lanes = engine.lanes;
    auto plan = plan_of(function, dims, target.machine, engine.choices);
    if (!plan) {
      wrong_ = plan.error().message;
      return;
    }
    plan_ = std::move(*plan);
    if (runs == Runs::what_is_new && engine.choices != schedule::Choices()) {
      auto with_all = plan_of(function, dims, target.machine, {});
      is_new_ = !with_all || *with_all != plan_;
      if (!is_new_) return;
    }
    if (auto status = schedule::verify(plan_); !status) {
      wrong_ = status.error().message;
      return;
    }
    auto object = backend::make_object(plan_, target, "conformance");
    if (!object) {
      wrong_ = object.error().message;
      return;
    }
    if (engine.from_object) {
      loaded_ = std::make_unique<LoadedObject>(object->bytes, "conformance");
      run_ = loaded_->run();
      scratch_ = loaded_->scratch();
      if (!run_ || !scratch_) wrong_ = "the object does not load";
      return;
    }
    auto compiled = backend::CompiledFunction::link(object->bytes, "conformance");
    if (!compiled) {
      wrong_ = compiled.error().message;
      return;
    }
    compiled_ = std::move(*compiled);
    run_ = compiled_.function();
    scratch_ = compiled_.scratch_function();
  }

  const std::string& wrong() const { return wrong_; }
  bool is_new() const { return is_new_; }
  const schedule::Plan& plan() const { return plan_; }
  Call run(const interp::Arguments& arguments, const std::vector<std::string>& unwanted = {},
           core::Team& team = core::Team::alone()) const {
    return call(plan_, run_, scratch_, arguments, unwanted, team);
  }

 private:
  static support::Result<schedule::Plan> plan_of(const ir::Function& function, const ir::DimTable& dims,
                                                 const schedule::Machine& machine,
                                                 const schedule::Choices& choices) {
    auto plan = schedule::plan_function(function, dims, machine, choices);
    // Also where a step has too little to do for that.
    if (plan && choices.by_units) schedule::divide_units(*plan, true);
    return plan;
  }

  schedule::Plan plan_;
  bool is_new_ = true;
  std::string wrong_;
  backend::CompiledFunction compiled_;
  std::unique_ptr<LoadedObject> loaded_;
  rnnc_function run_ = nullptr;
  rnnc_scratch scratch_ = nullptr;
};

// Weights of a wide recurrence as large as those of a small one make it chaotic: it multiplies what is
// rounded away.
inline void tame(interp::Arguments& arguments) {
  for (auto& [name, array] : arguments.params) {
    for (double& value : array.values) value /= 8;
  }
}

// Compares one call with the interpreter, and with that one of several threads, which divide the sequences
// or, if there are too few of them, the units.
inline void expect_same(const Compiled& compiled, const ir::Function& function, const ir::DimTable& dims,
                        const interp::Arguments& arguments, double tolerance) {
  if (!compiled.is_new()) return;
  auto expected = interp::interpret(function, dims, arguments);
  ASSERT_TRUE(expected) << expected.error().message;
  Call got = compiled.run(arguments);
  EXPECT_EQ(got.wrong, "");
  EXPECT_EQ(difference(*expected, got.results, tolerance), "");
  static core::Team few(3), many(5);
  for (core::Team* team : {&few, &many}) {
    Call together = compiled.run(arguments, {}, *team);
    EXPECT_EQ(together.wrong, "");
    EXPECT_EQ(difference(got.results, together.results, 0), "") << "in " << team->size() << " threads";
  }
}

}  // namespace rnnc::testing
