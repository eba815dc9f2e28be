// The object and its header by themselves.
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "runtime/train/draw.h"
#include "tests/emit/emitted.h"

namespace rnnc::emit {
namespace {

constexpr const char* kTagger =
    "model Words[H = 8] { target words: seq token[V]\n"
    "  logits = words[t-1] |> embed[4] |> LSTM[H] |> linear[V]  loss cross_entropy(logits, words) }";

backend::Emission words(int64_t tokens, const backend::Target& target) {
  return *emission_of(compile_model(kTagger, {{"V", tokens}}), target);
}

TEST(EmittedObject, HasReadOnlyDataAndItsOwnNamesOnly) {
  std::vector<backend::Target> targets = backend::targets();
  targets.push_back(backend::native_target());
  for (const backend::Target& target : targets) {
    Folder folder;
    backend::Emission emission = words(6, target);
    emission.vocabularies = {{"words", false, {"a", "b\xC3\xA9", "<end>", "\n", "\"", "\\"}, 2, {}}};
    write_files(folder, emission, target);
    EXPECT_EQ(folder.run("nm -u net.o"), "") << target.name;
    EXPECT_EQ(folder.run("nm net.o | grep -E ' [bBdDCuwWvV] ' || true"), "") << target.name;
    EXPECT_EQ(folder.run("nm -g --defined-only -j net.o | grep -v '^net_' || true"), "") << target.name;
    EXPECT_EQ(folder.run("readelf -SW net.o | grep -E ' \\.(data|bss|init_array|tbss)' | "
                         "awk '$7 != \"000000\"' || true"),
              "")
        << target.name;
    // Position independent, without a library.
    folder.run("cc -shared -nostdlib -Wl,-z,defs -Wl,-z,text -o net.so net.o");
  }
}

TEST(EmittedHeader, IsC99AndCpp) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  backend::Emission emission = words(6, target);
  emission.vocabularies = {{"words", false, {"a", "b\xC3\xA9", "<end>", "\n", "\"", "\\"}, 2, {}}};
  write_files(folder, emission, target);
  const char* main = R"(
#include "net.h"
#include "net.h"
#include <stdio.h>
int main(void) {
  int i;
  for (i = 0; i < NET_VOCABULARY_SIZE; ++i) {
    const uint32_t begin = net_vocabulary_offsets[i], end = net_vocabulary_offsets[i + 1];
    printf("%d %s|", (int)(end - begin - 1), net_vocabulary_text + begin);
  }
  printf("%d %d %s", NET_VOCABULARY_END, NET_IN_TOKENS, NET_WEIGHTS_SHA256);
  return NET_ABI_VERSION == 1 && NET_IN_DIM == 1 && NET_OUT_DIM == 6 && NET_SCRATCH_BYTES == 0 ? 0 : 1;
})";
  folder.write("main.c", main);
  folder.write("main.cpp", main);
  folder.run(fmt::format("cc -std=c99 {} main.c net.o -o c", kStrict));
  folder.run(fmt::format("c++ -std=c++11 {} main.cpp net.o -o cpp", kStrict));
  const std::string expected = "1 a|3 b\xC3\xA9|5 <end>|1 \n|1 \"|1 \\|2 6 " + backend::sha256("weights");
  EXPECT_EQ(folder.run("./c"), expected);
  EXPECT_EQ(folder.run("./cpp"), expected);
  EXPECT_EQ(backend::sha256("weights").size(), 64u);
}

