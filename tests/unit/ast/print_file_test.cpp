#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "compiler/ast/print.h"
#include "compiler/diagnostics/render.h"
#include "compiler/parse/parse.h"
#include "tests/unit/ast/dump.h"

namespace rnnc::ast {
namespace {

std::optional<File> parsed_file(const std::string& text) {
  support::SourceMap sources;
  diagnostics::Sink sink;
  std::optional<File> file = parse::parse(sources, sources.add("test.rnn", text), sink);
  for (const auto& diagnostic : sink.sorted())
    ADD_FAILURE() << diagnostics::render_text(diagnostic, sources, false);
  return file;
}

// The formatted text; the test fails if formatting changes the tree, loses a comment, or does not come to
// rest at once.
std::string formatted(const std::string& text) {
  std::optional<File> file = parsed_file(text);
  if (!file) return "";
  std::string once = print(*file, text);
  std::optional<File> again = parsed_file(once);
  if (!again) return once;
  EXPECT_EQ(dump(*again), dump(*file));
  EXPECT_EQ(print(*again, once), once);
  std::string comments;
  std::string comments_again;
  for (const Comment& comment : file->comments)
    comments += comment.text.substr(0, comment.text.find_last_not_of(" \t") + 1) + "\n";
  for (const Comment& comment : again->comments) comments_again += comment.text + "\n";
  EXPECT_EQ(comments_again, comments);
  return once;
}

// The lines of a body in which `statements` stand, without the cell around them.
std::string body(const std::string& statements) {
  const std::string opening = "cell A {\n";
  std::string text = formatted(opening + statements + "}\n");
  EXPECT_TRUE(text.starts_with(opening) && text.ends_with("}\n")) << text;
  return text.substr(opening.size(), text.size() - opening.size() - 2);
}

std::string kept(const std::string& statements) {
  EXPECT_EQ(body(statements), statements);
  return statements;
}

TEST(PrintFile, PutsOneStatementALine) {
  EXPECT_EQ(
      formatted("cell Tiny[H]{input x state h:[H]h=tanh(linear(x,h[t - 1]))output h}"
                "model A[H=8]{input x:[X]target y:token[K]logits=x|>Tiny[H]loss cross_entropy(logits,y)}"),
      "cell Tiny[H] {\n"
      "  input x\n"
      "  state h: [H]\n"
      "  h = tanh(linear(x, h[t-1]))\n"
      "  output h\n"
      "}\n"
      "\n"
      "model A[H = 8] {\n"
      "  input  x: [X]\n"
      "  target y: token[K]\n"
      "  logits = x |> Tiny[H]\n"
      "  loss cross_entropy(logits, y)\n"
      "}\n");
}

TEST(PrintFile, KeepsSingleBlankLinesBetweenGroupsAndNoneAtTheEnds) {
  EXPECT_EQ(body("\n\n  input x\n\n\n\n  state h: [H]\n  h = x\n\n"),
            "  input x\n\n  state h: [H]\n  h = x\n");
  EXPECT_EQ(formatted("\n\nfn a(x) = x\nfn b(x) = x\n\n\nfn c(x) = x\ncell A {}\ncell B {\n}\n\n\n"),
            "fn a(x) = x\nfn b(x) = x\n\nfn c(x) = x\n\ncell A {}\n\ncell B {}\n");
}

TEST(PrintFile, IsEmptyWhereTheFileIs) {
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\n\n"), "");
  EXPECT_EQ(formatted("  # nothing else\n\n\n# at all"), "# nothing else\n\n# at all\n");
}

TEST(PrintFile, KeepsTheNotation) {
  kept(
      "  gate f = σ(W_f · [h[t-1], x] + b_f)\n"
      "  c = (1 − z) ⊙ h[t-1] + z ∘ h̃\n"
      "  state m: [N] = −∞\n"
      "  k = -q / √K ^ 2 - 1.50e-3\n");
}

TEST(PrintFile, KeepsAnAlignmentThatWasWritten) {
  kept(
      "  gate i, f, o: [H] = sigmoid(linear(x, h[t-1]))\n"
      "  gate g: [H]       = tanh(linear(x, h[t-1]))\n"
      "  c = f * c[t-1] + i * g\n"
      "  key = c\n");
  kept(
      "  q, k: [N, K] = linear(x)\n"
      "  v: [N, D]    = linear(x)\n"
      "  i_raw, f_raw: [N] = linear(x)\n");
  kept(
      "  input left, right: seq [P]\n"
      "  input a:  seq [P]\n"
      "  input bc: seq [P]\n");
  kept(
      "  param gain: [D]    ~ ones\n"
      "  param bias: [D, E] ~ zeros\n");
}

TEST(PrintFile, AlignsAtTheColumnThatIsNeeded) {
  EXPECT_EQ(body("  thought     = x\n  logits      = y\n"), "  thought = x\n  logits  = y\n");
}

TEST(PrintFile, InventsNoAlignment) {
  EXPECT_EQ(body("  thought = x\n  h =    y\n  y=z\n"), "  thought = x\n  h = y\n  y = z\n");
}

TEST(PrintFile, MendsAnAlignmentAfterARenaming) {
  EXPECT_EQ(body("  thoughts = x\n  logits  = y\n"), "  thoughts = x\n  logits   = y\n");
  EXPECT_EQ(body("  th = x\n  logits  = y\n"), "  th     = x\n  logits = y\n");
}

TEST(PrintFile, AlignsWithinAGroupOnly) {
  EXPECT_EQ(body("  log_f  = x\n  m = # by hand\n y\n"), "  log_f = x\n  m =  # by hand\n      y\n")
      << "nor with a value that begins its own line";
  EXPECT_EQ(body("  a   = x\n  bcd = y\n\n  e   = z\n"), "  a   = x\n  bcd = y\n\n  e = z\n");
}

TEST(PrintFile, PutsInputsAndTargetsBelowEachOther) {
  EXPECT_EQ(formatted("model A { input source: seq token[S]  target words: seq token[V] loss words }"),
            "model A {\n  input  source: seq token[S]\n  target words:  seq token[V]\n  loss words\n}\n");
}

TEST(PrintFile, KeepsABlockOfPairsOnItsLineIfItFits) {
  EXPECT_EQ(formatted("model A {\n  train{lr=2e-3 clip=5}\n  stored { weight=W }\n}\n"),
            "model A {\n  train { lr = 2e-3  clip = 5 }\n  stored { weight = W }\n}\n");
  EXPECT_EQ(formatted("model A {\n  train {\n  lr=cosine(2e-3,warmup=500)\n seed=1 }\n}\n"),
            "model A {\n  train {\n    lr   = cosine(2e-3, warmup = 500)\n    seed = 1\n  }\n}\n");
  EXPECT_EQ(formatted("model A {\n  train { optimizer = adam  batch = 32  seq_length = 2000  epochs = 120  "
                      "max_weight = 0.499  "
                      "weight_decay = 1e-6 }\n}\n"),
            "model A {\n  train {\n    optimizer    = adam\n    batch        = 32\n    seq_length   = 2000\n"
            "    epochs       = 120\n    max_weight   = 0.499\n    weight_decay = 1e-6\n  }\n}\n");
}

TEST(PrintFile, KeepsSumsOfStoredTensors) {
  kept(
      "  stored {\n"
      "    weight_ih = h.W.x\n"
      "    bias_ih + bias_hh = [i.b, f.b]\n"
      "  }\n");
}

TEST(PrintFile, KeepsABrokenPipelineBroken) {
  kept(
      "  O = x |> RNN[H, phi = tanh]\n"
      "        |> linear[Q]\n");
  EXPECT_EQ(body("  logits\n = x\n |> Tiny\n [H] |> last\n"),
            "  logits = x |> Tiny[H]\n"
            "             |> last\n");
  EXPECT_EQ(body("  y = (dry |> LSTM[H]\n |> linear[]) + dry\n"),
            "  y = (dry |> LSTM[H]\n"
            "           |> linear[]) + dry\n");
}

TEST(PrintFile, BreaksAPipelineThatIsTooLong) {
  EXPECT_EQ(body("  logits = words |> embed[E] |> stack[bidirectional[LSTM[H]], 4] |> dropout[0.25] |> "
                 "layernorm |> linear[V]\n"),
            "  logits = words |> embed[E]\n"
            "                 |> stack[bidirectional[LSTM[H]], 4]\n"
            "                 |> dropout[0.25]\n"
            "                 |> layernorm\n"
            "                 |> linear[V]\n");
  EXPECT_EQ(body("  logits = attentive_decoder[H, A](words[t-1] |> embed[E], memory, s = start) |> "
                 "dropout[0.25] |> linear[V]\n"),
            "  logits = attentive_decoder[H, A](words[t-1] |> embed[E], memory, s = start)\n"
            "             |> dropout[0.25]\n"
            "             |> linear[V]\n");
}

TEST(PrintFile, BreaksALineAtOperatorsWhereItWasBrokenOrIsTooLong) {
  kept(
      "  wkv = (exp(m[t-1] - p) * a[t-1] + exp(bonus + k - p) * v)\n"
      "      / (exp(m[t-1] - p) * b[t-1] + exp(bonus + k - p))\n");
  EXPECT_EQ(
      body("  y = first_operand_of_the_sum * its_factor + second_operand_of_the_sum * its_factor + "
           "third_operand + fourth\n"),
      "  y = first_operand_of_the_sum * its_factor + second_operand_of_the_sum * its_factor + third_operand\n"
      "    + fourth\n");
  EXPECT_EQ(body("  loss a +\n b\n"), "  loss a\n     + b\n");
}

TEST(PrintFile, BreaksAListThatIsTooLong) {
  EXPECT_EQ(body("  weight = linear(first_argument_of_many, second_argument_of_many, third_argument_of_many, "
                 "named = fourth)\n"),
            "  weight = linear(\n"
            "    first_argument_of_many,\n"
            "    second_argument_of_many,\n"
            "    third_argument_of_many,\n"
            "    named = fourth\n"
            "  )\n");
  EXPECT_EQ(body("  state first_state_of_many, second_state_of_many, third_state_of_many, "
                 "fourth_state_of_many, fifth: [H]\n"),
            "  state first_state_of_many, second_state_of_many, third_state_of_many, fourth_state_of_many,\n"
            "      fifth: [H]\n");
}

TEST(PrintFile, KeepsCommentsWhereTheyStand) {
  EXPECT_EQ(formatted("# of the file\n\n# of A\ncell A { # opens\n   # first\n  input x   # an input\n\n  # "
                      "before the end\n} # closes\n# last"),
            "# of the file\n\n# of A\ncell A {  # opens\n  # first\n  input x  # an input\n\n  # before the "
            "end\n}  # closes\n\n# last\n");
}

TEST(PrintFile, KeepsDocumentationAboveItsDeclaration) {
  EXPECT_EQ(formatted("fn a(x) = x\n# of A\ncell A {}\n# of B\nfn b(x) = x\n"),
            "fn a(x) = x\n\n# of A\ncell A {}\n\n# of B\nfn b(x) = x\n");
  EXPECT_EQ(formatted("# of nothing\n\ncell A {}\n"), "# of nothing\n\ncell A {}\n");
}

TEST(PrintFile, KeepsCommentsBetweenTheStagesOfAPipeline) {
  EXPECT_EQ(body("  O = x # data\n |> RNN[H] # first\n # then\n |> linear[Q] # last\n"),
            "  O = x            # data\n"
            "        |> RNN[H]  # first\n"
            "        # then\n"
            "        |> linear[Q]  # last\n");
}

TEST(PrintFile, KeepsCommentsInsideLists) {
  EXPECT_EQ(body("  y = f(a, # first\n b # second\n )\n"),
            "  y = f(\n    a,  # first\n    b   # second\n  )\n");
  EXPECT_EQ(body("  y = [ # all\n a\n # none\n ]\n"), "  y = [  # all\n    a\n    # none\n  ]\n");
  EXPECT_EQ(formatted("cell A[H, # hidden\n P = H # out\n] { }\n"),
            "cell A[\n  H,  # hidden\n  P = H\n] {  # out\n}\n");
  EXPECT_EQ(formatted("model A {\n train { # recipe\n lr = 1 # rate\n\n # stop\n clip = 5 }\n}\n"),
            "model A {\n  train {  # recipe\n    lr = 1  # rate\n\n    # stop\n    clip = 5\n  }\n}\n");
}

TEST(PrintFile, KeepsCommentsBetweenAnyTwoTokens) {
  const std::string_view tokens[] = {
      "cell",    "A",      "[", "H", ",",    "P", "=", "H",      "]",        "{",     "input", "x", ":",
      "seq",     "[",      "H", "]", "gate", "i", ",", "f",      ":",        "[",     "H",     "]", "=",
      "sigmoid", "(",      "W", ".", "x",    "·", "[", "h",      "[",        "t",     "-",     "1", "]",
      ",",       "x",      "]", "+", "-",    "b", ")", "|>",     "f",        "param", "W",     ".", "b",
      "~",       "normal", "(", "0", ",",    "√", "K", ")",      "output",   "y",     "=",     "(", "y",
      ")",       "stored", "{", "a", "+",    "b", "=", "W",      "}",        "}",     "fn",    "f", "[",
      "k",       "]",      "(", "x", ")",    "=", "x", "import", "\"a.rnn\""};
  for (size_t at = 0; at < std::size(tokens); ++at) {
    for (const char* comment : {" # behind\n", "\n# alone\n", " # one\n# two\n"}) {
      std::string text;
      for (size_t i = 0; i < std::size(tokens); ++i) {
        text += std::string(tokens[i]) + (i == at ? comment : " ");
      }
      SCOPED_TRACE(text);
      formatted(text);
    }
  }
}

TEST(PrintFile, AlignsTheCommentsOfNeighbouringLines) {
  EXPECT_EQ(body("  a = x # first\n  bcd = y      # second\n  e = z\n  f = z # third\n"),
            "  a = x    # first\n  bcd = y  # second\n  e = z\n  f = z  # third\n");
  std::string comment = "# " + std::string(80, 'x');
  EXPECT_EQ(body("  a = x " + comment + "\n  bcd = some_longer_value " + comment + "\n"),
            "  a = x  " + comment + "\n  bcd = some_longer_value  " + comment + "\n")
      << "unless one of them would pass the width for it";
}

TEST(PrintFile, CountsColumnsAsATerminalDoes) {
  kept(
      "  h\u0303_long = x\n"
      "  ψ      = y\n"
      "  記憶   = z\n");
}

TEST(PrintFile, ReadsLineBreaksOfAnySystem) {
  EXPECT_EQ(formatted("cell A {\r\n  input x  # in\r\n\r\n  output x\r\n}\r\n"),
            "cell A {\n  input x  # in\n\n  output x\n}\n");
}

}  // namespace
}  // namespace rnnc::ast
