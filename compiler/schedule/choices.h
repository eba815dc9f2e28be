// Which ideas a plan may use. Each can be forced to "no": results may then differ in the last bits, nothing
// else.
#pragma once

#include <vector>

namespace rnnc::schedule {

struct Choices {
  // The element-wise graph that reads a product runs on each tile of it.
  bool fuse_products = true;
  // Products that meet in an addition have one sum.
  bool join_sums = true;
  // What a product reads down its columns is brought side by side first.
  bool gather_rows = true;
  // A row by itself takes several panels side by side, and walks over them to and fro.
  bool row_panels = true;
  // Cheap values are made anew where they are read, not stored.
  bool make_anew = true;
  // What a stage makes may take the place of what it reads.
  bool in_place = true;
  // Several threads may run the function together.
  bool deal_out = true;
  // Several threads divide the units of a step where there are few sequences.
  bool by_units = true;

  static Choices none();
  // Of a function that is over before a second thread would have begun.
  static Choices for_one_thread();
  friend bool operator==(const Choices&, const Choices&) = default;
};

struct Choice {
  const char* name;
  bool Choices::* member;
};
// All of them, for tests and tools that try each.
inline std::vector<Choice> all_choices() {
  return {{"fuse_products", &Choices::fuse_products}, {"join_sums", &Choices::join_sums},
          {"gather_rows", &Choices::gather_rows},     {"row_panels", &Choices::row_panels},
          {"make_anew", &Choices::make_anew},         {"in_place", &Choices::in_place},
          {"deal_out", &Choices::deal_out},           {"by_units", &Choices::by_units}};
}

inline Choices Choices::none() {
  Choices none;
  for (const Choice& choice : all_choices()) none.*choice.member = false;
  return none;
}

inline Choices Choices::for_one_thread() {
  Choices choices;
  choices.deal_out = false;
  return choices;
}

}  // namespace rnnc::schedule