// Draws many tokens of many predictions; each line is a token and the random state after it.
TEST(EmittedSample, DrawsWhatTheTrainerDraws) {
  constexpr int kTokens = 37, kPredictions = 60;
  std::vector<float> logits;
  uint64_t random = 5;
  for (int p = 0; p < kPredictions; ++p) {
    const float width = p % 4 == 0 ? 0.1f : p % 4 == 1 ? 3.0f : p % 4 == 2 ? 40.0f : 300.0f;
    for (int i = 0; i < kTokens; ++i) logits.push_back((train::draw_uniform(&random) - 0.5f) * width);
  }
  logits[5] = NAN;
  logits[kTokens + 3] = INFINITY;
  logits[2 * kTokens + 3] = -INFINITY;
  for (int i = 0; i < kTokens; ++i) logits[static_cast<size_t>(3 * kTokens + i)] = -INFINITY;
  for (int i = 0; i < kTokens; ++i) logits[static_cast<size_t>(4 * kTokens + i)] = 1;
  const std::vector<float> temperatures = {1, 0.7f, 0, 2.5f, 1e-30f, 1e-31f, 1e-5f, 1e30f, -1, NAN};

  std::string expected;
  for (int p = 0; p < kPredictions; ++p) {
    const std::span<const float> one(logits.data() + p * kTokens, kTokens);
    for (float temperature : temperatures) {
      uint64_t state = static_cast<uint64_t>(p);
      for (int draw = 0; draw < 40; ++draw) {
        const int32_t token = train::draw_token(one, temperature, &state);
        expected += fmt::format("{} {}\n", token, state);
      }
    }
  }
  Folder folder;
  folder.write("logits",
               std::string(reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)));
  folder.write("temperatures", std::string(reinterpret_cast<const char*>(temperatures.data()),
                                           temperatures.size() * sizeof(float)));
  folder.write("main.c", fmt::format(R"(
#include "net.h"
#include <inttypes.h>
#include <stdio.h>
static float logits[{0}][{1}], temperatures[{2}];
int main(void) {{
  FILE *in = fopen("logits", "rb"), *warm = fopen("temperatures", "rb");
  uint64_t random = 1;
  int32_t token = 0;
  int p, t, draw;
  if (!in || !warm || !fread(logits, sizeof logits, 1, in)) return 1;
  if (!fread(temperatures, sizeof temperatures, 1, warm)) return 2;
  if (net_sample(NULL, 1, &random, &token) != NET_ERROR_NULL) return 3;
  if (net_sample(logits[0], 1, NULL, &token) != NET_ERROR_NULL) return 3;
  if (net_sample(logits[0], 1, &random, NULL) != NET_ERROR_NULL) return 3;
  for (p = 0; p < {0}; ++p) {{
    for (t = 0; t < {2}; ++t) {{
      random = (uint64_t)p;
      for (draw = 0; draw < 40; ++draw) {{
        const int answer = net_sample(logits[p], temperatures[t], &random, &token);
        if (answer != (token < 0 ? NET_ERROR_NUMBER : NET_OK)) return 4;
        printf("%d %" PRIu64 "\n", (int)token, random);
      }}
    }}
  }}
  return 0;
}})",
                                     kPredictions, kTokens, temperatures.size()));
  for (const backend::Target& target : {backend::targets()[0], backend::native_target()}) {
    write_files(folder, words(kTokens, target), target);
    folder.run(fmt::format("cc -std=c99 {} main.c net.o -o main", kStrict));
    EXPECT_EQ(folder.run("./main"), expected) << target.name;
  }
}

// The setting of denormals is the caller's after each call; within one they are zero.
TEST(EmittedStep, RestoresTheControlWord) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  const Model model = compile_model("model Half { input x: seq [X]  output y = x * 0.5 }", {{"X", 1}});
  write_files(folder, *emission_of(model, target), target);
  folder.write("main.c", R"(
#include "net.h"
#include <stdlib.h>
#include <xmmintrin.h>
int main(void) {
  char *memory = malloc(NET_STATE_BYTES + NET_ALIGN);
  void *state = memory + (NET_ALIGN - (size_t)((uintptr_t)memory % NET_ALIGN)) % NET_ALIGN;
  volatile float tiny = 1e-39f;
  float x = tiny, y = 1, ys[2] = {1, 1}, xs[2];
  const unsigned before = _mm_getcsr();
  xs[0] = xs[1] = tiny;
  if (net_init(state, NET_STATE_BYTES) || net_step(state, &x, &y) || y != 0) return 1;
  if (net_run(state, xs, ys, 2) || ys[0] != 0 || ys[1] != 0) return 2;
  if (net_run(state, xs, ys, 0)) return 3;
  if (_mm_getcsr() != before || tiny * 0.5f == 0) return 4;
  return 0;
})");
  folder.run("cc -std=c99 -Wall -Wextra -Werror -O1 main.c net.o -o main");
  folder.run("./main");
}

