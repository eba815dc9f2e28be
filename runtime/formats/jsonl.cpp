#include "runtime/formats/jsonl.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <limits>

#include "runtime/formats/byte_source.h"
#include "runtime/formats/bytes.h"
#include "runtime/formats/json.h"
#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

Result<MetricValue> value_of(const nlohmann::json& value) {
  if (value.is_null()) return MetricValue(std::numeric_limits<double>::quiet_NaN());
  if (value.is_string()) return MetricValue(value.get<std::string>());
  if (value.is_number_unsigned() && value.get<uint64_t>() > std::numeric_limits<int64_t>::max()) {
    return MetricValue(value.get<double>());
  }
  if (value.is_number_integer()) return MetricValue(value.get<int64_t>());
  if (value.is_number()) return MetricValue(value.get<double>());
  return failure("is neither a number nor a string");
}

Result<Record> parse_line(std::string_view line) {
  const auto parsed = parse_json(line, 1);
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return failure("the line is no JSON object");
  Record record;
  for (const auto& [key, item] : parsed->items()) {
    auto value = value_of(item);
    if (!value) return failure("{} {}", quote(key), value.error().message);
    record.emplace_back(key, std::move(*value));
  }
  return record;
}

// Makes the file end with a whole line.
Status mend_tail(const std::string& path, int file) {
  auto text = read_text(path);
  if (!text) return text.error();
  const size_t begin = text->rfind('\n') + 1;  // npos + 1 is 0
  const auto tail = std::string_view(*text).substr(begin);
  if (tail.empty()) return ok();
  int error = 0;
  if (parse_line(tail)) {
    error = write_fully(file, as_bytes("\n"));
  } else if (tail.starts_with('{')) {
    error = ::ftruncate(file, static_cast<off_t>(begin)) != 0 ? errno : 0;
  } else {
    return failure("{}: ends with what is no line of JSON; choose another file", path);
  }
  if (error != 0) return failure("{}: cannot be written: {}", path, system_message(error));
  return ok();
}

}  // namespace

Result<JsonlWriter> JsonlWriter::open(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return failure("{}: cannot be opened for writing: {}", path, system_message(errno));
  }
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    if (auto mended = mend_tail(path, file.get()); !mended) return mended.error();
  }
  return JsonlWriter(path, std::move(file));
}

Status JsonlWriter::append(const Record& record) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& [key, value] : record) {
    if (object.contains(key)) return failure("{}: the record has {} twice", path_, quote(key));
    std::visit([&](const auto& content) { object[key] = content; }, value);
  }
  auto line = dump_json(object);
  if (!line) return failure("{}: {}", path_, line.error().message);
  *line += '\n';

  struct stat status = {};
  const bool regular = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
  const int error = write_fully(file_.get(), as_bytes(*line));
  if (error == 0) return ok();
  const bool torn = regular && ::ftruncate(file_.get(), status.st_size) != 0;
  return failure("{}: cannot be written: {}{}", path_, system_message(error),
                 torn ? "; its last line is incomplete" : "");
}

Result<std::vector<Record>> read_jsonl(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  return guarded(path, [&]() -> Result<std::vector<Record>> {
    std::vector<Record> records;
    std::string_view rest = *text;
    while (!rest.empty()) {
      auto record = parse_line(take_line(rest));
      if (!record) return failure("{}:{}: {}", path, records.size() + 1, record.error().message);
      records.push_back(std::move(*record));
    }
    return records;
  });
}

}  // namespace rnnc::formats
