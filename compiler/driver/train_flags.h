// The keys of `train {}` as flags.
#pragma once

#include <map>
#include <string>

#include "compiler/driver/outcome.h"
#include "compiler/sema/model.h"
#include "runtime/train/settings.h"

namespace CLI {
class App;
}

namespace rnnc::driver {

// What was given, by key of `train {}`.
using TrainFlags = std::map<std::string, std::string>;

// `flags` must live as long as the app.
void add_train_flags(CLI::App& app, TrainFlags& flags);
// One of them alone, a number.
void add_train_flag(CLI::App& app, TrainFlags& flags, const char* key, const char* name, const char* help);

// The defaults, then what the model says, then the flags.
Outcome<train::Settings> settings_of(const sema::Body& body, const TrainFlags& flags);

}  // namespace rnnc::driver