// Weights that are not those of the test's results are found.
TEST(EmittedSelfTest, FailsWhereWeightsAreOthers) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  backend::Emission emission = words(6, target);
  emission.interface.weights.begin()->second[0] += 0.05f;
  write_files(folder, emission, target);
  folder.write("main.c", R"(
#include "net.h"
#include <stdlib.h>
int main(void) {
  char *memory = malloc(NET_STATE_BYTES + NET_ALIGN);
  float error = 0;
  void *state = memory + (NET_ALIGN - (size_t)((uintptr_t)memory % NET_ALIGN)) % NET_ALIGN;
  return net_self_test(state, &error) == NET_ERROR_TEST && error > 1e-4f ? 0 : 1;
})");
  folder.run(fmt::format("cc -std=c99 {} main.c net.o -o main", kStrict));
  folder.run("./main");
}

// Two models in one program, run in turn and by two threads each; blocks of the one are none of the other.
TEST(EmittedObject, StandsBesideOthersInOneProgram) {
  Folder folder;
  const backend::Target target = backend::native_target();
  const Model model =
      compile_model("model M[H = 9] { input x: seq [X]  output y = x |> GRU[H] |> linear[X] }", {{"X", 3}});
  for (const char* prefix : {"one", "two"}) {
    auto emission = emission_of(model, target, {}, prefix);
    if (prefix == std::string("two")) {
      emission->interface.magic = 99;
      for (auto& [name, value] : emission->interface.weights) value[0] += 0.5f;
    }
    write_files(folder, *emission, target);
  }
  folder.write("main.c", R"(
#include "one.h"
#include "two.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
enum { STEPS = 200 };
static float x[STEPS][3], expected[2][STEPS][3];
static void *block(size_t bytes) {
  char *memory = malloc(bytes + 64);
  return memory + (64 - (size_t)((uintptr_t)memory % 64)) % 64;
}
static void *work(void *which) {
  const int two = *(int *)which;
  float y[STEPS][3];
  void *state = block(ONE_STATE_BYTES);
  int i, round;
  for (round = 0; round < 20; ++round) {
    if (two ? two_init(state, TWO_STATE_BYTES) : one_init(state, ONE_STATE_BYTES)) exit(1);
    for (i = 0; i < STEPS; ++i)
      if (two ? two_step(state, x[i], y[i]) : one_step(state, x[i], y[i])) exit(2);
    if (memcmp(y, expected[two], sizeof y)) exit(3);
  }
  return NULL;
}
int main(void) {
  void *one = block(ONE_STATE_BYTES), *two = block(TWO_STATE_BYTES);
  pthread_t threads[4];
  int which[4] = {0, 1, 0, 1}, i;
  for (i = 0; i < STEPS * 3; ++i) x[0][i] = (float)(i % 17) / 9 - 1;
  if (one_init(one, ONE_STATE_BYTES) || two_init(two, TWO_STATE_BYTES)) return 4;
  if (two_step(one, x[0], expected[1][0]) != TWO_ERROR_STATE) return 5;
  for (i = 0; i < STEPS; ++i)
    if (one_step(one, x[i], expected[0][i]) || two_step(two, x[i], expected[1][i])) return 6;
  if (!memcmp(expected[0], expected[1], sizeof expected[0])) return 7;
  for (i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, work, &which[i]);
  for (i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  return 0;
})");
  folder.run("cc -std=c99 -Wall -Wextra -Werror main.c one.o two.o -o main -pthread");
  folder.run("./main");
}

// The text between the lines "```kind" and "```" of the page.
std::string block_of(const std::string& page, const std::string& kind) {
  const std::string begin = "```" + kind + "\n";
  const size_t at = page.find(begin) + begin.size();
  return page.substr(at, page.find("```", at) - at);
}

TEST(EmittedObject, IsUsedAsThePageShows) {
  std::ostringstream page;
  page << std::ifstream(RNNC_SOURCE_DIR "/docs/abi.md").rdbuf();
  Folder folder;
  const backend::Target target = backend::native_target();
  const Model model = compile_model(block_of(page.str(), "rnn"), {{"X", 1}, {"Y", 1}});
  write_files(folder, *emission_of(model, target, {}, "amp"), target);
  folder.write("main.c", block_of(page.str(), "c"));
  folder.run(fmt::format("cc -std=c99 {} main.c amp.o -o main", kStrict));
  EXPECT_NE(folder.run("./main"), "");
}

// Library, assembly and LLVM IR are the same code.
TEST(EmittedCode, HasSeveralForms) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  const backend::Emission emission = words(6, target);
  folder.write("net.o", *backend::emit_object(emission, target));
  folder.write("net.a", *backend::emit_code(emission, target, backend::CodeForm::static_library));
  folder.write("net.s", *backend::emit_code(emission, target, backend::CodeForm::assembly));
  folder.write("net.h", backend::header_text(emission, target.name));
  folder.run("mkdir member && cd member && ar x ../net.a && cmp net.o ../net.o");
  folder.write("main.c", R"(
#include "net.h"
#include <stdlib.h>
int main(void) {
  char *memory = malloc(NET_STATE_BYTES + NET_ALIGN);
  float error = 1;
  return net_self_test(memory + (NET_ALIGN - (uintptr_t)memory % NET_ALIGN) % NET_ALIGN, &error);
})");
  folder.run("cc -std=c99 main.c -L. -l:net.a -o from_library && ./from_library");
  folder.run("cc -std=c99 main.c net.s -o from_assembly && ./from_assembly");
  const std::string text = *backend::emit_code(emission, target, backend::CodeForm::llvm_ir);
  EXPECT_NE(text.find("define i32 @net_step(ptr %0, ptr %1, ptr %2)"), std::string::npos);
}

