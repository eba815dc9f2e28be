// metrics.jsonl: one JSON object a line, appended while a training runs and read by whatever plots it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/formats/file_descriptor.h"
#include "runtime/formats/result.h"

namespace rnnc::formats {

using MetricValue = std::variant<double, int64_t, std::string>;
using Record = std::vector<std::pair<std::string, MetricValue>>;

class JsonlWriter {
 public:
  // Appends to what is there. A last line that a crash left unfinished is cut off; a file that ends in
  // anything else than JSON is refused, not changed.
  static Result<JsonlWriter> open(const std::string& path);

  // One line, in the file when the call returns. NaN and infinities become null. On failure nothing of it
  // stays there.
  Status append(const Record& record);

 private:
  JsonlWriter(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  FileDescriptor file_;
};

// All lines; the keys of each in alphabetical order, null as NaN. Fails, with the line, on values that a
// Record lacks.
Result<std::vector<Record>> read_jsonl(const std::string& path);

}  // namespace rnnc::formats
