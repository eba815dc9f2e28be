// A spec with everything that it names: its file, its imports, the library.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/check.h"
#include "compiler/support/source.h"

namespace rnnc::driver {

// What `SPEC` may be on the command line: a file, `-` for standard input, `library:NAME` for a cell of the
// library.
struct Spec {
  support::SourceMap sources;
  diagnostics::Sink sink;
  sema::Program program;    // complete only if `sink` has no error
  std::string chosen = {};  // of `library:NAME`, the name

  bool good() const { return !sink.has_errors(); }
};

// Reads and parses; the checker has not run yet. An `import` is looked up beside the file that contains it.
Spec load_spec(const std::string& spec);

// The file alone, without imports and library: program.files has one tree. For what only reads the text.
Spec load_alone(const std::string& spec);

// The same as load_spec for a text that is in no file; its imports are looked up in `folder`.
Spec load_text(std::string name, std::string text, const std::string& folder);

}  // namespace rnnc::driver
