#include "tests/unit/parse/parsed.h"

namespace rnnc::parse {
namespace {

// A slip in a header, a function, an import, or at the braces.
struct Slip {
  std::string_view text;
  std::string_view error;  // code, place, message without its "syntax: "
  std::string_view help;
};

constexpr Slip kSlips[] = {
    // E0102: a reserved word is used as a name
    {"fn f(output) = x", "E0102 1:6 `output` is a reserved word", "choose another name, such as `output_`"},
    {"model output { input x }", "E0102 1:7 `output` is a reserved word",
     "choose another name, such as `output_`"},
    {"model M[loss] { input x }", "E0102 1:9 `loss` is a reserved word",
     "choose another name, such as `loss_`"},
    {"cell A {\n  cell: [H] = 3\n  model = 4\n  output h }", "E0102 2:3 `cell` is a reserved word",
     "choose another name, such as `cell_`"},
    // E0103: an expression is missing
    {"cell A[H = ] { input x }", "E0103 1:12 an expression is missing between `=` and `]`",
     "complete it, or leave the sign out"},
    {"fn f[a](x) = ", "E0103 1:12 an expression is missing after `=`",
     "complete the line, or leave the sign out"},
    {"cell A { a = 1  b = 2  c = + }", "E0103 1:28 an expression is missing between `=` and `+`",
     "complete it, or leave the sign out"},
    // E0104: a name is missing
    {"cell { input x }", "E0104 1:1 the `cell` has no name", "write `cell Name { ... }`"},
    {"cell [H] { input x }", "E0104 1:1 the `cell` has no name", "write `cell Name { ... }`"},
    {"fn (x) = x", "E0104 1:1 the function has no name", "write `fn name(x) = expression`"},
    {"fn f(x, ) = x", "E0104 1:7 a name is missing after `,`", ""},
    {"cell", "E0104 1:1 the `cell` has no name", "write `cell Name { ... }`"},
    // E0105: an operator or a comma is missing
    {"cell A[H K] { input x }", "E0105 1:10 a comma is missing between `H` and `K`", "write `H, K`"},
    {"fn f(x) = x y", "E0105 1:13 an operator is missing between `x` and `y`",
     "products need their sign: `*` by elements, `@` of matrices; values of a list are separated by commas"},
    {"fn f(x x) = x", "E0105 1:8 a comma is missing between `x` and `x`", "write `x, x`"},
    // E0106: a bracket is not closed
    {"cell A[H { input x }", "E0106 1:7 `[` is never closed", "add `]`"},
    {"cell A {\n  input x\n  y = tanh(x\n\ncell B { input x output x }", "E0106 3:11 `(` is never closed",
     "add `)`"},
    {"cell A {\n  h = tanh(x\n  c = 3\n  output h\n}", "E0106 2:11 `(` is never closed", "add `)`"},
    {"cell A {\n  h = tanh(x\n  c = g(3))\n  output h\n}",
     "E0106 2:11 `(` is still open where the next statement begins", "close it at the end of its line"},
    {"cell A {\n  h = f(a,\n    c = 3\n  output h\n}", "E0106 2:8 `(` is never closed", "add `)`"},
    // E0107: a bracket closes nothing
    {"cell A { input x } }", "E0107 1:20 `}` closes nothing", "leave it out, or open it before"},
    {"cell A { input x }\n}\noutput y\n}", "E0107 2:1 `}` closes nothing", "leave it out, or open it before"},
    {"}", "E0107 1:1 `}` closes nothing", "leave it out, or open it before"},
    // E0108: a body is not closed
    {"cell A { input x", "E0108 1:8 the body of `A` is not closed", "add `}` where it ends"},
    {"cell A {\n  input x\n\ncell B { input x output x }", "E0108 1:8 the body of `A` is not closed",
     "add `}` before `cell`"},
    {"cell A {\n  input x\n  train {\n    lr = 3\n}\n\ncell B { input x output x }",
     "E0108 1:8 the body of `A` is not closed", "add `}` before `cell`"},
    {"cell A {\n  input x\n  train { lr = 3\n  output x\n}\n", "E0108 3:9 the `train` block is not closed",
     "add `}` before `output`"},
    // E0109: the header of a cell or model
    {"cell LSTM(H) { input x }", "E0109 1:10 settings stand in brackets", "write `LSTM[H]`"},
    {"cell A[H]: { input x }", "E0109 1:10 nothing stands between a header and its `{`",
     "a header is a name and its settings in brackets: `cell LSTM[H] {`"},
    {"cell A[H]\n  input x\n  output x\n}", "E0109 2:3 the `cell` has no body",
     "its statements stand between `{` and `}`"},
    {"cell A[H]:\n  input x\n  output x\n", "E0109 1:10 the `cell` has no body",
     "its statements stand between `{` and `}`"},
    {"cell A[H: int] { input x }", "E0109 1:9 a setting is a name, with or without a default",
     "write `[H]` or `[H, K = 64, phi = tanh]`"},
    {"cell A[4] { input x }", "E0109 1:8 a setting is a name, with or without a default",
     "write `[H]` or `[H, K = 64, phi = tanh]`"},
    {"cell A[H, ] { input x }", "E0109 1:11 a setting is a name, with or without a default",
     "write `[H]` or `[H, K = 64, phi = tanh]`"},
    {"cell A < H > { input x }", "E0109 1:8 nothing stands between a header and its `{`",
     "a header is a name and its settings in brackets: `cell LSTM[H] {`"},
    {"cell A[H] = { input x }", "E0109 1:11 nothing stands between a header and its `{`",
     "a header is a name and its settings in brackets: `cell LSTM[H] {`"},
    {"cell A[H](x) { input x }", "E0109 1:10 a header takes no values", "write `input x` in the body"},
    {"cell A[H] extends B { input x }", "E0109 1:11 nothing stands between a header and its `{`",
     "a header is a name and its settings in brackets: `cell LSTM[H] {`"},
    {"cell A", "E0109 1:7 the `cell` has no body", "its statements stand between `{` and `}`"},
    {"cell A[H]", "E0109 1:10 the `cell` has no body", "its statements stand between `{` and `}`"},
    // E0110: the form of a function
    {"fn f(x) { x }", "E0110 1:9 a function is one expression, after `=`", "write `fn name(x) = expression`"},
    {"fn f = x", "E0110 1:6 the function has no parameters",
     "write `fn name(x) = expression`; settings stand in brackets before: `fn name[a = 1](x) = ...`"},
    {"fn f(x: [H]) = x", "E0110 1:7 a parameter is a bare name",
     "a default belongs to a setting: `fn name[a = 1](x) = ...`; a function takes any shape that fits"},
    {"fn f(x = 1) = x", "E0110 1:8 a parameter is a bare name",
     "a default belongs to a setting: `fn name[a = 1](x) = ...`; a function takes any shape that fits"},
    // E0111: the form of an import
    {"import cells", "E0111 1:1 `import` takes the name of a file in quotes",
     "write `import \"cells.rnn\"`; the library is always there"},
    {"import", "E0111 1:1 `import` takes the name of a file in quotes",
     "write `import \"cells.rnn\"`; the library is always there"},
    {"import numpy as np", "E0111 1:1 `import` takes the name of a file in quotes",
     "write `import \"cells.rnn\"`; the library is always there"},
    // E0113: a statement outside of any body
    {"h = tanh(x)", "E0113 1:1 a statement stands outside of any cell or model",
     "put it between the braces of a `cell` or `model`"},
    {"{ }", "E0113 1:1 `{` begins no declaration", "a file holds `cell`, `model`, `fn` and `import`"},
    {"[1]", "E0113 1:1 `[` begins no declaration", "a file holds `cell`, `model`, `fn` and `import`"},
    {"3", "E0113 1:1 `3` begins no declaration", "a file holds `cell`, `model`, `fn` and `import`"},
    {"#include <x>\nfoo", "E0113 2:1 `foo` begins no declaration",
     "a file holds `cell`, `model`, `fn` and `import`"},
    {"state h: [H]", "E0113 1:1 a statement stands outside of any cell or model",
     "put it between the braces of a `cell` or `model`"},
    // E0114: a word of another language
    {"class A { input x }", "E0114 1:1 `class` is no keyword",
     "the equations of one step are a `cell`, what is trained is a `model`"},
    {"def f(x): x", "E0114 1:1 `def` is no keyword",
     "a function is `fn name(x) = expression`, outside of cells and models"},
    {"layer A[H] { input x }", "E0114 1:1 `layer` is no keyword",
     "the equations of one step are a `cell`, what is trained is a `model`"},
    {"modle A[H] { input x }", "E0114 1:1 `modle` is no keyword", "did you mean `model`?"},
    {"cel A[H] { input x }", "E0114 1:1 `cel` is no keyword", "did you mean `cell`?"},
    {"from cells import LSTM", "E0114 1:1 `from` is no keyword",
     "a file is brought in by `import \"cells.rnn\"`; the library is always there"},
    // E0115: an operator of another language
    {"fn f(x) -> x", "E0115 1:9 `->` is no operator of the language",
     "a function is `fn name(x) = expression`; a value goes into the next function with `|>`"},
    {"cell A[H] -> h { input x }", "E0115 1:11 `->` is no operator of the language",
     "a function is `fn name(x) = expression`; a value goes into the next function with `|>`"},
    // E0117: a semicolon
    {"import \"a.rnn\"; import \"b.rnn\"", "E0117 1:15 a statement needs no `;`",
     "leave it out: a statement ends where the next one begins"},
    // E0119: a text in quotes
    {"import 'cells.rnn'", "E0119 1:8 a text stands in double quotes, and only after `import`",
     "write `import \"cells.rnn\"`; names are written without quotes"},
    {"import \"cells.rnn", "E0119 1:8 the text has no closing quote", "end it with `\"` on the same line"},
};

TEST(DeclarationSlips, GetOneMessageInTheUsersTerms) {
  for (const Slip& slip : kSlips) {
    Parsed parsed(std::string(slip.text));
    EXPECT_FALSE(parsed.file.has_value()) << slip.text;
    ASSERT_EQ(parsed.errors().size(), 1u) << slip.text << ::testing::PrintToString(parsed.errors());
    std::string error = parsed.errors().front();
    size_t sign = error.find("syntax: ");
    ASSERT_NE(sign, std::string::npos) << error;
    EXPECT_EQ(error.erase(sign, 8), slip.error) << slip.text;
    EXPECT_EQ(parsed.sink.sorted().front().help, slip.help) << slip.text;
  }
}

}  // namespace
}  // namespace rnnc::parse
