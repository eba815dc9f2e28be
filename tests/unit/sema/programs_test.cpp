// The programs that fix the language: each checks, each of `errors/` fails with exactly one error in the
// words that it names.
#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

#include "tests/unit/sema/checked.h"

namespace rnnc::sema {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> programs(std::string_view folder) {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(fs::path(RNNC_SOURCE_DIR) / folder)) {
    if (entry.path().extension() == ".rnn") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  EXPECT_FALSE(result.empty()) << folder;
  return result;
}

// What follows `sign` on a line of its own.
std::string note(const fs::path& path, const std::string& sign) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(sign)) return line.substr(sign.size() + 1);
  }
  return {};
}

// "X=16 params(OneToOne)=1738": sizes for the models of a file, and how many numbers some of them hold.
struct Expected {
  std::map<std::string, int64_t> sizes, counts;
};
Expected expected(const fs::path& path) {
  Expected result;
  std::istringstream words(note(path, "#:"));
  for (std::string word; words >> word;) {
    size_t equals = word.find('=');
    std::string name = word.substr(0, equals);
    int64_t value = std::stoll(word.substr(equals + 1));
    if (name.starts_with("params(")) {
      result.counts[name.substr(7, name.size() - 8)] = value;
    } else {
      result.sizes[name] = value;
    }
  }
  return result;
}

int64_t count(const Model& model) {
  int64_t sum = 0;
  for (const Parameter& parameter : parameters(model)) {
    sum += std::accumulate(parameter.shape.begin(), parameter.shape.end(), int64_t{1}, std::multiplies<>());
  }
  return sum;
}

TEST(Programs, OfTheLanguageCheck) {
  for (const fs::path& path : programs("tests/programs")) {
    Look look(path);
    EXPECT_FALSE(look.spec.sink.has_errors()) << path << "\n" << look.rendered();
  }
}

TEST(Programs, OfTheLibraryCheck) {
  driver::Spec spec = driver::load_spec("library:any");
  check(spec.program, spec.sink);
  EXPECT_EQ(spec.sink.sorted().size(), 0u);
  for (const auto& d : spec.sink.sorted()) ADD_FAILURE() << diagnostics::render_text(d, spec.sources, false);
}

TEST(Programs, HaveTheirNumberOfParameters) {
  size_t counted = 0;
  for (const fs::path& path : programs("tests/programs")) {
    Look look(path);
    if (!look.spec.good()) continue;
    const Expected want = expected(path);
    for (const ast::Body* body : look.spec.program.own) {
      std::map<std::string, int64_t> sizes;
      for (const SizeSymbol& symbol : symbols(look.spec.program, *body, look.spec.sink)) {
        sizes[symbol.name] = want.sizes.contains(symbol.name) ? want.sizes.at(symbol.name) : 8;
      }
      auto model = instantiate(look.spec.program, *body, sizes, look.spec.sink);
      EXPECT_NE(model, nullptr) << path << " " << body->name.text << "\n" << look.rendered();
      if (!model || !want.counts.contains(body->name.text)) continue;
      EXPECT_EQ(count(*model), want.counts.at(body->name.text)) << body->name.text;
      ++counted;
    }
  }
  EXPECT_EQ(counted, 7u);
}

TEST(Programs, ThatAreWrongFailWithOneErrorInTheirWords) {
  for (const fs::path& path : programs("tests/programs/errors")) {
    Look look(path);
    std::string all;
    for (const auto& d : look.spec.sink.sorted()) {
      all += d.message + "\n" + d.primary.text + "\n" + d.help + "\n";
      for (const auto& label : d.related) all += label.text + "\n";
    }
    EXPECT_EQ(look.spec.sink.error_count(), 1u) << path << "\n" << look.rendered();
    EXPECT_NE(all.find(note(path, "#!")), std::string::npos) << path << ": " << note(path, "#!") << "\n"
                                                             << look.rendered();
  }
}

}  // namespace
}  // namespace rnnc::sema
