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

constexpr const char* kMain = R"(
int main(void) {
  void *a = block(), *b = block(), *c = block();
  float error = -1;
  read_all();
  CHECK(net_init(NULL, NET_STATE_BYTES) == NET_ERROR_NULL)
  CHECK(net_init((char *)a + 4, NET_STATE_BYTES) == NET_ERROR_ALIGN)
  CHECK(net_init(a, NET_STATE_BYTES - 1) == NET_ERROR_SIZE)
  CHECK(run(a) == NET_ERROR_STATE)
  CHECK(run(NULL) == NET_ERROR_NULL)
  CHECK(net_self_test(NULL, &error) == NET_ERROR_NULL)
  CHECK(net_self_test(a, NULL) == NET_ERROR_NULL)
  CHECK(net_self_test(a, &error) == NET_OK)
  CHECK(error >= 0 && error < 1e-4f)
  fprintf(stderr, "self-test %g\n", (double)error);
  check(a, b, c);
  CHECK(intact(a) && intact(b) && intact(c))
  write_all();
  return 0;
}
)";

// After `prepare` a state is at the first step.
constexpr const char* kCheckSteps = R"(
static void check(void *a, void *b, void *c) {
  int i;
  memset(a, 0xA5, NET_STATE_BYTES);
  CHECK(step(a, 0) == NET_ERROR_STATE)
  net_reset(a);
  CHECK(step(a, 0) == NET_ERROR_STATE)
  CHECK(step(NULL, 0) == NET_ERROR_NULL)

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
}
)";

constexpr const char* kCheckWhole = R"(
static void check(void *a, void *b, void *c) {
  CHECK(net_init(a, NET_STATE_BYTES) == NET_OK)
  CHECK(run(a) == NET_OK)
  keep();
  refused(a);

  /* Again, in the same block, and where it was moved. */
  CHECK(run(a) == NET_OK)
  same();
  memcpy(b, a, NET_STATE_BYTES);
  memset(a, 0x5A, NET_STATE_BYTES);
  CHECK(run(b) == NET_OK)
  same();
  CHECK(net_init(c, NET_STATE_BYTES) == NET_OK)
  CHECK(run(c) == NET_OK)
  same();
}
)";

// The functions that differ from model to model.
class ProgramText {
 public:
  ProgramText(const Interface& interface, int64_t steps, int64_t seen)
      : interface_(interface), steps_(steps), seen_(seen) {}

  std::string write() {
    text_ = kHead + fmt::format("#define STEPS {}\n", steps_);
    for (const Port& port : interface_.begin_inputs)
      add_input(port, "given_" + port.name, port.elements * (port.time ? seen_ : 1));
    for (const Port& port : interface_.inputs) {
      add_input(port, "in_" + port.name, elements(port));
      add_argument("in_" + port.name, port);
    }
    for (const Port& port : interface_.outputs) add_output(port);
    function("void read_all(void)", read_);
    function("void keep(void)", keep_);
    function("void same(void)", same_);
    function("void write_all(void)", write_);
    interface_.has_steps() ? write_steps() : write_whole();
    return text_ + kMain;
  }

 private:
  void write_steps() {
    function("int step(void *state, int i)",
             fmt::format("  return net_step(state{});\n", joined(arguments_, " + i * ")));
    function("int run(void *state)", fmt::format("  return net_run(state{}, STEPS);\n", joined(arguments_)));
    function("void begin(void *state)", interface_.begin_inputs.empty() ? "  (void)state;\n" : begin());
    function("void prepare(void *state)",
             "  CHECK(net_init(state, NET_STATE_BYTES) == NET_OK)\n  begin(state);\n");
    text_ += kCheckSteps;
  }

  void write_whole() {
    for (const codegen::SeenTime& time : interface_.times) {
      (void)time;
      arguments_.push_back({std::to_string(seen_), 0});
    }
    function("int run(void *state)", fmt::format("  return net_run(state{});\n", joined(arguments_)));
    std::string checks;
    for (size_t i = 0; i < arguments_.size(); ++i) {
      const bool is_array = arguments_[i].elements > 0;
      checks += is_array ? with(i, "NULL", "ERROR_NULL")
                         : with(i, "(size_t)-1", "ERROR_LENGTH") + with(i, "0", "OK") +
                               with(i, std::to_string(longest(i) + 1), "ERROR_LENGTH");
    }
    function("void refused(void *state)", checks);
    text_ += kCheckWhole;
  }

