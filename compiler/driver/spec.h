// A spec with everything that it names: its file, its imports, the library.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/check.h"
#include "compiler/support/source.h"

namespace rnnc::driver {

// What `SPEC` may be on the command line: a file, `-` for standard input, `library:NAME` for a cell of the
// library; also a checkpoint (checkpoint.h).
struct Spec {
  support::SourceMap sources;
  diagnostics::Sink sink;
  sema::Program program;    // complete only if `sink` has no error
  std::string chosen = {};  // of `library:NAME`, the name
  // Of a checkpoint, the model that it is of and its sizes.
  std::string model = {};
  std::map<std::string, int64_t> sizes = {};

  bool good() const { return !sink.has_errors(); }
};

// Reads and parses; the checker has not run yet. An `import` is looked up beside the file that contains it.
Spec load_spec(const std::string& spec);

// The file alone, without imports and library: program.files has one tree. For what only reads the text.
Spec load_alone(const std::string& spec);

// A spec with everything that it needs, as a checkpoint keeps it.
struct KeptText {
  struct Import {
    std::string name, text;
  };
  std::string spec;
  std::vector<Import> imports;  // in the order in which they were found
  std::string library;          // of the library only what the spec uses
};
// Nothing is looked up in files; what `kept.library` has hides the library's own. Messages speak of the parts
// as of files in a folder `name`.
Spec load_kept(const std::string& name, const KeptText& kept);

// The same as load_spec for a text that is in no file; its imports are looked up in `folder`.
Spec load_text(std::string name, std::string text, const std::string& folder);

}  // namespace rnnc::driver
