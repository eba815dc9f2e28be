// JSON as this room reads it. For .cpp files of the room only: nlohmann's header is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "runtime/formats/result.h"

namespace rnnc::formats {

// Fails, with the byte's offset in `text`, on what is not JSON, on an object with the same key twice and on
// values nested deeper than `max_depth` (a number alone has depth 0): a hostile text then costs no more
// memory than an honest one.
Result<nlohmann::json> parse_json(std::string_view text, size_t max_depth);

// One line. NaN and infinities, which JSON lacks, become null. Fails where a string is not UTF-8.
Result<std::string> dump_json(const nlohmann::ordered_json& value);

}  // namespace rnnc::formats
