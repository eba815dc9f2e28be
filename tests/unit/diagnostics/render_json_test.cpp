#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compiler/diagnostics/render.h"
#include "tests/unit/diagnostics/sources_for_test.h"

namespace rnnc::diagnostics {
namespace {

using nlohmann::json;

TEST(RenderJson, GivesPlacesInCodePoints) {
  support::SourceMap sources;
  support::FileId file = sources.add("gru.rnn", "cell A {\n  h\u0303 = σ(x) \n}\n");
  Diagnostic diagnostic{kAnError,
                        "`x` is not there",
                        {find(sources, file, "x"), "here"},
                        {{find(sources, file, "σ(x) \n}"), "in this"}},
                        {"a note"},
                        "some help"};
  EXPECT_EQ(
      render_json(diagnostic, sources),
      R"({"code":"E0001","severity":"error","message":"`x` is not there","file":"gru.rnn","line":2,"column":10,)"
      R"("end_line":2,"end_column":11,"labels":[{"primary":true,"text":"here","file":"gru.rnn","line":2,"column":10,)"
      R"("end_line":2,"end_column":11},{"primary":false,"text":"in this","file":"gru.rnn","line":2,"column":8,)"
      R"("end_line":3,"end_column":2}],"notes":["a note"],"help":"some help"})");
}

TEST(RenderJson, HasNullsWhereThereIsNoSource) {
  json object = json::parse(render_json({kAnError, "no file", {}, {}, {}, ""}, {}));
  for (const char* key : {"file", "line", "column", "end_line", "end_column", "help"}) {
    ASSERT_TRUE(object.contains(key)) << key;
    EXPECT_TRUE(object[key].is_null()) << key;
  }
  EXPECT_EQ(object["notes"], json::array());
}

TEST(RenderJson, StaysOneLineOfValidJsonWhateverItQuotes) {
  support::SourceMap sources;
  support::FileId file = sources.add("\xff.rnn", "\xfe");
  std::string text =
      render_json({kAnError, "two\nlines, \"quoted\" \xff", {{file, 0, 1}, ""}, {}, {}, ""}, sources);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(json::parse(text)["message"], "two\nlines, \"quoted\" \uFFFD");
}

}  // namespace
}  // namespace rnnc::diagnostics
