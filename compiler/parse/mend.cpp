#include "compiler/parse/mend.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "compiler/parse/report.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;
using support::Span;

constexpr std::string_view kSubscriptT = "ₜ";

// ₀ to ₉, ₊ and ₋ as they are written on the line; nothing for any other text.
std::optional<char> plain_subscript(std::string_view text) {
  static constexpr std::string_view kSubscripts[] = {"₀", "₁", "₂", "₃", "₄", "₅",
                                                     "₆", "₇", "₈", "₉", "₊", "₋"};
  static constexpr std::string_view kPlain = "0123456789+-";
  for (size_t i = 0; i < kPlain.size(); ++i) {
    if (text == kSubscripts[i]) return kPlain[i];
  }
  return std::nullopt;
}

// A slip that people make on every line is reported once, where it stands first.
struct Repeated {
  Span first;
  size_t count = 0;

  void add(Span span) {
    if (count++ == 0) first = span;
  }
  std::vector<std::string> notes() const {
    if (count < 2) return {};
    return {fmt::format("{} more in this file", count - 1)};
  }
};

// Why a run of glued digits, points and letters is no number, as message and help.
struct NumberTrouble {
  std::string message, help;
};

NumberTrouble number_trouble(std::string_view run) {
  auto digits = std::min(run.find_first_not_of("0123456789"), run.size());
  std::string_view head = run.substr(0, digits), tail = run.substr(digits);
  if (run.front() == '.') {
    return {fmt::format("a number does not begin with a point: `{}`", run), fmt::format("write `0{}`", run)};
  }
  if (run.back() == '.') {
    return {fmt::format("a number does not end in a point: `{}`", run), fmt::format("write `{}0`", run)};
  }
  if (tail.starts_with('_')) {
    return {fmt::format("digits of a number stand together: `{}`", run), "leave out the `_`"};
  }
  auto number_end = std::min(run.find_first_not_of("0123456789."), run.size());
  std::string_view number = run.substr(0, number_end), name = run.substr(number_end);
  if (name == "e" || name == "E") {
    return {fmt::format("the exponent of `{}` has no digits", run),
            fmt::format("write `{}e-3`, or `{}`", number, number)};
  }
  if (name.empty()) return {fmt::format("`{}` is not a number: it has two points", run), ""};
  if (head == "0" && (name.starts_with('x') || name.starts_with('b'))) {
    return {fmt::format("`{}` is not a number", run), "numbers are decimal"};
  }
  return {fmt::format("`{}` is neither a number nor a name", run),
          fmt::format("a product needs its sign: `{} * {}`; a name begins with a letter", number, name)};
}

bool beyond_range(std::string_view number) {
  double value = 0;
  return std::from_chars(number.data(), number.data() + number.size(), value).ec ==
         std::errc::result_out_of_range;
}

class Mender {
 public:
  Mender(Tokens tokens, diagnostics::Sink& sink) : in_(std::move(tokens)), sink_(sink) {
    out_.reserve(in_.size());
  }

  Tokens run() {
    for (at_ = 0; at_ < in_.size();) step();
    report_repeated();
    return std::move(out_);
  }

 private:
  void step() {
    const Token& token = in_[at_];
    if (token.kind == Kind::foreign_comment) {
      comments_.add(token.span);
      ++at_;
    } else if (token.text == ";") {
      semicolon();
    } else if (token.kind == Kind::open_string) {
      open_text();
    } else if (token.kind == Kind::name && token.text.ends_with(kSubscriptT)) {
      time_in_name();
    } else if (begins_number()) {
      number();
    } else if (token.kind == Kind::number &&
               token.text.find_first_not_of("0123456789.") != std::string_view::npos) {
      report(sink_, Code::malformed_number, token.span, fmt::format("`{}` is no part of a path", token.text),
             "parts of a path are names and whole numbers: `n.W.2`");
      keep(1);
    } else {
      keep(1);
    }
  }

  // The next `count` tokens of the input as one of the first one's kind.
  void keep(size_t count, std::optional<Kind> kind = {}) {
    out_.push_back(joined(count));
    if (kind) out_.back().kind = *kind;
    count_bracket(out_.back().kind);
    at_ += count;
  }

  Token joined(size_t count) const {
    Token token = in_[at_];
    const Token& last = in_[at_ + count - 1];
    token.span.end = last.span.end;
    token.text = {token.text.data(), static_cast<size_t>(token.span.end - token.span.begin)};
    return token;
  }

