// What is checked on the bytes of a source before a lexer sees them.
#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/support/source.h"

namespace rnnc::parse {

// True if the source is UTF-8 text within the limits of parse.h on size and on the nesting of brackets.
// Otherwise reports the first trouble. Brackets in comments and in quoted text do not count.
bool within_text_limits(const support::SourceFile& source, support::FileId file, diagnostics::Sink& sink);

}  // namespace rnnc::parse
