#include "compiler/driver/spec.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <variant>

#include "compiler/library/library.h"
#include "compiler/parse/parse.h"

namespace rnnc::driver {

namespace {

namespace fs = std::filesystem;
using Files = std::vector<std::shared_ptr<const ast::File>>;

constexpr std::string_view kLibraryPrefix = "library:";

// The text up to one byte beyond what the parser takes: it says that a file is too large, and 4 GB of data
// are not read.
std::string read(std::istream& in) {
  std::string text(parse::kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::optional<std::string> read(const fs::path& path, bool imported, std::string& why) {
  std::error_code failure;
  if (imported && fs::exists(path, failure) && !fs::is_regular_file(path, failure)) {
    why = "it is no ordinary file";
    return std::nullopt;
  }
  if (fs::is_directory(path, failure)) {
    why = "it is a folder";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text = file ? read(file) : "";
  if (file.is_open() && !file.bad()) return text;
  why = std::generic_category().message(errno);
  return std::nullopt;
}

class Loader {
 public:
  Loader(Spec& spec, bool imports) : spec_(spec), imports_(imports) {}

  // A file, or standard input.
  void named(const std::string& name) {
    if (name == "-") {
      text("<stdin>", read(std::cin), ".");
    } else {
      file(name, {});
    }
  }

  // The file with its imports, each file once. `from`: the import that names it.
  void file(const fs::path& path, support::Span from) {
    std::error_code failure;
    fs::path whole = fs::weakly_canonical(path, failure);
    if (!seen_.insert(failure ? path : whole).second) return;
    std::string why;
    std::optional<std::string> content = read(path, from.valid(), why);
    if (!content) {
      spec_.sink.report({diagnostics::Code::cannot_read_file,
                         fmt::format("cannot read `{}`: {}", path.string(), why),
                         {from, {}},
                         {},
                         {},
                         from.valid() ? "an import is looked up beside the file that names it"
                                      : "a relative path begins at the folder where `rnnc` was started"});
      return;
    }
    text(path.string(), std::move(*content), path.parent_path());
  }

  void text(std::string name, std::string content, const fs::path& folder) {
    std::shared_ptr<const ast::File> tree = parse(std::move(name), std::move(content));
    if (!tree) return;
    own_.push_back(tree);
    if (!imports_) return;
    if (own_.size() == 1 && tree->declarations.empty()) {
      spec_.sink.report(
          {diagnostics::Code::empty_spec,
           fmt::format("`{}` is empty: no cell, no model, no function", spec_.sources.file(0).name()),
           {},
           {},
           {},
           "a spec is text such as `model M { input x: [X]  output y = linear[3](x) }`"});
    }
    for (const ast::Declaration& declaration : tree->declarations) {
      const auto* import = std::get_if<ast::Import>(&declaration.node);
      if (import != nullptr) file(folder / import->path, declaration.span);
    }
  }

  void alone() { spec_.program.files = std::move(own_); }

  // `kept`: an older text of what is used of the library; its name and the text.
  void with_library(const std::string& kept_name = {}, const std::string& kept = {}) {
    Files rest;
    if (!kept.empty()) rest.push_back(parse(kept_name, kept));
    rest.push_back(parse(std::string(library::name()), std::string(library::text())));
    if (spec_.sink.has_errors()) return;
    if (own_.empty()) own_.swap(rest);  // the spec is the library itself
    spec_.program = sema::resolve(std::move(own_), std::move(rest), spec_.sink);
  }

 private:
  std::shared_ptr<const ast::File> parse(std::string name, std::string content) {
    support::FileId id = spec_.sources.add(std::move(name), std::move(content));
    std::optional<ast::File> tree = parse::parse(spec_.sources, id, spec_.sink);
    return tree ? std::make_shared<const ast::File>(std::move(*tree)) : nullptr;
  }

  Spec& spec_;
  bool imports_;
  Files own_;
  std::set<fs::path> seen_;
};

}  // namespace

Spec load_spec(const std::string& name) {
  Spec spec;
  Loader loader(spec, true);
  if (name.starts_with(kLibraryPrefix)) {
    spec.chosen = name.substr(kLibraryPrefix.size());
  } else {
    loader.named(name);
  }
  loader.with_library();
  return spec;
}

Spec load_alone(const std::string& name) {
  Spec spec;
  Loader loader(spec, false);
  loader.named(name);
  loader.alone();
  return spec;
}

Spec load_kept(const std::string& name, const KeptText& kept) {
  Spec spec;
  Loader loader(spec, false);
  loader.text(name, kept.spec, ".");
  for (const KeptText::Import& import : kept.imports)
    loader.text(fmt::format("{}/{}", name, import.name), import.text, ".");
  loader.with_library(fmt::format("{}/{}", name, library::name()), kept.library);
  return spec;
}

Spec load_text(std::string name, std::string text, const std::string& folder) {
  Spec spec;
  Loader loader(spec, true);
  loader.text(std::move(name), std::move(text), folder);
  loader.with_library();
  return spec;
}

}  // namespace rnnc::driver
