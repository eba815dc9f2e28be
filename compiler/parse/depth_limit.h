// Keeps expressions low enough for recursive walks, the parser's own first.
#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/token.h"

namespace rnnc::parse {

// True if no expression can be higher than kMaxDepth (parse.h). Otherwise reports where the first one grows
// beyond it. The height is an upper bound taken on tokens: operators, points and brackets one after the
// other, inner ones included.
bool within_depth_limit(const Tokens& tokens, diagnostics::Sink& sink);

}  // namespace rnnc::parse