  // Number of tokens from `from` on, of which each but the first is glued to the one before and `belongs`.
  template <class Predicate>
  size_t run_length(size_t from, Predicate belongs) const {
    size_t end = from + 1;
    while (end < in_.size() && in_[end].glued && belongs(in_[end])) ++end;
    return end - from;
  }

  void semicolon() {
    if (brackets_ == 0) {
      semicolons_.add(in_[at_].span);
      ++at_;
      return;
    }
    report(sink_, Code::needless_semicolon, in_[at_].span, "values in brackets are separated by commas",
           "write `,`");
    keep(1, Kind::comma);
  }

  // Brackets that are open, as far as it matters: none reaches beyond a brace.
  void count_bracket(Kind kind) {
    if (kind == Kind::left_paren || kind == Kind::left_bracket) ++brackets_;
    if ((kind == Kind::right_paren || kind == Kind::right_bracket) && brackets_ > 0) --brackets_;
    if (kind == Kind::left_brace || kind == Kind::right_brace || is_statement_keyword(kind)) brackets_ = 0;
  }

  void open_text() {
    report(sink_, Code::misplaced_text, in_[at_].span, "the text has no closing quote",
           "end it with `\"` on the same line");
    keep(1, Kind::string);
  }

  void time_in_name() {
    size_t count =
        run_length(at_, [](const Token& token) { return plain_subscript(token.text).has_value(); });
    if (times_.count == 0) {
      std::string_view base = in_[at_].text.substr(0, in_[at_].text.size() - kSubscriptT.size());
      std::string delay;
      for (size_t i = 1; i < count; ++i) delay += *plain_subscript(in_[at_ + i].text);
      time_name_ = joined(count).text;
      time_help_ =
          delay.empty()
              ? fmt::format("write `{}` for its value at this step, `{}[t-1]` for the one before", base, base)
              : fmt::format("write `{}[t{}]`; a bare `{}` is its value at this step", base, delay, base);
    }
    times_.add(joined(count).span);
    keep(count, Kind::name);
  }

  // After a point that follows an operand a number is a part of a path: n.W.2.
  bool begins_number() const {
    Kind kind = in_[at_].kind;
    bool after_point = !out_.empty() && out_.back().kind == Kind::dot;
    if (kind == Kind::number) return !after_point;
    if (kind != Kind::dot || (!out_.empty() && ends_operand(out_.back().kind))) return false;
    return at_ + 1 < in_.size() && in_[at_ + 1].glued && in_[at_ + 1].kind == Kind::number;
  }

  void number() {
    size_t count = in_[at_].text == "∞" ? 1 : run_length(at_, [](const Token& token) {
      constexpr KindSet kParts = {Kind::number, Kind::name, Kind::dot, Kind::time};
      return kParts.contains(token.kind);
    });
    Token whole = joined(count);
    if (count > 1 || whole.kind == Kind::dot) {
      NumberTrouble trouble = number_trouble(whole.text);
      report(sink_, Code::malformed_number, whole.span, trouble.message, trouble.help);
    } else if (beyond_range(whole.text)) {
      report(sink_, Code::malformed_number, whole.span,
             fmt::format("`{}` is beyond what a number can hold", whole.text),
             "numbers reach from about 1e-308 to 1e308; `∞` is infinity");
    }
    keep(count, Kind::number);
  }

  void report_repeated() {
    if (times_.count > 0) {
      report(sink_, Code::time_in_name, times_.first,
             fmt::format("time is no part of a name: `{}`", time_name_), time_help_, times_.notes());
    }
    if (semicolons_.count > 0) {
      report(sink_, Code::needless_semicolon, semicolons_.first, "a statement needs no `;`",
             "leave it out: a statement ends where the next one begins", semicolons_.notes());
    }
    if (comments_.count > 0) {
      report(sink_, Code::foreign_comment, comments_.first, "a comment begins with `#`",
             "put `#` before each line of the comment", comments_.notes());
    }
  }

  Tokens in_, out_;
  size_t at_ = 0;
  size_t brackets_ = 0;
  diagnostics::Sink& sink_;
  Repeated semicolons_, comments_, times_;
  std::string_view time_name_;  // the first one
  std::string time_help_;
};

}  // namespace

Tokens mend(Tokens tokens, diagnostics::Sink& sink) { return Mender(std::move(tokens), sink).run(); }

}  // namespace rnnc::parse
