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
#include "tests/support/spec.h"

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

struct Model {
  std::shared_ptr<const sema::Model> model;
  driver::Values weights = {};
  std::optional<driver::Compiled> compiled = {};  // nothing: it cannot be compiled
};

// With fresh weights, all of them a little off what they begin with.
inline Model compile_model(std::shared_ptr<const sema::Model> model) {
  Model made{model};
  made.weights = driver::initial_values(*model, 1);
  for (auto& [path, value] : made.weights) {
    for (size_t i = 0; i < value.size(); ++i)
      value[i] = static_cast<float>(value[i] + 0.02 * static_cast<double>(i % 7));
  }
  auto compiled = driver::compile(std::move(model), {});
  if (compiled) made.compiled = std::move(*compiled);
  return made;
}

// The last body of the text.
inline Model compile_model(const std::string& text, const testing::NamedSizes& sizes) {
  testing::Spec spec(text);
  return compile_model(spec.model(*spec.bodies().back(), sizes));
}

inline driver::Outcome<backend::Emission> emission_of(const Model& model, const backend::Target& target,
                                                      std::optional<int64_t> longest = {},
                                                      const std::string& prefix = "net") {
  auto emission = driver::make_emission(*model.compiled, model.weights, target, {prefix, longest});
  if (!emission) return emission;
  emission->source = "spec.rnn";
  emission->weights_sha256 = backend::sha256("weights");
  emission->interface.magic = 0x1234567890ABCDEF;
  return emission;
}

// net.o and net.h, or as the prefix says.
inline void write_files(const Folder& folder, const backend::Emission& emission,
                        const backend::Target& target) {
  auto object = backend::emit_object(emission, target);
  ASSERT_TRUE(object) << object.error().message;
  folder.write(emission.interface.prefix + ".o", *object);
  folder.write(emission.interface.prefix + ".h", backend::header_text(emission, target.name));
}

inline constexpr const char* kStrict = "-Wall -Wextra -pedantic -Wshadow -Wconversion -Werror -O0";

}  // namespace rnnc::emit
