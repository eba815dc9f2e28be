// What a command says: results on standard output, everything else on standard error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/command.h"
#include "compiler/support/source.h"

namespace rnnc::driver {

class Console {
 public:
  enum class Color { automatic, always, never };
  struct Options {
    Color color = Color::automatic;  // automatic: on a terminal, unless NO_COLOR is set
    bool json = false;               // diagnostics as JSON, one object a line
    bool quiet = false;
  };
  explicit Console(const Options& options) : options_(options) {}

  bool json() const { return options_.json; }
  bool quiet() const { return options_.quiet; }

  // All diagnostics, sorted, on standard error; as JSON on standard output if they are the result of the
  // command.
  void report(const diagnostics::Sink& sink, const support::SourceMap& sources, bool are_result = false);
  // An error that no source text is to blame for: a file, the data.
  Exit fail(std::string_view message, std::string_view help = {});
  // A diagnostic; `sources` if it points into any.
  Exit fail(const diagnostics::Diagnostic& diagnostic, const support::SourceMap& sources = {});
  // A line of standard error, unless --quiet.
  void note(std::string_view text);

  void print(std::string_view text);
  // To the file, whole or not at all; `-` is standard output. False after a complaint.
  bool write(const std::string& path, std::string_view contents);

  // Complains if standard output did not take everything.
  Exit finish(Exit status);

 private:
  bool colored() const;
  Options options_;
};

}  // namespace rnnc::driver
