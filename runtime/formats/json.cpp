#include "runtime/formats/json.h"

#include <set>
#include <vector>

#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

// Refuses while the text is parsed; thrown through the parser and caught in parse_json.
struct Refused {
  Failure reason;
};

class StructureCheck {
 public:
  explicit StructureCheck(size_t max_depth) : max_depth_(max_depth) {}

  bool operator()(int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        if (keys_.size() == max_depth_) {
          throw Refused{failure("values are nested deeper than {}", max_depth_)};
        }
        keys_.emplace_back();
        break;
      case Event::object_end:
      case Event::array_end:
        keys_.pop_back();
        break;
      case Event::key:
        if (!keys_.back().insert(parsed.get_ref<const std::string&>()).second) {
          throw Refused{failure("the name {} stands twice", quote(parsed.get_ref<const std::string&>()))};
        }
        break;
      case Event::value:
        break;
    }
    return true;
  }

 private:
  size_t max_depth_;
  std::vector<std::set<std::string>> keys_;  // of each object and array that is open
};

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, size_t max_depth) {
  // The parser takes a zero byte for the end of the text.
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return failure("no valid JSON at byte {}", zero);
  }
  try {
    return nlohmann::json::parse(text, StructureCheck(max_depth));
  } catch (const Refused& refused) {
    return refused.reason;
  } catch (const nlohmann::json::parse_error& error) {
    return failure("no valid JSON at byte {}", error.byte > 0 ? error.byte - 1 : 0);
  } catch (const nlohmann::json::exception&) {
    return failure("JSON with a number out of range");
  }
}

Result<std::string> dump_json(const nlohmann::ordered_json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception&) {
    return failure("a string is not valid UTF-8");
  }
}

}  // namespace rnnc::formats
