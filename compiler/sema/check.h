// The front door of sema: syntax trees in, checked bodies out.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/model.h"

namespace rnnc::sema {

// Declarations by name. What the main file (with its imports) declares hides the library's.
struct Program {
  std::vector<std::shared_ptr<const ast::File>>
      files;                  // the main file first, then its imports; the library last
  size_t library = SIZE_MAX;  // index of the library's first file; SIZE_MAX: none
  std::map<std::string, const ast::Function*> functions;
  std::map<std::string, const ast::Body*> cells;
  std::vector<const ast::Body*> own;  // cells and models of the main file, in order
  std::set<std::string> members;      // names that are read of something, `a.k`
};

// Collects declarations. `own` files: the main file and its imports; names declared twice among them are
// reported.
Program resolve(std::vector<std::shared_ptr<const ast::File>> own,
                std::vector<std::shared_ptr<const ast::File>> library, diagnostics::Sink& sink);

// Checks every cell, model and function of the own files, whatever the sizes.
void check(const Program& program, diagnostics::Sink& sink);

// The body with its sizes left open. Null after a mistake.
std::shared_ptr<const Body> outline(const Program& program, const ast::Body& body, diagnostics::Sink& sink);

// Names of sizes that a model needs and that have no default: `V`, `X`. Empty after a mistake.
std::vector<SizeSymbol> symbols(const Program& program, const ast::Body& body, diagnostics::Sink& sink);

// The model (or cell standing alone, over a sequence) under the sizes given; others take their defaults. What
// is missing, not whole or not positive is reported. Null after an error.
std::shared_ptr<const Model> instantiate(const Program& program, const ast::Body& body,
                                         const std::map<std::string, int64_t>& sizes,
                                         diagnostics::Sink& sink);

}  // namespace rnnc::sema
