// Recurrent cells written down as IR, as a model would contain them.
#pragma once

#include <string>

#include "compiler/ir/module.h"

namespace rnnc::testing {

// One layer over T, in a direction ("forward" or "backward"). State enters as "state.<name>" and leaves under
// the same name.
ir::Module lstm(const std::string& direction);
// Reset before the product: two contracts, one of which needs all of the other's result.
ir::Module gru(const std::string& direction);
// Exponential gates over heads N; the stabiliser starts at −∞, or at what the input "state.m" says.
ir::Module slstm(const std::string& direction, const std::string& first_m = "const -inf");
// The same gates over a matrix memory.
ir::Module mlstm(const std::string& direction);
// At every step of T a softmax over the steps of S.
ir::Module attention();
// In every step of T a scan over S, whose first value is the state.
ir::Module scan_in_scan(const std::string& outer, const std::string& inner);

ir::Module read_or_die(const std::string& text);

}  // namespace rnnc::testing
