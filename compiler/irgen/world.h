// What is shared by everything that is written for one model.
#pragma once

#include <map>
#include <string>

#include "compiler/ir/module.h"
#include "compiler/irgen/dims.h"
#include "compiler/irgen/generate.h"

namespace rnnc::irgen {

struct World {
  World(const sema::Model& model, const sema::Body& body, Options how)
      : options(how), dims(module.dims, model.sizes, body.clocks) {
    module.name = body.name;
    module.batch = dims.batch();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Where an entry of the State comes from, by its path.
  struct Origin {
    std::string base;      // the state or delayed value that it is one step of
    bool outside = false;  // the model itself gives its first value, whatever the cell's body says
  };

  Options options;
  ir::Module module;
  Dims dims;
  std::map<std::string, Origin> origins;
  uint32_t sites = 0;  // of draws, so far
};

inline std::string path_of(const std::string& prefix, const std::string& name) {
  return prefix.empty() || name.empty() ? prefix + name : prefix + "." + name;
}

}  // namespace rnnc::irgen
