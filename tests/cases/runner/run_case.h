// Runs cases and judges what they gave.
#pragma once

#include <filesystem>
#include <string>

#include "compiler/support/result.h"
#include "tests/cases/runner/case_file.h"

namespace rnnc::cases {

// Runs the commands of a case in a fresh folder with its files.
support::Result<Outcome> run_case(const Case& given, const std::filesystem::path& rnnc);

// Why the case in this file fails, or an empty text. With `update` its expectation is rewritten instead.
std::string check_case_file(const std::filesystem::path& file, const std::filesystem::path& rnnc,
                            bool update);

}  // namespace rnnc::cases
