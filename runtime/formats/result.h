// A value, or why there is none. The runtime's own, since it knows nothing of the compiler.
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>
#include <variant>

namespace rnnc::formats {

// What data lack, of those who tell it apart; kOther: the file itself, and all that is no data.
enum class Cause : unsigned char { kOther, kMissing, kUnknown, kShape, kValues };

// A sentence for people: which file, where in it, what is wrong, what to do about it.
struct Failure {
  std::string message;
  Cause cause = Cause::kOther;
};

template <class... Arguments>
Failure failure(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return {fmt::format(text, std::forward<Arguments>(arguments)...)};
}
template <class... Arguments>
Failure failure(Cause cause, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return {fmt::format(text, std::forward<Arguments>(arguments)...), cause};
}

struct Unit {};

// Prints that rnnc itself is at fault and ends the process with status 101.
[[noreturn]] void misused_result(const char* what);

template <class T = Unit>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}        // NOLINT: meant to convert
  Result(Failure error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: meant to convert

  explicit operator bool() const { return content_.index() == 0; }
  T& value() & { return *checked(std::get_if<0>(&content_)); }
  T&& value() && { return std::move(*checked(std::get_if<0>(&content_))); }
  const T& value() const& { return *checked(std::get_if<0>(&content_)); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Failure& error() const {
    if (content_.index() != 1) misused_result("error() of a result that has a value");
    return *std::get_if<1>(&content_);
  }

 private:
  template <class P>
  static P* checked(P* pointer) {
    if (pointer == nullptr) misused_result("value() of a failed result");
    return pointer;
  }
  std::variant<T, Failure> content_;
};

using Status = Result<Unit>;
inline Status ok() { return Unit{}; }

}  // namespace rnnc::formats
