// Which model of which spec a command works on, and with what sizes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/spec.h"
#include "compiler/sema/model.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rnnc::driver {

struct Target {
  std::string spec;
  std::vector<std::string> defines;  // H=512
  std::string model, cell;           // where a file holds several

  // The option of the spec itself is returned.
  CLI::Option* add_options(CLI::App& app);
  void add_sizes(CLI::App& app);  // only -D
  std::map<std::string, int64_t> sizes() const;
};

// What else may say a size. -D wins over the weights, these over the sizes of a checkpoint that is the spec,
// these over the data, these over the defaults of the spec.
struct SizeHints {
  std::map<std::string, int64_t> weights = {};
  std::function<std::map<std::string, int64_t>(const sema::Body& body)> data = {};
};

// The body that the options name: the only model of the file, or if it has none the only cell. A diagnostic
// in the spec's sink, and null, if there is none or it must be said which.
const ast::Body* choose(const Target& target, Spec& spec);

// That body under its sizes. Null after diagnostics in the spec's sink.
std::shared_ptr<const sema::Model> instantiate(const Target& target, Spec& spec, const SizeHints& hints = {});

}  // namespace rnnc::driver
