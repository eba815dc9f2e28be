// Runs a program to its end.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rnnc::cases {

struct ProcessResult {
  std::string status;  // "0", "signal 11"
  std::string standard_output;
  std::string standard_error;
};

// The program finds `folder` as its current one, no colours and no cache. `standard_input` is a file of the
// folder, or empty. A program that does not end within kTimeLimit seconds dies of signal 14.
ProcessResult run_process(const std::filesystem::path& program, const std::vector<std::string>& words,
                          const std::filesystem::path& folder, const std::string& standard_input);

inline constexpr unsigned kTimeLimit = 60;

}  // namespace rnnc::cases
