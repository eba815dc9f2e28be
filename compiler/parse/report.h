// How every message of this room is made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"

namespace rnnc::parse {

// "syntax: " and the message, at one place.
diagnostics::Diagnostic syntax_error(diagnostics::Code code, support::Span span, std::string_view message,
                                     std::string help);

void report(diagnostics::Sink& sink, diagnostics::Code code, support::Span span, std::string_view message,
            std::string help, std::vector<std::string> notes = {});

}  // namespace rnnc::parse
