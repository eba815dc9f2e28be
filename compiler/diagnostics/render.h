// Diagnostics as text for people and as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/support/source.h"

namespace rnnc::diagnostics {

// Text in the form of language.md: headline, place, the lines that the labels point at, help. With `color`,
// ANSI colours.
std::string render_text(const Diagnostic& diagnostic, const support::SourceMap& sources, bool color);

// One JSON object on one line:
// {"code","severity","message","file","line","column","end_line","end_column","labels","notes","help"}.
// Places are null where no text is to blame, as is `help` where there is none. A label has the keys of a
// place, "text" and "primary"; the first is the primary one. Lines and columns (code points) count from 1;
// the end is exclusive.
std::string render_json(const Diagnostic& diagnostic, const support::SourceMap& sources);

}  // namespace rnnc::diagnostics
