#include "compiler/driver/checkpoint.h"

#include <fmt/format.h>

#include "runtime/formats/safetensors.h"

namespace rnnc::driver {

using diagnostics::Code;

bool is_checkpoint(const std::string& name) { return name.ends_with(".safetensors"); }

Spec open_spec(const std::string& name) {
  if (!is_checkpoint(name)) return load_spec(name);
  Spec spec;
  auto file = formats::read_safetensors(name);
  if (!file) {
    spec.sink.report(problem(Code::bad_file, file.error().message));
    return spec;
  }
  const Origin origin = from_metadata(file->metadata);
  if (!origin.text.spec.empty()) return load_origin(name, origin);
  spec.sink.report(problem(Code::bad_file, fmt::format("`{}` keeps no spec", name),
                           "`rnnc train` and `rnnc init` write weights that do"));
  return spec;
}

Spec load_origin(const std::string& file, const Origin& origin) {
  Spec spec = origin.complete ? load_kept(file, origin.text) : load_text(file, origin.text.spec, ".");
  spec.model = origin.model;
  spec.sizes = origin.sizes;
  return spec;
}

}  // namespace rnnc::driver