  // Of the time whose steps the argument is.
  int64_t longest(size_t argument) const {
    return interface_.times[argument + interface_.times.size() - arguments_.size()].longest;
  }
  // A run with another argument.
  std::string with(size_t argument, const std::string& other, const char* answer) const {
    std::vector<Argument> arguments = arguments_;
    arguments[argument].text = other;
    return fmt::format("  CHECK(net_run(state{}) == NET_{})\n", joined(arguments), answer);
  }

  // An array of so many elements in a call; 0: no array.
  struct Argument {
    std::string text;
    int64_t elements;
  };
  static std::string joined(const std::vector<Argument>& arguments, const char* by_elements = nullptr) {
    std::string text;
    for (const Argument& argument : arguments) {
      text += ", " + argument.text;
      if (by_elements != nullptr) text += by_elements + std::to_string(argument.elements);
    }
    return text;
  }

  // In all.
  int64_t elements(const Port& port) const {
    return port.elements * (interface_.has_steps() ? steps_ : port.time ? seen_ : 1);
  }

  void function(const char* signature, const std::string& body) {
    text_ += fmt::format("static {} {{\n{}}}\n", signature, body);
  }

  void add_input(const Port& port, const std::string& name, int64_t elements) {
    const char* type = port.element == ir::Element::i32 ? "int32_t" : "float";
    text_ += fmt::format("static {} {}[{}];\n", type, name, elements);
    read_ += fmt::format("  CHECK(fread({0}, sizeof {0}, 1, stdin) == 1)\n", name);
  }

  void add_argument(const std::string& name, const Port& port) {
    arguments_.push_back({name, port.elements});
  }

  void add_output(const Port& port) {
    add_argument("out_" + port.name, port);
    text_ += fmt::format("static float out_{0}[{1}], kept_{0}[{1}];\n", port.name, elements(port));
    const std::string clear = fmt::format("  memset(out_{0}, 0, sizeof out_{0});\n", port.name);
    keep_ += fmt::format("  memcpy(kept_{0}, out_{0}, sizeof out_{0});\n", port.name) + clear;
    same_ += fmt::format("  CHECK(memcmp(kept_{0}, out_{0}, sizeof out_{0}) == 0)\n", port.name) + clear;
    write_ += fmt::format("  CHECK(fwrite(kept_{0}, sizeof kept_{0}, 1, stdout) == 1)\n", port.name);
  }

  // Sets a field to what begin must refuse, and back.
  std::string refused(const std::string& field, const std::string& wrong, const char* answer,
                      const std::string& right) const {
    return fmt::format(
        "  given.{0} = {1};\n  CHECK(net_begin(state, &given) == NET_{2})\n  given.{0} = {3};\n", field,
        wrong, answer, right);
  }

  std::string begin() const {
    std::string body = "  net_inputs given;\n", checks;
    for (const Port& port : interface_.begin_inputs) {
      body += fmt::format("  given.{} = given_{};\n", port.c_name, port.name);
      checks += refused(port.c_name, "NULL", "ERROR_NULL", "given_" + port.name);
    }
    for (const codegen::SeenTime& time : interface_.times) {
      const std::string seen = std::to_string(seen_);
      body += fmt::format("  given.{} = {};\n", time.c_name, seen);
      checks += refused(time.c_name, std::to_string(time.longest + 1), "ERROR_LENGTH", seen);
      checks += refused(time.c_name, "(size_t)-1", "ERROR_LENGTH", seen);
      checks += fmt::format(
          "  given.{} = 0;\n  CHECK(net_begin(state, &given) == NET_OK)\n"
          "  CHECK(step(state, 0) == NET_OK)\n  given.{} = {};\n",
          time.c_name, time.c_name, seen);
    }
    return body + "  CHECK(step(state, 0) == NET_ERROR_BEGIN)\n  CHECK(run(state) == NET_ERROR_BEGIN)\n" +
           "  CHECK(net_begin(state, NULL) == NET_ERROR_NULL)\n" + checks +
           "  CHECK(net_begin(state, &given) == NET_OK)\n";
  }

  const Interface& interface_;
  int64_t steps_, seen_;
  std::string text_, read_, keep_, same_, write_;
  std::vector<Argument> arguments_;
};

}  // namespace

std::string c_program(const Interface& interface, int64_t steps, int64_t seen) {
  return ProgramText(interface, steps, seen).write();
}

}  // namespace rnnc::emit
