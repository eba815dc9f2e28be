// What the parser does about a syntax error.
#pragma once

#include <memory>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parse/token.h"

namespace antlr4 {
class ANTLRErrorStrategy;
}

namespace rnnc::parse {

// A strategy that explains each error (slip.h) and goes on at the next line that begins a statement of the
// same body, at the end of the body, or at the next declaration, so that one slip gives one message and every
// slip gets one. Throws ParseCancellationException after kMaxSyntaxErrors (parse.h).
std::shared_ptr<antlr4::ANTLRErrorStrategy> make_recovery(const Tokens& tokens, diagnostics::Sink& sink);

}  // namespace rnnc::parse
