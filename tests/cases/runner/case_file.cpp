#include "tests/cases/runner/case_file.h"

#include <fmt/format.h>

#include <sstream>
#include <string_view>

namespace rnnc::cases {

using support::Failure;
using support::Result;

namespace {

constexpr std::string_view kMarker = "--- ";
constexpr std::string_view kNoLineBreak = "\\ no line break at the end\n";

struct Section {
  std::string title;  // empty: what stands before the first
  std::string text;
};

std::vector<Section> split_sections(const std::string& text) {
  std::vector<Section> sections(1);
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(kMarker)) {
      sections.push_back({line.substr(kMarker.size()), ""});
    } else {
      sections.back().text += line + "\n";
    }
  }
  return sections;
}

// Words at blanks; quotes of either kind hold blanks together.
Result<std::vector<std::string>> split_words(const std::string& line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (char c : line) {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? 0 : c;
      if (!in_word) words.emplace_back();
      in_word = true;
    } else if (c == ' ' && quote == 0) {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back() += c;
    }
  }
  if (quote != 0) return Failure{fmt::format("a quote is not closed: {}", line)};
  return words;
}

Result<Command> parse_command(const std::string& line) {
  Result<std::vector<std::string>> words = split_words(line);
  if (!words) return words.error();
  if (words->empty() || words->front() != "rnnc")
    return Failure{fmt::format("a command begins with `$ rnnc`: {}", line)};
  Command command;
  command.words.assign(words->begin() + 1, words->end());
  size_t count = command.words.size();
  if (count >= 2 && command.words[count - 2] == "<") {
    command.standard_input = command.words.back();
    command.words.resize(count - 2);
  }
  return command;
}

support::Status parse_head(const std::string& text, Case& result) {
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("# ")) {
      if (result.sentence.empty()) result.sentence = line.substr(2);
    } else if (line.starts_with("$ ")) {
      Result<Command> command = parse_command(line.substr(2));
      if (!command) return command.error();
      result.commands.push_back(*std::move(command));
    } else if (!line.empty()) {
      return Failure{fmt::format("neither a sentence (#) nor a command ($): {}", line)};
    }
  }
  if (result.sentence.empty()) return Failure{"the first line says what the case shows: `# ...`"};
  if (result.commands.empty()) return Failure{"there is no command: `$ rnnc ...`"};
  return support::ok();
}

std::string without_mark(std::string text) {
  if (text.ends_with(kNoLineBreak)) text.resize(text.size() - kNoLineBreak.size() - 1);
  return text;
}

std::string with_mark(const std::string& text) {
  return text.ends_with('\n') ? text : text + "\n" + std::string(kNoLineBreak);
}

std::optional<std::string> after(const std::string& title, std::string_view word) {
  if (!title.starts_with(word)) return std::nullopt;
  return title.substr(word.size());
}

support::Status add_section(const Section& section, Case& result) {
  if (auto status = after(section.title, "status ")) {
    if (result.expected) return Failure{"there are two expectations"};
    result.expected =
        Outcome{.status = *status, .standard_output = {}, .standard_error = {}, .files_after = {}};
    return support::ok();
  }
  if (!result.expected) {
    result.files.push_back({section.title, section.text});
    result.head += std::string(kMarker) + section.title + "\n" + section.text;
    return support::ok();
  }
  if (section.title == "stdout") {
    result.expected->standard_output = without_mark(section.text);
  } else if (section.title == "stderr") {
    result.expected->standard_error = without_mark(section.text);
  } else if (auto name = after(section.title, "after ")) {
    result.expected->files_after.push_back({*name, without_mark(section.text)});
  } else {
    return Failure{fmt::format("`--- {}` is no part of an expectation", section.title)};
  }
  return support::ok();
}

}  // namespace

std::string Outcome::text() const {
  std::string result = fmt::format("--- status {}\n", status);
  if (!standard_output.empty()) result += "--- stdout\n" + with_mark(standard_output);
  if (!standard_error.empty()) result += "--- stderr\n" + with_mark(standard_error);
  for (const NamedText& file : files_after)
    result += fmt::format("--- after {}\n{}", file.name, with_mark(file.text));
  return result;
}

Result<Case> parse_case(const std::string& text) {
  Case result;
  for (const Section& section : split_sections(text)) {
    if (section.title.empty()) {
      result.head = section.text;
      if (support::Status status = parse_head(section.text, result); !status) return status.error();
    } else if (support::Status status = add_section(section, result); !status) {
      return status.error();
    }
  }
  return result;
}

}  // namespace rnnc::cases
