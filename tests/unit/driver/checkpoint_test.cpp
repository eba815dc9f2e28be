// A checkpoint is run as it was learnt, whatever has become of the files and of the library.
#include "compiler/driver/checkpoint.h"

#include <algorithm>

#include "compiler/driver/kept_text.h"
#include "compiler/driver/target.h"
#include "runtime/formats/safetensors.h"
#include "tests/unit/driver/model.h"
#include "tests/unit/formats/files.h"

namespace rnnc::driver {
namespace {

using formats::TemporaryFolder;

constexpr const char* kMain = R"(import "cells.rnn"
model Other { input x: seq [X]  y = x |> linear[2]  output y }
model M[H = 3] {
  input x: seq [X]
  target y: seq [1]
  p = x |> Mine[H] |> LSTM[H] |> linear[1]
  loss mse(p, y)
}
)";
constexpr const char* kCells =
    "cell Mine[H] { input x  state h: [H]  h = silu(linear(x, h[t-1]))  output h }\n";

// The spec in a folder that is gone.
Spec written_spec() {
  const TemporaryFolder folder;
  formats::spill(folder / "main.rnn", kMain);
  formats::spill(folder / "cells.rnn", kCells);
  return load_spec(folder / "main.rnn");
}

std::shared_ptr<const sema::Model> model_of(Spec& spec, const std::string& name,
                                            std::vector<std::string> defines = {}) {
  Target target;
  target.spec = "a spec";
  target.model = name;
  target.defines = std::move(defines);
  return instantiate(target, spec);
}

std::vector<std::string> paths_of(const sema::Model& model) {
  std::vector<std::string> paths;
  for (const sema::Parameter& parameter : sema::parameters(model)) paths.push_back(parameter.path);
  return paths;
}

TEST(KeptText, IsOfImportsAndOfWhatIsUsedOfTheLibrary) {
  Spec spec = written_spec();
  const auto model = model_of(spec, "M", {"X=4"});
  ASSERT_NE(model, nullptr);
  const KeptText kept = kept_text(spec, *model);
  EXPECT_EQ(kept.spec, kMain);
  ASSERT_EQ(kept.imports.size(), 1u);
  EXPECT_EQ(kept.imports[0].name, "cells.rnn");
  EXPECT_EQ(kept.imports[0].text, kCells);
  for (const char* used : {"cell LSTM", "fn mse", "fn square", "fn silu"})
    EXPECT_NE(kept.library.find(used), std::string::npos) << used;
  for (const char* unused : {"cell GRU", "fn mae", "cell embed"})
    EXPECT_EQ(kept.library.find(unused), std::string::npos) << unused;
}

TEST(Checkpoint, NeedsNoOtherFile) {
  const TemporaryFolder folder;
  formats::TensorFile file;
  std::vector<std::string> paths;
  {
    Spec spec = written_spec();
    const auto model = model_of(spec, "M", {"X=4", "H=5"});
    ASSERT_NE(model, nullptr);
    paths = paths_of(*model);
    file.metadata = to_metadata(origin_of(spec, *model));
  }
  const std::string path = folder / "w.safetensors";
  ASSERT_TRUE(formats::write_safetensors(path, file));
  Spec again = open_spec(path);
  ASSERT_TRUE(again.good());
  // Which model it is, and of what size, it knows by itself.
  auto model = model_of(again, "");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->body->name, "M");
  EXPECT_EQ(model->sizes, (std::map<std::string, int64_t>{{"H", 5}, {"X", 4}}));
  EXPECT_EQ(paths_of(*model), paths);
  // What it keeps of itself is what it was.
  EXPECT_EQ(to_metadata(origin_of(again, *model)), file.metadata);
  // Another model of the text, and another size, can be asked for.
  model = model_of(again, "Other", {"X=7"});
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->sizes.at("X"), 7);
}

TEST(Checkpoint, KeepsTheLibraryThatItWasLearntWith) {
  KeptText kept;
  kept.spec = "model M { input x: seq [X]  y = x |> LSTM[2]  output y }\n";
  kept.library =
      "cell LSTM[H] { input x  state h: [H]  h = older(linear(x))  output h }\n\nfn older(x) = tanh(x)\n\n";
  Spec spec = load_kept("old.safetensors", kept);
  const auto model = model_of(spec, "M", {"X=4"});
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(paths_of(*model), (std::vector<std::string>{"y.LSTM.h.W.x", "y.LSTM.h.b"}));
}

TEST(Checkpoint, OfAnOlderVersionLooksItsImportsUp) {
  auto metadata = to_metadata({{"import \"none.rnn\"\n", {}, {}}, true, "M", {{"X", 4}}});
  EXPECT_TRUE(from_metadata(metadata).complete);
  EXPECT_TRUE(load_origin("new.safetensors", from_metadata(metadata)).good());
  metadata.erase("imports");
  metadata.erase("library");
  const Origin older = from_metadata(metadata);
  EXPECT_FALSE(older.complete);
  const Spec spec = load_origin("old.safetensors", older);
  ASSERT_FALSE(spec.good());
  EXPECT_EQ(spec.sink.sorted()[0].code, diagnostics::Code::cannot_read_file);
}

TEST(Checkpoint, WithoutASpecSaysSo) {
  const TemporaryFolder folder;
  const std::string path = folder / "other.safetensors";
  ASSERT_TRUE(formats::write_safetensors(path, formats::TensorFile{}));
  EXPECT_EQ(open_spec(path).sink.sorted()[0].message, "`" + path + "` keeps no spec");
  EXPECT_FALSE(open_spec(folder / "none.safetensors").good());
}

TEST(Checkpoint, OfACellOfTheLibraryIsOfThatCell) {
  Spec spec = load_spec("library:GRU");
  Target target;
  target.spec = "library:GRU";
  target.defines = {"X=2", "H=3"};
  const auto model = instantiate(target, spec);
  ASSERT_NE(model, nullptr);
  Spec again = load_origin("w.safetensors", from_metadata(to_metadata(origin_of(spec, *model))));
  const auto same = model_of(again, "");
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(same->body->name, "GRU");
  EXPECT_EQ(same->sizes, model->sizes);
}

}  // namespace
}  // namespace rnnc::driver
