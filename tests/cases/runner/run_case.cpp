#include "tests/cases/runner/run_case.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/cases/runner/process.h"

namespace rnnc::cases {

namespace fs = std::filesystem;
using support::Failure;
using support::Result;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "rnnc-case-XXXXXX").string();
    RNNC_CHECK(mkdtemp(pattern.data()), "no temporary folder");
    path_ = fs::canonical(pattern);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string without_folder(std::string text, const fs::path& folder) {
  const std::string name = folder.string();
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
    text.replace(at, name.size(), "$DIR");
  return text;
}

std::string difference(const std::string& expected, const std::string& actual) {
  return fmt::format("expected:\n{}\nbut it is:\n{}", expected, actual);
}

}  // namespace

Result<Outcome> run_case(const Case& given, const fs::path& rnnc) {
  TemporaryFolder folder;
  for (const NamedText& file : given.files) write_file(folder.path() / file.name, file.text);
  Outcome outcome;
  for (const Command& command : given.commands) {
    ProcessResult result = run_process(rnnc, command.words, folder.path(), command.standard_input);
    outcome.status = result.status;
    outcome.standard_output += without_folder(result.standard_output, folder.path());
    outcome.standard_error += without_folder(result.standard_error, folder.path());
    if (&command != &given.commands.back() && result.status != "0") {
      return Failure{
          fmt::format("a command before the last ended with status {}:\n{}", result.status, outcome.text())};
    }
  }
  if (!given.expected) return outcome;
  for (const NamedText& file : given.expected->files_after) {
    if (!fs::exists(folder.path() / file.name))
      return Failure{fmt::format("there is no file `{}` afterwards", file.name)};
    outcome.files_after.push_back({file.name, read_file(folder.path() / file.name)});
  }
  return outcome;
}

std::string check_case_file(const fs::path& file, const fs::path& rnnc, bool update) {
  Result<Case> given = parse_case(read_file(file));
  if (!given) return given.error().message;
  if (!given->expected && !update)
    return "the case has no expectation (`--- status N`); RNNC_UPDATE_CASES=1 writes one";
  Result<Outcome> outcome = run_case(*given, rnnc);
  if (!outcome) return outcome.error().message;
  if (update) {
    write_file(file, given->head + outcome->text());
    return "";
  }
  std::string expected = given->expected->text();
  std::string actual = outcome->text();
  return expected == actual ? "" : difference(expected, actual);
}

}  // namespace rnnc::cases
