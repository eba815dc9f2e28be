// Slips that can be told from tokens alone, and mended there.
#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/token.h"

namespace rnnc::parse {

// Reports needless semicolons, comments and numbers of other languages, texts without a closing quote and
// names with a time below them (hₜ₋₁). Returns the tokens as they should have been, so that the parser is not
// led astray by what has been reported already.
Tokens mend(Tokens tokens, diagnostics::Sink& sink);

}  // namespace rnnc::parse
