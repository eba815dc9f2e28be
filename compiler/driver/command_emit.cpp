#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "compiler/backend/c_names.h"
#include "compiler/backend/header.h"
#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/console.h"
#include "compiler/driver/emission.h"
#include "compiler/driver/target.h"
#include "compiler/driver/weights.h"
#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/safetensors.h"
#include "runtime/formats/vocabulary.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

// What can be written, and the end of its file's name; the object's is the one that was given.
struct Kind {
  std::string_view word;
  const char* extension;
  std::optional<backend::CodeForm> form;  // none: the header
};
constexpr auto kKinds = std::to_array<Kind>({
    {"obj", "", backend::CodeForm::object},
    {"header", ".h", {}},
    {"static-lib", ".a", backend::CodeForm::static_library},
    {"asm", ".s", backend::CodeForm::assembly},
    {"llvm-ir", ".ll", backend::CodeForm::llvm_ir},
});
const std::vector<std::string> kWords = {"obj",     "header", "static-lib", "asm",
                                         "llvm-ir", "ir",     "dot",        "self-test"};

// Steps of sequences seen whole, so that no number of bytes is too large to be counted.
constexpr int64_t kMostLongest = 10'000'000;

struct Options {
  Target target;
  std::vector<std::string> weights;  // a file, or how an object gets at them
  std::string output, prefix;
  std::string cpu = "baseline";
  std::vector<std::string> kinds = {"obj", "header"};
  std::optional<int64_t> longest;
};

const Kind* kind_named(std::string_view word) {
  const auto* kind = std::ranges::find(kKinds, word, &Kind::word);
  return kind == kKinds.end() ? nullptr : kind;
}

// What this version does not do, though the option knows the word.
std::string refused(const Options& options) {
  for (const std::string& kind : options.kinds) {
    if (kind_named(kind) == nullptr) return fmt::format("this version cannot emit `{}`", kind);
  }
  for (const std::string& word : options.weights) {
    if (word == "extern" || word == "blob")
      return fmt::format("this version cannot leave weights outside of the object: `--weights {}`", word);
  }
  return {};
}

Outcome<std::string> weights_file(const Options& options) {
  std::vector<std::string> files;
  for (const std::string& word : options.weights) {
    if (word != "embed") files.push_back(word);
  }
  if (files.size() == 1) return files[0];
  if (files.empty() && is_checkpoint(options.target.spec)) return options.target.spec;
  return problem(Code::bad_option,
                 files.empty() ? "no file of weights was given" : "two files of weights were given",
                 "`--weights w.safetensors` names what `init` or `train` wrote");
}

std::string path_of(const Options& options, const Kind& kind) {
  if (*kind.extension == '\0') return options.output;
  return std::filesystem::path(options.output).replace_extension(kind.extension).string();
}

support::Result<backend::Target> target_named(const std::string& cpu) {
  if (cpu == "baseline") return backend::find_target("x86-64");
  if (cpu == "v3" || cpu == "v4") return backend::find_target("x86-64-" + cpu);
  return backend::find_target(cpu);
}

// Of the model's inputs and targets, in their order.
std::vector<backend::VocabularyTable> tables_of(const formats::Vocabularies& vocabularies,
                                                const sema::Body& body) {
  std::vector<backend::VocabularyTable> tables;
  for (const sema::InputDecl& input : body.inputs) {
    auto found = vocabularies.find(input.name);
    if (found == vocabularies.end()) continue;
    const formats::Vocabulary& vocabulary = found->second;
    tables.push_back(
        {input.name, !input.target, vocabulary.entries(), vocabulary.end(), vocabulary.unknown()});
  }
  return tables;
}

