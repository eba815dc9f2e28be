// A value, or why there is none. For what a user can cause; see check.h for the rest.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "compiler/support/check.h"
#include "compiler/support/source.h"

namespace rnnc::support {

// What went wrong, in a sentence for people, and where if a text is to blame.
struct Failure {
  std::string message;
  Span span = {};
};

struct Unit {};

template <class T = Unit, class E = Failure>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: meant to convert
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: meant to convert

  explicit operator bool() const { return content_.index() == 0; }
  T& value() & { return get(); }
  T&& value() && { return std::move(get()); }
  const T& value() const& { return const_cast<Result*>(this)->get(); }
  T& operator*() & { return get(); }
  T&& operator*() && { return std::move(get()); }
  const T& operator*() const& { return const_cast<Result*>(this)->get(); }
  T* operator->() { return &get(); }
  const T* operator->() const { return &const_cast<Result*>(this)->get(); }
  const E& error() const {
    RNNC_CHECK(content_.index() == 1, "error() of a result that has a value");
    return std::get<1>(content_);
  }

 private:
  T& get() {
    RNNC_CHECK(content_.index() == 0, "value() of a failed result");
    return std::get<0>(content_);
  }
  std::variant<T, E> content_;
};

using Status = Result<Unit, Failure>;
inline Status ok() { return Status(Unit{}); }

}  // namespace rnnc::support
