// A spec compiled, emitted, and run as a C program.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "compiler/backend/header.h"
#include "compiler/driver/emission.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/target.h"

namespace rnnc::emit {

using codegen::Interface;
using codegen::Port;

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() / fmt::format("rnnc_emit_{}_{}", getpid(), count++);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& contents) const {
    std::ofstream(path_ / name, std::ios::binary) << contents;
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  // What the shell's command prints; a failure is the test's.
  std::string run(const std::string& command) const {
    const std::string line = fmt::format("cd '{}' && ({}) > .out 2> .err", path_.string(), command);
    const int status = std::system(line.c_str());
    EXPECT_EQ(status, 0) << command << "\n" << read(".err");
    return read(".out");
  }

 private:
  std::filesystem::path path_;
};

// A model with fresh weights, all of them a little off what it begins with.
struct Model {
  driver::Spec spec;
  std::shared_ptr<const sema::Model> model;
  driver::Values weights;
  std::optional<driver::Compiled> compiled;
};

inline Model compile_model(const std::string& text, const std::string& name = {},
                           const std::vector<std::string>& defines = {}) {
  Model made{driver::load_text("spec.rnn", text, "."), nullptr, {}, {}};
  driver::Target target;
  target.spec = "spec.rnn";
  target.model = name;
  target.defines = defines;
  made.model = driver::instantiate(target, made.spec);
  for (const auto& diagnostic : made.spec.sink.sorted()) ADD_FAILURE() << diagnostic.message;
  if (!made.model) return made;
  made.weights = driver::initial_values(*made.model, 1);
  for (auto& [path, value] : made.weights) {
    for (size_t i = 0; i < value.size(); ++i)
      value[i] = static_cast<float>(value[i] + 0.02 * static_cast<double>(i % 7));
  }
  auto compiled = driver::compile(made.model, {});
  EXPECT_TRUE(compiled);
  if (compiled) made.compiled = std::move(*compiled);
  return made;
}

inline driver::Outcome<backend::Emission> emission_of(const Model& model, const backend::Target& target,
                                                      std::optional<int64_t> longest = {}) {
  auto emission = driver::make_emission(*model.compiled, model.weights, target, {"net", longest});
  if (!emission) return emission;
  emission->source = "spec.rnn";
  emission->weights_sha256 = backend::sha256("weights");
  emission->interface.magic = 0x1234567890ABCDEF;
  return emission;
}

// net.o and net.h.
inline void write_files(const Folder& folder, const backend::Emission& emission,
                        const backend::Target& target) {
  auto object = backend::emit_object(emission, target);
  ASSERT_TRUE(object) << object.error().message;
  folder.write("net.o", *object);
  folder.write("net.h", backend::header_text(emission, target.name));
}

inline constexpr const char* kStrict = "-Wall -Wextra -pedantic -Wshadow -Wconversion -Werror -O1";

}  // namespace rnnc::emit
