#include "compiler/backend/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "compiler/codegen/state_block.h"
#include "compiler/support/check.h"

namespace rnnc::backend {

using codegen::Answer;
using codegen::Interface;
using codegen::Port;

namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

struct AnswerText {
  Answer answer;
  const char *name, *meaning;
};
constexpr auto kAnswers = std::to_array<AnswerText>({
    {Answer::done, "OK", "done"},
    {Answer::null_pointer, "ERROR_NULL", "a pointer is null"},
    {Answer::misaligned, "ERROR_ALIGN", "the state does not stand at a multiple of @_ALIGN"},
    {Answer::too_small, "ERROR_SIZE", "the state has fewer than @_STATE_BYTES bytes"},
    {Answer::not_initialised, "ERROR_STATE", "@_init has not run on this state"},
    {Answer::not_begun, "ERROR_BEGIN", "@_begin has not run since @_init or @_reset"},
    {Answer::too_long, "ERROR_LENGTH", "a sequence has more steps than the state has room for"},
    {Answer::not_a_number, "ERROR_NUMBER", "a prediction is infinite or not a number"},
    {Answer::test_failed, "ERROR_TEST", "the self-test found another result"},
});

class HeaderText {
 public:
  HeaderText(const Emission& emission, const std::string& target)
      : emission_(emission),
        interface_(emission.interface),
        block_(codegen::frozen(interface_)),
        target_(target) {}

  std::string write() {
    about();
    line("#ifndef {}_H\n#define {}_H\n", macro_, macro_);
    line("#include <stddef.h>\n#include <stdint.h>\n");
    line("#ifdef __cplusplus\nextern \"C\" {{\n#endif\n");
    numbers();
    answers();
    if (interface_.has_steps()) {
      life();
      steps();
      copy();
    } else {
      whole();
    }
    self_test();
    samplers();
    for (const VocabularyTable& table : emission_.vocabularies) vocabulary(table);
    line("#ifdef __cplusplus\n}}\n#endif\n\n#endif");
    return std::move(text_);
  }

 private:
  template <class... Values>
  void line(fmt::format_string<Values...> format, const Values&... values) {
    text_ += fmt::vformat(fmt::string_view(format), fmt::make_format_args(values...)) + "\n";
  }
  // Comments: `@_` stands for the prefix.
  std::string spelled(std::string text) const {
    for (size_t at = text.find("@_"); at != std::string::npos; at = text.find("@_", at + 1)) {
      const bool is_macro = at + 2 < text.size() && std::isupper(static_cast<unsigned char>(text[at + 2]));
      text.replace(at, 1, is_macro ? macro_ : interface_.prefix);
    }
    return text;
  }
  bool given() const { return !interface_.begin_inputs.empty(); }

  static const char* type_of(const Port& port) {
    switch (port.element) {
      case ir::Element::real:
        return "float";
      case ir::Element::i32:
        return "int32_t";
      case ir::Element::boolean:
        return "uint8_t";
    }
    RNNC_UNREACHABLE("an element of no kind");
  }
  std::string described(const Port& port) const {
    std::string text =
        fmt::format(" *   {:<12} {}{}: {}", port.c_name, type_of(port), port.shape, port.meaning);
    if (port.tokens > 0) text += fmt::format(", in [0, {}), or -1: none", port.tokens);
    if (port.time) {
      const codegen::SeenTime& time = interface_.times[*port.time];
      text += fmt::format("; `{}` of them, at most {}", time.c_name, time.longest);
    }
    return text;
  }

  void about() {
    line("/* {} of {} as machine code for {}.", emission_.model, emission_.source, target_);
    line(" *");
    line(
        " * The functions keep nothing, allocate nothing and call nothing: all that changes is in the block "
        "of\n"
        " * memory `state`, which belongs to the caller. {}\n"
        " * Different blocks may be used by different threads at the same time, one block by one thread. "
        "Arrays are\n"
        " * contiguous, row-major, and belong to the caller; outputs overlap neither inputs nor each other.\n"
        " * Denormal numbers count as zero within a call; the caller's setting is restored.",
        interface_.has_steps() ? "A block may be moved and copied as bytes, also while a\n"
                                 " * sequence runs. Each sequence has a block of its own."
                               : "It holds nothing from one run to the next.");
    line(" *");
    if (!emission_.no_steps.empty())
      line(" * There are no single steps: {}.\n *", one_line(emission_.no_steps));
    line(" * A {} reads", interface_.has_steps() ? "step" : "run");
    for (const Port& input : interface_.inputs) line("{}", described(input));
    if (interface_.inputs.empty()) line(" *   nothing");
    line(" * and writes");
    for (const Port& output : interface_.outputs) line("{}", described(output));
    unread_times();
    if (given()) {
      line(" * Before the first step {}_begin reads", interface_.prefix);
      for (const Port& input : interface_.begin_inputs) line("{}", described(input));
    }
    line(" */");
  }