TEST(EmittedObject, IsTheSameEachTime) {
  const backend::Target target = backend::native_target();
  EXPECT_EQ(*backend::emit_object(words(6, target), target), *backend::emit_object(words(6, target), target));
}

TEST(EmittedModels, ThatCannotStepAskForALengthAndSayWhy) {
  const Model model =
      compile_model("model Both { input x: seq [X]  output y = x |> bidirectional[GRU[3]] }", {{"X", 2}});
  const backend::Target target = backend::targets()[0];
  auto refused = emission_of(model, target);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "`Both` runs over whole sequences, which may have any length: `reverse`, also that of "
            "`bidirectional`, begins at the end of a sequence");
  EXPECT_EQ(refused.error().help, "say for how many steps there is to be room: `--longest 100`");
  auto emission = emission_of(model, target, 100);
  ASSERT_TRUE(emission);
  const std::string header = backend::header_text(*emission, target.name);
  for (const char* part :
       {"There are no single steps: `reverse`, also that of `bidirectional`, begins", "STEPS_LONGEST 100\n",
        "int net_run(void *state, const float *x, float *y, size_t steps);", "net_init(", "net_self_test("})
    EXPECT_NE(header.find(part), std::string::npos) << part;
  for (const char* part : {"net_step", "net_reset", "net_begin", "net_copy_state", "ERROR_BEGIN"})
    EXPECT_EQ(header.find(part), std::string::npos) << part;
}

