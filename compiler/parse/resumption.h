// Where reading goes on after a syntax error.
#pragma once

#include "compiler/parse/slip.h"

namespace rnnc::parse {

// The first token after `blame`, or the one at which reading stopped, at which it can go on; at the latest
// the end of the file:
//   file, declaration   the next declaration
//   header              the `{` of the body, or the statement or declaration before which it is missing
//   body, statement     a line that begins a statement, the `}` of the body, the next declaration
//   block, item         a line that begins with a name, the `}` of the block, and what ends a body
// Brackets that were closed are passed over whole: a line inside them begins nothing.
size_t find_resumption(const Site& site, size_t blame);

}  // namespace rnnc::parse