  // Of sequences of which nothing but their length is read.
  void unread_times() {
    for (size_t i = 0; i < interface_.times.size(); ++i) {
      bool has_array = false;
      for (const auto* ports : {&interface_.inputs, &interface_.outputs, &interface_.begin_inputs}) {
        for (const Port& port : *ports) has_array |= port.time == i;
      }
      if (has_array) continue;
      line(" * `{}`, at most {}, is the number of steps of a sequence that is not read itself.",
           interface_.times[i].c_name, interface_.times[i].longest);
    }
  }

  static std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
  }

  // IN and OUT where there is one, of one step if it has any; of several each has its own name.
  void dims_of(const std::vector<Port>& ports, const char* alone) {
    for (const Port& port : ports) {
      const std::string name = ports.size() == 1 && alone != nullptr ? alone : upper(port.name);
      line("#define {}_{}_DIM {}", macro_, name, port.elements);
      if (port.tokens > 0) line("#define {}_{}_TOKENS {}", macro_, name, port.tokens);
    }
  }

  void numbers() {
    line("#define {}_ABI_VERSION {}", macro_, codegen::kInterfaceVersion);
    dims_of(interface_.inputs, "IN");
    dims_of(interface_.outputs, "OUT");
    dims_of(interface_.begin_inputs, nullptr);
    for (const codegen::SeenTime& time : interface_.times)
      line("#define {}_{}_LONGEST {}", macro_, upper(time.c_name), time.longest);
    line("#define {}_STATE_BYTES {}u", macro_, block_.bytes());
    line("#define {}_SCRATCH_BYTES 0u", macro_);
    line("#define {}_ALIGN {}u", macro_, codegen::StateBlock::kAlign);
    line("#define {}_WEIGHTS_SHA256 \"{}\"\n", macro_, emission_.weights_sha256);
  }

  bool is_given(Answer answer) const {
    switch (answer) {
      case Answer::not_begun:
        return given();
      case Answer::too_long:
        return !interface_.times.empty();
      case Answer::not_a_number:
        return !interface_.samplers.empty();
      default:
        return true;
    }
  }

  void answers() {
    line("/* What functions return. */");
    line("enum {}_answer {{", interface_.prefix);
    for (const AnswerText& answer : kAnswers) {
      if (!is_given(answer.answer)) continue;
      line("  {}_{} = {}{} /* {} */", macro_, answer.name, static_cast<int>(answer.answer),
           answer.answer == Answer::test_failed ? "" : ",", spelled(answer.meaning));
    }
    line("}};\n");
  }

  void life() {
    const std::string& prefix = interface_.prefix;
    line("{}",
         spelled(
             "/* Makes `state`, of `bytes` bytes, at least @_STATE_BYTES at a multiple of @_ALIGN, ready"));
    line("{}", given() ? spelled(" * for @_begin. */") : " * for the first step of a sequence. */");
    line("int {}_init(void *state, size_t bytes);\n", prefix);
    line("{}", spelled("/* What @_init leaves. Does nothing to a block that is not initialised. */"));
    line("void {}_reset(void *state);\n", prefix);
    if (!given()) return;
    line("typedef struct {}_inputs {{", prefix);
    for (const Port& input : interface_.begin_inputs) line("  const {} *{};", type_of(input), input.c_name);
    for (const codegen::SeenTime& time : interface_.times) line("  size_t {};", time.c_name);
    line("}} {}_inputs;\n", prefix);
    line(
        "/* What is given once, before the first step; it is read here and need not be kept. Called again, a "
        "new\n"
        " * sequence begins. */");
    line("int {}_begin(void *state, const {}_inputs *inputs);\n", prefix, prefix);
  }