// Each has a name of its own; where there is one, it has none.
TEST(EmittedHeader, HasTheVocabulariesOfAllTokens) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  const Model model = compile_model(
      "model Tags { input text: seq token[V]  target tag: seq token[K]\n"
      "  logits = text |> embed[3] |> bidirectional[GRU[4]] |> linear[K]  loss cross_entropy(logits, tag) }",
      {{"V", 3}, {"K", 2}});
  auto emission = emission_of(model, target, 9);
  emission->vocabularies = {{"text", true, {"a", "bc", "<unknown>"}, {}, 2},
                            {"tag", false, {"NOUN", "VERB"}, {}, {}}};
  write_files(folder, *emission, target);
  folder.write("main.c", R"(
#include "net.h"
#include <stdio.h>
int main(void) {
  printf("%d %d %d %s %s", NET_VOCABULARY_TEXT_SIZE, NET_VOCABULARY_TEXT_UNKNOWN, NET_VOCABULARY_TAG_SIZE,
         net_vocabulary_text_text + net_vocabulary_text_offsets[1],
         net_vocabulary_tag_text + net_vocabulary_tag_offsets[1]);
  return 0;
})");
  folder.run(fmt::format("cc -std=c99 {} main.c net.o -o main", kStrict));
  EXPECT_EQ(folder.run("./main"), "3 2 2 bc VERB");
}

// Blocks of objects that lie otherwise in memory are told apart, also where the weights are the same.
TEST(EmittedObject, KnowsItsOwnBlocks) {
  const Model model =
      compile_model("model M { input x: seq [X]  output y = x |> bidirectional[GRU[3]] }", {{"X", 2}});
  const auto magic = [&](const char* cpu, int64_t longest) {
    const backend::Target target = backend::find_target(cpu).value();
    return backend::magic_of(*emission_of(model, target, longest), target.name);
  };
  const std::set<uint64_t> magics = {magic("x86-64", 5), magic("x86-64", 500), magic("x86-64-v3", 5)};
  EXPECT_EQ(magics.size(), 3u);
  EXPECT_EQ(magic("x86-64", 5), magic("x86-64", 5));
}

// What C, C++ and their headers mean by a word is no parameter.
TEST(EmittedNames, MayBeWordsOfC) {
  Folder folder;
  const backend::Target target = backend::targets()[0];
  const Model model = compile_model(
      "model M { input NULL: seq [X]  input INT32_MAX: [X]  input nullptr: [X]  input wchar_t: seq [X]\n"
      "  input thread_local: [X]  input unix: [X]  output int = reverse(NULL) + INT32_MAX + nullptr\n"
      "  output size_t = wchar_t + thread_local + unix }",
      {{"X", 2}});
  write_files(folder, *emission_of(model, target, 4), target);
  folder.write("main.c", "#include \"net.h\"\nint main(void) { return NET_OK; }\n");
  folder.run(fmt::format("cc {} main.c net.o -o c && ./c", kStrict));
  folder.run("cp main.c main.cpp && c++ -Wall -Wextra -Werror main.cpp net.o -o cpp && ./cpp");
}

TEST(EmittedNames, AreAsciiAndDiffer) {
  const backend::Target target = backend::targets()[0];
  const auto complaint = [&](const char* text) {
    auto emission = emission_of(compile_model(text, {{"X", 2}}), target, 9);
    return emission ? std::string() : emission.error().message;
  };
  EXPECT_EQ(complaint("model M { input größe: seq [X]  output y = größe }"), "`größe` is no name in C");
  EXPECT_EQ(complaint("model M { input a: seq [X]  input A: seq [X]  output y = a + A }"),
            "`NET_A_DIM` would be two things in the header");
  EXPECT_EQ(complaint("model M { input out: seq [X]  input z: [X]  output y = reverse(out) + z }"),
            "`NET_OUT_DIM` would be two things in the header");
  EXPECT_EQ(complaint("model M { input bytes: seq [X]  input bytes_: seq [X]  output y = bytes + bytes_ }"),
            "`bytes_` would be two things in the header");
  EXPECT_EQ(complaint("model M { input a: seq [X]  input b: seq [X]  input a_steps: [X]\n"
                      "  output y = linear[X](last(reverse(a))) + last(b) + a_steps }"),
            "`a_steps` would be two things in the header");
  EXPECT_EQ(complaint("model M { input steps: seq [X]  input double: seq [X]  output int = steps + double }"),
            "");
}

}  // namespace
}  // namespace rnnc::emit
