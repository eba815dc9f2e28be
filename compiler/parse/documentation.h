// Comments that document a declaration.
#pragma once

#include "compiler/ast/ast.h"
#include "compiler/support/source.h"

namespace rnnc::parse {

// Gives each declaration the block of comment lines right above it, without an empty line between: their
// texts without the
// `#` and one blank after it, one line each. A declaration that does not begin its line has none.
void attach_documentation(ast::File& file, const support::SourceFile& source);

}  // namespace rnnc::parse
