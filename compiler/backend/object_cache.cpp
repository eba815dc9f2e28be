#include "compiler/backend/object_cache.h"

#include <llvm/Support/BLAKE3.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

namespace rnnc::backend {

namespace {

constexpr size_t kHashBytes = 32;

// Stands before the object, of which it is the hash.
std::string hash_of(const std::string& bytes) {
  auto hash =
      llvm::BLAKE3::hash(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  return {hash.begin(), hash.end()};
}

}  // namespace

std::optional<ObjectCache> ObjectCache::of_user() {
  auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (set("RNNC_CACHE") == "off") return std::nullopt;
  if (std::filesystem::path base = set("XDG_CACHE_HOME"); base.is_absolute())
    return ObjectCache(base / "rnnc");
  if (std::filesystem::path home = set("HOME"); home.is_absolute())
    return ObjectCache(home / ".cache" / "rnnc");
  return std::nullopt;
}

std::optional<std::string> ObjectCache::find(const std::string& key) const {
  std::ifstream stream(file(key), std::ios::binary);
  if (!stream) return std::nullopt;
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (content.size() < kHashBytes) return std::nullopt;
  std::string bytes = content.substr(kHashBytes);
  if (content.compare(0, kHashBytes, hash_of(bytes)) != 0) return std::nullopt;
  return bytes;
}

void ObjectCache::keep(const std::string& key, const std::string& bytes) const {
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  std::filesystem::path temporary = file(key);
  temporary += "." + std::to_string(getpid()) + "." + std::to_string(std::random_device{}());
  {
    std::ofstream stream(temporary, std::ios::binary);
    stream << hash_of(bytes) << bytes;
    stream.close();
    if (!stream) {
      std::filesystem::remove(temporary, ignored);
      return;
    }
  }
  std::error_code failed;
  std::filesystem::rename(temporary, file(key), failed);
  if (failed) std::filesystem::remove(temporary, ignored);
}

}  // namespace rnnc::backend
