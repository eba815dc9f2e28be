// Objects on disk, so that a program that was compiled once starts at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace rnnc::backend {

// One file a key. Several processes may use one folder at the same time: files appear whole or not at all,
// and one that is damaged counts as absent. Nothing here can fail a compilation: without a folder that can be
// written there is no cache.
class ObjectCache {
 public:
  explicit ObjectCache(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // $XDG_CACHE_HOME/rnnc, or ~/.cache/rnnc; nothing if RNNC_CACHE=off or there is neither.
  static std::optional<ObjectCache> of_user();

  std::optional<std::string> find(const std::string& key) const;
  void keep(const std::string& key, const std::string& bytes) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path file(const std::string& key) const { return folder_ / (key + ".o"); }

  std::filesystem::path folder_;
};

}  // namespace rnnc::backend
