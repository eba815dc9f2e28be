// A text with places to point at, for the tests of the renderers.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/support/source.h"

namespace rnnc::diagnostics {

// The nth (from 0) occurrence of `part` in a file.
inline support::Span find(const support::SourceMap& sources, support::FileId file, std::string_view part,
                          int nth = 0) {
  std::string_view text = sources.file(file).text();
  size_t at = text.find(part);
  while (at != std::string_view::npos && nth-- > 0) at = text.find(part, at + 1);
  EXPECT_NE(at, std::string_view::npos) << part;
  return {file, static_cast<uint32_t>(at), static_cast<uint32_t>(at + part.size())};
}

// Any code serves the renderers; this one will always be there.
inline constexpr Code kAnError = Code::cannot_read_file;

}  // namespace rnnc::diagnostics
