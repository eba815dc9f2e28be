// Any bytes check, or get diagnostics that can be shown; what checks can be instantiated, or says why not.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/diagnostics/render.h"
#include "compiler/driver/spec.h"
#include "compiler/sema/parameters.h"
#include "compiler/support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace sema = rnnc::sema;
  std::string text(reinterpret_cast<const char*>(data), size);
  rnnc::driver::Spec spec = rnnc::driver::load_text("fuzz.rnn", std::move(text), "/nonexistent");
  if (spec.good()) sema::check(spec.program, spec.sink);
  for (const rnnc::diagnostics::Diagnostic& diagnostic : spec.sink.sorted()) {
    RNNC_CHECK(!rnnc::diagnostics::render_text(diagnostic, spec.sources, true).empty(),
               "a diagnostic without a text");
  }
  if (!spec.good()) return 0;
  for (const rnnc::ast::Body* body : spec.program.own) {
    std::map<std::string, int64_t> sizes;
    for (const sema::SizeSymbol& symbol : sema::symbols(spec.program, *body, spec.sink))
      sizes[symbol.name] = 6;
    auto model = sema::instantiate(spec.program, *body, sizes, spec.sink);
    RNNC_CHECK(model != nullptr || spec.sink.has_errors() || body->kind == rnnc::ast::BodyKind::cell,
               "no model and no error");
    if (model) sema::stored_tensors(*model);
    if (spec.sink.has_errors()) return 0;
  }
  return 0;
}
