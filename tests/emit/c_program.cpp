#include "tests/emit/c_program.h"

namespace rnnc::emit {

namespace {

constexpr const char* kHead = R"(
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                             \
  if (!(condition)) {                                                \
    fprintf(stderr, "line %d: not %s\n", __LINE__, #condition); \
    exit(1);                                                         \
  }

static void *block(void) {
  char *memory = malloc(NET_STATE_BYTES + 2 * NET_ALIGN);
  CHECK(memory != NULL)
  memset(memory, 0xA5, NET_STATE_BYTES + 2 * NET_ALIGN);
  return memory + (NET_ALIGN - (size_t)((uintptr_t)memory % NET_ALIGN)) % NET_ALIGN;
}
/* Nothing behind the block was written. */
static int intact(const void *state) {
  int i;
  for (i = 0; i < (int)NET_ALIGN; ++i) {
    if (((const unsigned char *)state)[NET_STATE_BYTES + (size_t)i] != 0xA5) return 0;
  }
  return 1;
}
)";

// After `prepare` a state is at the first step.
constexpr const char* kMain = R"(
int main(void) {
  void *a = block(), *b = block(), *c = block();
  float error = -1;
  int i;
  read_all();
  CHECK(net_init(NULL, NET_STATE_BYTES) == NET_ERROR_NULL)
  CHECK(net_init((char *)a + 4, NET_STATE_BYTES) == NET_ERROR_ALIGN)
  CHECK(net_init(a, NET_STATE_BYTES - 1) == NET_ERROR_SIZE)
  CHECK(step(a, 0) == NET_ERROR_STATE)
  net_reset(a);
  CHECK(step(a, 0) == NET_ERROR_STATE)
  CHECK(step(NULL, 0) == NET_ERROR_NULL)
  CHECK(run(NULL) == NET_ERROR_NULL)
  CHECK(net_self_test(NULL, &error) == NET_ERROR_NULL)
  CHECK(net_self_test(a, NULL) == NET_ERROR_NULL)
  CHECK(net_self_test(a, &error) == NET_OK)
  CHECK(error >= 0 && error < 1e-4f)
  fprintf(stderr, "self-test %g\n", (double)error);

  /* Step by step. */
  prepare(a);
  for (i = 0; i < STEPS; ++i) CHECK(step(a, i) == NET_OK)
  keep();

  /* All at once. */
  prepare(b);
  CHECK(run(b) == NET_OK)
  same();

  /* Again, after reset. */
  net_reset(a);
  begin(a);
  CHECK(run(a) == NET_OK)
  same();

  /* Two sequences at the same time: the second one three steps behind, moved in memory at each. */
  prepare(a);
  prepare(b);
  for (i = 0; i < STEPS + 3; ++i) {
    void *moved = i % 2 ? b : c, *from = i % 2 ? c : b;
    if (i < STEPS) CHECK(step(a, i) == NET_OK)
    if (i == 0) memcpy(c, b, NET_STATE_BYTES);
    if (i < 3) continue;
    if (i > 3) {
      if (i % 3) memcpy(moved, from, NET_STATE_BYTES);
      else net_copy_state(moved, from);
      memset(from, 0x5A, NET_STATE_BYTES);
    } else {
      memcpy(moved, from, NET_STATE_BYTES);
    }
    CHECK(step(moved, i - 3) == NET_OK)
  }
  same();
  CHECK(intact(a) && intact(b) && intact(c))
  write_all();
  return 0;
}
)";

std::string c_type(const Port& port) { return port.element == ir::Element::i32 ? "int32_t" : "float"; }

}  // namespace

std::string c_program(const Interface& interface, int64_t steps, int64_t seen) {
  std::string text = kHead, read, keep, same, write, step, run, begin;
  text += fmt::format("#define STEPS {}\n", steps);
  auto reads = [&](const Port& port, const std::string& name, int64_t elements) {
    text += fmt::format("static {} {}[{}];\n", c_type(port), name, elements);
    read += fmt::format("  CHECK(fread({0}, sizeof {0}, 1, stdin) == 1)\n", name);
  };
  for (const Port& port : interface.begin_inputs) {
    reads(port, "given_" + port.name, port.elements * (port.time ? seen : 1));
    begin += fmt::format("  given.{} = given_{};\n", port.c_name, port.name);
  }
  for (const codegen::SeenTime& time : interface.times)
    begin += fmt::format("  given.{} = {};\n", time.c_name, seen);
  for (const Port& port : interface.inputs) {
    reads(port, "in_" + port.name, port.elements * steps);
    step += fmt::format(", in_{} + i * {}", port.name, port.elements);
    run += fmt::format(", in_{}", port.name);
  }
  for (const Port& port : interface.outputs) {
    text += fmt::format("static float out_{0}[{1}], kept_{0}[{1}];\n", port.name, port.elements * steps);
    step += fmt::format(", out_{} + i * {}", port.name, port.elements);
    run += fmt::format(", out_{}", port.name);
    keep += fmt::format(
        "  memcpy(kept_{0}, out_{0}, sizeof out_{0});\n  memset(out_{0}, 0, sizeof out_{0});\n", port.name);
    same += fmt::format(
        "  CHECK(memcmp(kept_{0}, out_{0}, sizeof out_{0}) == 0)\n  memset(out_{0}, 0, sizeof out_{0});\n",
        port.name);
    write += fmt::format("  CHECK(fwrite(kept_{0}, sizeof kept_{0}, 1, stdout) == 1)\n", port.name);
  }
  auto function = [&](const char* signature, const std::string& body) {
    text += fmt::format("static {} {{\n{}}}\n", signature, body);
  };
  function("void read_all(void)", read);
  function("void keep(void)", keep);
  function("void same(void)", same);
  function("void write_all(void)", write);
  function("int step(void *state, int i)", fmt::format("  return net_step(state{});\n", step));
  function("int run(void *state)", fmt::format("  return net_run(state{}, STEPS);\n", run));
  if (interface.begin_inputs.empty()) {
    function("void begin(void *state)", "  (void)state;\n");
  } else {
    begin = "  net_inputs given;\n" + begin + "  CHECK(step(state, 0) == NET_ERROR_BEGIN)\n" +
            "  CHECK(run(state) == NET_ERROR_BEGIN)\n  CHECK(net_begin(state, NULL) == NET_ERROR_NULL)\n";
    for (const Port& port : interface.begin_inputs) {
      begin += fmt::format(
          "  given.{0} = NULL;\n  CHECK(net_begin(state, &given) == NET_ERROR_NULL)\n"
          "  given.{0} = given_{1};\n",
          port.c_name, port.name);
    }
    for (const codegen::SeenTime& time : interface.times) {
      for (const std::string& wrong : {fmt::format("{}", time.longest + 1), std::string("(size_t)-1")}) {
        begin += fmt::format(
            "  given.{0} = {1};\n  CHECK(net_begin(state, &given) == NET_ERROR_LENGTH)\n"
            "  given.{0} = {2};\n",
            time.c_name, wrong, seen);
      }
      begin += fmt::format(
          "  given.{0} = 0;\n  CHECK(net_begin(state, &given) == NET_OK)\n"
          "  CHECK(step(state, 0) == NET_OK)\n  given.{0} = {1};\n",
          time.c_name, seen);
    }
    begin += "  CHECK(net_begin(state, &given) == NET_OK)\n";
    function("void begin(void *state)", begin);
  }
  function("void prepare(void *state)",
           "  CHECK(net_init(state, NET_STATE_BYTES) == NET_OK)\n  begin(state);\n");
  return text + kMain;
}

}  // namespace rnnc::emit
