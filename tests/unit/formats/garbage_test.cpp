// Valid files, damaged byte by byte: every reader either fails with a message or returns what its contract
// promises. What goes beyond that, a crash or an access out of bounds, the sanitizers see.
#include <algorithm>
#include <functional>
#include <random>

#include "runtime/formats/csv.h"
#include "runtime/formats/jsonl.h"
#include "runtime/formats/npy.h"
#include "runtime/formats/npz.h"
#include "runtime/formats/safetensors.h"
#include "runtime/formats/utf8.h"
#include "runtime/formats/vocabulary.h"
#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

// Of damage to a file in memory, and to one that goes through the disk each time.
constexpr int kRounds = 3000;
constexpr int kRoundsOnDisk = 300;

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  std::string operator()(std::string bytes) {
    for (size_t edits = 1 + below(3); edits > 0; --edits) edit(bytes);
    return bytes;
  }

 private:
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }

  void edit(std::string& bytes) {
    static constexpr std::string_view kTelling("\x00\xFF\x7F\x80{}[]\",:'()0-9\n", 19);
    if (bytes.empty()) return;
    const size_t at = below(bytes.size());
    const size_t length = 1 + below(std::min<size_t>(bytes.size() - at, 9));
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 2:
        bytes[at] = kTelling[below(kTelling.size())];
        break;
      case 3:
        bytes.resize(at);
        break;
      case 4:
        bytes.erase(at, length);
        break;
      case 5:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      case 6:
        std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), length, '\xFF');
        break;
    }
  }

  std::mt19937 random_;
};

// A message is one line of text for people, whatever the file held.
void check_message(const Failure& failure) {
  EXPECT_TRUE(failure.message.starts_with("f") || failure.message.starts_with("the vocabulary"))
      << failure.message;
  EXPECT_EQ(first_invalid_utf8(failure.message), std::nullopt);
  EXPECT_EQ(std::ranges::count_if(failure.message, [](char c) { return c >= 0 && c < 0x20; }), 0)
      << failure.message;
  EXPECT_LT(failure.message.size(), 500u);
}

// `read` says whether a text was accepted, after checking what it returned.
void damage(const std::string& valid, const std::function<bool(const std::string&)>& read,
            int rounds = kRounds) {
  ASSERT_TRUE(read(valid));
  Damage damaged(20);
  int accepted = 0;
  for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round)
    accepted += read(damaged(valid)) ? 1 : 0;
  EXPECT_LT(accepted, rounds) << "nothing was damaged";
}

template <class T>
bool judge(const Result<T>& result, const std::function<void(const T&)>& check) {
  if (result) {
    check(*result);
  } else {
    check_message(result.error());
  }
  return static_cast<bool>(result);
}

void check_tensors(const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    EXPECT_TRUE(check_tensor(tensor));
    EXPECT_TRUE(to_f64(tensor));
    const auto ids = to_i32(tensor);
    if (!ids) {
      EXPECT_EQ(first_invalid_utf8(ids.error().message), std::nullopt);
    }
  }
}

TEST(Garbage, Safetensors) {
  damage(slurp(data_file("python.safetensors")), [](const std::string& bytes) {
    return judge<TensorFile>(read_safetensors(*memory_source("f", bytes_of(bytes))),
                             [](const TensorFile& file) { check_tensors(file.tensors); });
  });
}

TEST(Garbage, Npy) {
  for (const char* name : {"fortran.npy", "version2.npy"}) {
    damage(slurp(data_file(name)), [](const std::string& bytes) {
      return judge<Tensor>(parse_npy(bytes_of(bytes), "f"),
                           [](const Tensor& tensor) { check_tensors({tensor}); });
    });
  }
}

TEST(Garbage, Npz) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    damage(slurp(data_file(name)), [](const std::string& bytes) {
      return judge<std::vector<Tensor>>(read_npz(*memory_source("f", bytes_of(bytes))), check_tensors);
    });
  }
}

TEST(Garbage, Csv) {
  damage("x,\"y \"\"z\"\"\"\r\n1,2.5\r\n\"3\",nan\n-4e5,+6\n\n", [](const std::string& text) {
    return judge<Table>(Table::parse(text, Separator::kComma, "f"), [](const Table& table) {
      for (const Table::Column& column : table.columns()) {
        EXPECT_EQ(column.fields.size(), table.rows());
        const auto numbers = table.numbers(column);
        EXPECT_TRUE(!numbers || numbers->size() == table.rows());
      }
    });
  });
}

void check_vocabulary(const Vocabulary& vocabulary) {
  std::vector<int32_t> ids(vocabulary.size());
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(i);
  EXPECT_TRUE(vocabulary.decode(ids));
  const auto again = Vocabulary::from_json(vocabulary.to_json());
  ASSERT_TRUE(again) << message(again);
  EXPECT_EQ(again->entries(), vocabulary.entries());
}

TEST(Garbage, VocabularyJson) {
  damage(R"({"entries":["\n","é","\u00ff","<end>"],"unit":"byte"})", [](const std::string& text) {
    return judge<Vocabulary>(Vocabulary::from_json(text), check_vocabulary);
  });
}

TEST(Garbage, VocabularyFile) {
  const TemporaryFolder folder;
  std::filesystem::current_path(folder.path());
  for (const TextUnit unit : {TextUnit::kByte, TextUnit::kCharacter}) {
    damage(
        "a\n\\n\n\\\\\n\\x41\n\\u{1F600}\nσ\n<end>\n",
        [&](const std::string& text) {
          spill("f", text);
          return judge<Vocabulary>(Vocabulary::read("f", unit), check_vocabulary);
        },
        kRoundsOnDisk);
  }
  std::filesystem::current_path("/");
}

TEST(Garbage, Encoding) {
  const auto vocabulary = Vocabulary::make({"a", "é", "€", "<unknown>"}, TextUnit::kCharacter);
  damage("aé€aé€aé€", [&](const std::string& text) {
    return judge<std::vector<int32_t>>(vocabulary->encode(text, "f"), [&](const std::vector<int32_t>& ids) {
      EXPECT_TRUE(vocabulary->decode(ids));
    });
  });
}

TEST(Garbage, Jsonl) {
  const TemporaryFolder folder;
  std::filesystem::current_path(folder.path());
  damage(
      "{\"step\":1,\"loss\":0.5}\n{\"step\":18446744073709551615,\"loss\":null,\"note\":\"x\"}\n",
      [](const std::string& text) {
        spill("f", text);
        const bool mended = judge<JsonlWriter>(JsonlWriter::open("f"), [](const JsonlWriter&) {});
        const std::string after = slurp("f");
        if (mended && !after.empty()) {
          EXPECT_EQ(after.back(), '\n');
        }
        return judge<std::vector<Record>>(read_jsonl("f"), [](const std::vector<Record>&) {});
      },
      kRoundsOnDisk);
  std::filesystem::current_path("/");
}

}  // namespace
}  // namespace rnnc::formats