  // Of a step, or a run of whole sequences.
  std::string parameters() const {
    std::string list;
    for (const Port& input : interface_.inputs)
      list += fmt::format(", const {} *{}", type_of(input), input.c_name);
    for (const Port& output : interface_.outputs)
      list += fmt::format(", {} *{}", type_of(output), output.c_name);
    return list;
  }

  void steps() {
    const std::string& prefix = interface_.prefix;
    line("/* One step. */");
    line("int {}_step(void *state{});\n", prefix, parameters());
    line(
        "/* `steps` steps, whose inputs and outputs stand one after the other: the same bits as so many "
        "calls of\n"
        " * {}_step. */",
        prefix);
    line("int {}_run(void *state{}, size_t steps);\n", prefix, parameters());
  }

  void whole() {
    const std::string& prefix = interface_.prefix;
    line("{}",
         spelled(
             "/* Makes `state`, of `bytes` bytes, at least @_STATE_BYTES at a multiple of @_ALIGN, ready.\n"
             " * Once is enough. */"));
    line("int {}_init(void *state, size_t bytes);\n", prefix);
    std::string steps;
    for (const codegen::SeenTime& time : interface_.times) steps += ", size_t " + time.c_name;
    line("/* {} */", steps.empty() ? "The whole model." : "Whole sequences, from beginning to end.");
    line("int {}_run(void *state{}{});\n", prefix, parameters(), steps);
  }

  void copy() {
    line("/* The sequence of `src` goes on in `dst` as well, a block of the same size and alignment. */");
    line("void {}_copy_state(void *dst, const void *src);\n", interface_.prefix);
  }

  void self_test() {
    line("{}", spelled("/* Runs the model in the block `state`, which need not be initialised but is as "
                       "after @_init then,"));
    line(
        " * and compares what it gives with what the compiler computed in double precision. `max_error` "
        "gets the\n"
        " * largest difference, relative to the largest number of that output; below 1e-4 it is as it should "
        "be. */");
    line("int {}_self_test(void *state, float *max_error);\n", interface_.prefix);
  }

  void samplers() {
    for (const codegen::Sampler& sampler : interface_.samplers) {
      const Port& output = interface_.outputs[sampler.output];
      line(
          "/* Draws a token from the prediction `{}`, {} numbers, as `rnnc sample` does. `temperature` 1 "
          "draws from\n"
          " * the model's distribution, 0 takes the likeliest. `random` is the seed at first, and changes "
          "with each\n"
          " * draw. `token` gets -1 if the answer is an error. */",
          output.name, output.elements);
      line("int {}_{}(const float *prediction, float temperature, uint64_t *random, int32_t *token);\n",
           interface_.prefix, sampler.c_name);
    }
  }

  void vocabulary(const VocabularyTable& table) {
    const std::string name = interface_.prefix + vocabulary_name(emission_, table), macro = upper(name);
    line(
        "/* Of `{}`: the text of token i is the offsets[i + 1] - offsets[i] - 1 bytes at text + offsets[i]; "
        "a\n"
        " * zero follows. */",
        table.of);
    line("#define {}_SIZE {}", macro, table.entries.size());
    if (table.end && !table.is_given) line("#define {}_END {} /* ends a sequence */", macro, *table.end);
    if (table.unknown)
      line("#define {}_UNKNOWN {} /* stands for what is not listed */", macro, *table.unknown);
    line("extern const char {}_text[];", name);
    line("extern const uint32_t {}_offsets[{}];\n", name, table.entries.size() + 1);
  }

  const Emission& emission_;
  const Interface& interface_;
  codegen::StateBlock block_;
  const std::string& target_;
  std::string macro_ = upper(interface_.prefix);
  std::string text_;
};

}  // namespace

std::string header_text(const Emission& emission, const std::string& target) {
  return HeaderText(emission, target).write();
}

uint64_t magic_of(const Emission& emission, const std::string& target) {
  uint64_t magic = 0;
  const std::string digits = sha256(header_text(emission, target));
  std::from_chars(digits.data(), digits.data() + 16, magic, 16);
  return magic | 1;
}

}  // namespace rnnc::backend
