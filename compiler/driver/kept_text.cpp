#include "compiler/driver/kept_text.h"

#include <filesystem>
#include <set>

#include "compiler/parse/lex.h"
#include "compiler/parse/names.h"

namespace rnnc::driver {

namespace {

// Declarations of the library by name. What hides them is in `own`, and reading them is no harm.
class LibraryText {
 public:
  explicit LibraryText(const Spec& spec) : spec_(spec) {
    for (size_t i = spec.program.library; i < spec.program.files.size(); ++i) {
      for (const ast::Declaration& declaration : spec.program.files[i]->declarations) {
        if (const auto* function = std::get_if<ast::Function>(&declaration.node)) {
          declarations_.try_emplace(function->name.text, declaration.span);
        } else if (const auto* body = std::get_if<ast::Body>(&declaration.node)) {
          declarations_.try_emplace(body->name.text, declaration.span);
        }
      }
    }
  }

  void use_file(support::FileId file) { use(spec_.sources.file(file).text()); }

  // In the order of the library.
  std::string text() const {
    std::map<std::pair<support::FileId, uint32_t>, support::Span> in_order;
    for (const std::string& name : used_) {
      const support::Span span = declarations_.at(name);
      in_order[{span.file, span.begin}] = span;
    }
    std::string text;
    for (const auto& [place, span] : in_order) {
      text += spec_.sources.text(span);
      text += "\n\n";
    }
    return text;
  }

 private:
  void use(std::string_view text) {
    const support::SourceFile source("", std::string(text));
    for (const parse::Token& token : parse::lex(source, support::kNoFile).tokens) {
      const std::string name = parse::normalised(token.text);
      auto found = declarations_.find(name);
      if (found != declarations_.end() && used_.insert(name).second) use(spec_.sources.text(found->second));
    }
  }

  const Spec& spec_;
  std::map<std::string, support::Span> declarations_;
  std::set<std::string> used_;
};

}  // namespace

KeptText kept_text(const Spec& spec, const sema::Model& model) {
  const support::FileId main = model.body->span.file;
  KeptText kept{std::string(spec.sources.file(main).text()), {}, {}};
  LibraryText library(spec);
  library.use_file(main);
  for (size_t i = 0; i < spec.program.library; ++i) {
    const support::FileId file = spec.program.files[i]->id;
    if (file == main) continue;
    const support::SourceFile& source = spec.sources.file(file);
    kept.imports.push_back(
        {std::filesystem::path(source.name()).filename().string(), std::string(source.text())});
    library.use_file(file);
  }
  kept.library = library.text();
  return kept;
}

}  // namespace rnnc::driver