// The weights and the hash of their file, which is read once.
struct Weights {
  formats::TensorFile file;
  std::string sha256;
};
Outcome<Weights> read_weights(const std::string& path) {
  auto bytes = formats::read_bytes(path);
  if (!bytes) return problem(Code::bad_file, bytes.error().message);
  std::string sha256 = backend::sha256({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  auto file = formats::read_safetensors(*formats::memory_source(path, std::move(*bytes)));
  if (!file) return problem(Code::bad_file, file.error().message);
  return Weights{std::move(*file), std::move(sha256)};
}

// Both files are there before either takes its name.
formats::Status write(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<formats::AtomicFile> open;
  for (const auto& [path, contents] : files) {
    auto file = formats::AtomicFile::create(path);
    if (!file) return file.error();
    open.push_back(std::move(*file));
    if (auto written = open.back().write(contents); !written) return written;
  }
  for (formats::AtomicFile& file : open) {
    if (auto done = file.commit(); !done) return done;
  }
  return formats::ok();
}

std::string prefix_of(const Options& options) {
  return options.prefix.empty() ? std::filesystem::path(options.output).stem().string() : options.prefix;
}

Outcome<> check_names(const Options& options) {
  if (options.output == "-")
    return problem(Code::bad_option, "an object is not written to standard output",
                   "`-o amp.o` names a file");
  std::set<std::string> paths;
  for (const std::string& word : options.kinds) {
    const Kind* kind = kind_named(word);
    if (kind == nullptr || paths.insert(path_of(options, *kind)).second) continue;
    return problem(Code::bad_option, fmt::format("two files would be `{}`", path_of(options, *kind)),
                   "`-o amp.o` writes amp.o and amp.h");
  }
  if (const std::string prefix = prefix_of(options); !backend::is_c_name(prefix))
    return problem(Code::cannot_emit, fmt::format("`{}` is no name in C", prefix),
                   "`--prefix NAME` says what the names of functions begin with");
  return support::Unit{};
}

Exit run(const Options& options, Console& console) {
  if (auto names = check_names(options); !names) return console.fail(names.error());
  if (const std::string why = refused(options); !why.empty())
    return console.fail(problem(Code::not_run_yet, why, "`rnnc emit --help` lists what it can"));
  auto cpu = target_named(options.cpu);
  if (!cpu) return console.fail(problem(Code::bad_option, cpu.error().message, "or baseline, v3, v4"));
  auto path = weights_file(options);
  if (!path) return console.fail(path.error());
  auto read = read_weights(*path);
  if (!read) return console.fail(read.error());
  const formats::TensorFile& file = read->file;
  auto vocabularies = formats::vocabularies_of(file.metadata);
  if (!vocabularies) return console.fail(problem(Code::bad_file, vocabularies.error().message));

  Spec spec = open_spec(options.target.spec);
  const auto model = instantiate(options.target, spec, {from_metadata(file.metadata).sizes, {}});
  console.report(spec.sink, spec.sources);
  if (!model) return Exit::input;
  auto weights = from_tensors(*model, file.tensors, *path);
  if (!weights) return console.fail(weights.error());
  auto compiled = compile(model, {});
  if (!compiled) return console.fail(compiled.error(), spec.sources);

  auto emission =
      make_emission(*compiled, *weights, *cpu,
                    {prefix_of(options), options.longest, tables_of(*vocabularies, *compiled->body)});
  if (!emission) return console.fail(emission.error());
  if (options.longest && emission->interface.times.empty())
    console.note("no sequence of this model is seen whole: `--longest` changes nothing");
  emission->source = std::filesystem::path(options.target.spec).filename().string();
  emission->weights_sha256 = read->sha256;
  emission->interface.magic = backend::magic_of(*emission, cpu->name);
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& word : options.kinds) {
    const Kind& kind = *kind_named(word);
    auto contents = kind.form ? backend::emit_code(*emission, *cpu, *kind.form)
                              : support::Result<std::string>(backend::header_text(*emission, cpu->name));
    if (!contents) return console.fail(problem(Code::not_run_yet, contents.error().message));
    files.emplace_back(path_of(options, kind), std::move(*contents));
  }
  if (auto written = write(files); !written)
    return console.fail(problem(Code::bad_file, written.error().message));
  return Exit::done;
}

}  // namespace

Command emit_command() {
  return {"emit", "Write a model as an object file and header for C",
          "  rnnc emit amp.rnn --weights w.safetensors -o amp.o --cpu v3\n"
          "  cc main.c amp.o                      amp.h stands beside amp.o",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->target.add_options(app);
            app.add_option(
                   "--weights", options->weights,
                   "What `init` or `train` wrote, unless the spec is a checkpoint; also `embed` (into the "
                   "object, the default)")
                ->option_text("FILE")
                ->allow_extra_args(false);
            app.add_option("-o,--output", options->output, "The object; the header stands beside it")
                ->option_text("FILE")
                ->required();
            app.add_option("--prefix", options->prefix, "Begins every name in C; by default the object's")
                ->option_text("NAME");
            app.add_option("--cpu", options->cpu,
                           "baseline (any x86-64, the default), v3, v4, native, or a target's name")
                ->option_text("NAME");
            app.add_option("--emit", options->kinds,
                           "What to write: obj,header by default; static-lib, asm, llvm-ir")
                ->option_text("KINDS")
                ->delimiter(',')
                ->check(CLI::IsMember(kWords).description(""))
                ->allow_extra_args(false);
            app.add_option("--longest", options->longest,
                           "Room for so many steps of sequences that are seen whole, or whose model cannot "
                           "run step by step")
                ->option_text("STEPS")
                ->check(CLI::Range(int64_t{1}, kMostLongest).description(""));
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
