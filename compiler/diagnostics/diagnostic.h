// A diagnostic is data; it becomes text or JSON only at the very end (render.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/source.h"

namespace rnnc::diagnostics {

enum class Severity { error, warning };

// Every code of codes.def. The name says what went wrong, the number is what users quote.
enum class Code : unsigned {
#define RNNC_CODE(number, severity, name, title, explanation) name = number,
#include "compiler/diagnostics/codes.def"
#undef RNNC_CODE
};

struct CodeInfo {
  Code code;
  unsigned number;  // 210
  Severity severity;
  std::string_view name;         // "shape_mismatch"
  std::string_view title;        // "shapes do not fit"
  std::string_view explanation;  // what `rnnc explain E0210` prints: why, an example, its mend
  std::string id() const;        // "E0210", "W0901"
};

const CodeInfo& info(Code code);
const std::vector<CodeInfo>& all_codes();

// A place that the message speaks of, with what is to be said there.
struct Label {
  support::Span span;
  std::string text;
};

struct Diagnostic {
  Code code;
  std::string message;         // names of the program in `backquotes`; no full stop
  Label primary;               // where it is; its text may be empty
  std::vector<Label> related;  // e.g. where the other shape came from
  std::vector<std::string> notes;
  std::string help;  // what to do; empty if there is nothing to say
};

// Collects the diagnostics of one run. The same code at the same place with the same message is kept once,
// since a cell that is used twice is elaborated twice.
class Sink {
 public:
  void report(Diagnostic diagnostic);

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  size_t warning_count() const { return diagnostics_.size() - errors_; }
  // In order of file and place.
  std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  size_t errors_ = 0;
};

}  // namespace rnnc::diagnostics
