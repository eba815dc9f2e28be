#include "tests/cases/runner/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "compiler/support/check.h"

namespace rnnc::cases {

namespace {

// A file without a name that collects an output; outputs of any length cannot block it.
class OutputFile {
 public:
  OutputFile() : file_(std::tmpfile()) { RNNC_CHECK(file_, "no temporary file"); }
  ~OutputFile() { std::fclose(file_); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  int descriptor() const { return fileno(file_); }
  std::string text() {
    std::rewind(file_);
    std::string result;
    char buffer[4096];
    for (size_t count; (count = std::fread(buffer, 1, sizeof buffer, file_)) > 0;)
      result.append(buffer, count);
    return result;
  }

 private:
  std::FILE* file_;
};

// What the child does between fork and exec. Nothing here may allocate.
[[noreturn]] void become(char* const* arguments, const char* folder, const char* input, int output,
                         int error) {
  constexpr int kCannotRun = 127;
  if (chdir(folder) != 0) _exit(kCannotRun);
  int input_descriptor = open(input, O_RDONLY);
  if (input_descriptor < 0) _exit(kCannotRun);
  dup2(input_descriptor, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  alarm(kTimeLimit);
  execv(arguments[0], arguments);
  _exit(kCannotRun);
}

std::string status_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return std::to_string(WEXITSTATUS(status));
}

}  // namespace

ProcessResult run_process(const std::filesystem::path& program, const std::vector<std::string>& words,
                          const std::filesystem::path& folder, const std::string& standard_input) {
  setenv("NO_COLOR", "1", 1);
  setenv("XDG_CACHE_HOME", (folder / ".cache").c_str(), 1);
  std::vector<std::string> all = {program.string()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : all) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string input = standard_input.empty() ? "/dev/null" : standard_input;
  OutputFile output;
  OutputFile error;

  pid_t child = fork();
  RNNC_CHECK(child >= 0, "no process");
  if (child == 0)
    become(arguments.data(), folder.c_str(), input.c_str(), output.descriptor(), error.descriptor());
  int status = 0;
  waitpid(child, &status, 0);
  return {status_text(status), output.text(), error.text()};
}

}  // namespace rnnc::cases
