// The recursive-descent reader behind read(). Internal to this folder.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/ir/scanner.h"
#include "compiler/ir/words.h"

namespace rnnc::ir {

// A function that is being read, and what its values are called.
struct Scope {
  Function function;
  std::unordered_map<std::string, ValueId> values = {};
};

// An instruction of which the types are not read yet.
struct Operation {
  Op op;
  std::vector<ValueId> operands = {};
  Attributes attributes = {};
  std::string body_name = {};  // of a scan; its body stands behind the types
};

// All methods throw ReadError.
class Reader {
 public:
  explicit Reader(std::string_view text) : scanner_(text), token_(scanner_.next()) {}

  Module module();

 private:
  // Tokens.
  void advance() { token_ = scanner_.next(); }
  [[noreturn]] void fail(std::string message) const { throw ReadError{std::move(message), token_.begin}; }
  [[noreturn]] void expected(std::string_view what) const;
  bool at(std::string_view punctuation) const;
  bool accept(std::string_view punctuation);
  void expect(std::string_view punctuation);
  bool at_word(std::string_view word) const;
  bool accept_word(std::string_view word);
  void expect_word(std::string_view word);
  std::string name();  // a word or a string
  double number();
  int64_t integer(int64_t low, int64_t high);
  template <class Enum>
  Enum choice(std::initializer_list<Enum> choices) {
    for (Enum candidate : choices) {
      if (accept_word(word(candidate))) return candidate;
    }
    expected("one of the words that the op allows");
  }
  Direction direction() { return choice({Direction::forward, Direction::backward}); }

  // The module around its functions.
  void dim(Module& module);
  void symbol(Module& module, DimKind kind);
  std::string new_dim_name();
  void state_entry(Module& module);
  void function(Module& module);

  // Dims and types.
  DimId dim_name();
  std::vector<DimId> dim_list(std::string_view open, std::string_view close);
  Type type();

  // Functions.
  void instructions(Scope& scope);
  void instruction(Scope& scope);
  void results(Scope& scope);
  void define(Scope& scope, const Token& token, ValueId value);
  void complete(ScanAttr& scan, std::string name);

  // Operands and attributes, in read_operation.cpp.
  Operation operation(const Scope& scope);
  Operation constant();
  Operation random();
  Operation contract(const Scope& scope);
  Operation reduce(const Scope& scope);
  Operation range(const Scope& scope, Op op);
  Operation shift(const Scope& scope);
  Operation prefix(const Scope& scope);
  Operation scan(const Scope& scope);
  ValueId operand(const Scope& scope);
  std::vector<ValueId> operands(const Scope& scope);
  DimId along();
  std::vector<DimId> over();

  Scanner scanner_;
  Token token_;
  DimTable* dims_ = nullptr;
  bool has_forward_ = false;
  int depth_ = 0;
};

}  // namespace rnnc::ir
