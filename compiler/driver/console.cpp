#include "compiler/driver/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "compiler/diagnostics/render.h"
#include "runtime/formats/atomic_file.h"

namespace rnnc::driver {

bool Console::colored() const {
  if (options_.color != Color::automatic) return options_.color == Color::always;
  const char* refused = std::getenv("NO_COLOR");
  return (refused == nullptr || *refused == '\0') && isatty(STDERR_FILENO) == 1;
}

Exit Console::fail(const diagnostics::Diagnostic& diagnostic, const support::SourceMap& sources) {
  diagnostics::Sink sink;
  sink.report(diagnostic);
  report(sink, sources);
  return Exit::input;
}

void Console::report(const diagnostics::Sink& sink, const support::SourceMap& sources, bool are_result) {
  for (const diagnostics::Diagnostic& diagnostic : sink.sorted()) {
    if (options_.json) {
      fmt::print(are_result ? stdout : stderr, "{}\n", diagnostics::render_json(diagnostic, sources));
    } else {
      fmt::print(stderr, "{}", diagnostics::render_text(diagnostic, sources, colored()));
    }
  }
}

Exit Console::fail(std::string_view message, std::string_view help) {
  const bool color = colored();
  fmt::print(stderr, "{}error{}: {}\n", color ? "\033[1;31m" : "", color ? "\033[0m" : "", message);
  if (!help.empty()) fmt::print(stderr, "  = help: {}\n", help);
  return Exit::input;
}

void Console::note(std::string_view text) {
  if (!options_.quiet) fmt::print(stderr, "{}\n", text);
}

void Console::print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

bool Console::write(const std::string& path, std::string_view contents) {
  if (path == "-") {
    print(contents);
    return true;
  }
  formats::Status written = formats::write_file(path, contents);
  if (!written) fail(written.error().message);
  return static_cast<bool>(written);
}

Exit Console::finish(Exit status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return fail(fmt::format("cannot write to standard output: {}", std::generic_category().message(errno)));
}

}  // namespace rnnc::driver
