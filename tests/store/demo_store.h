// A store in a temporary file, empty or with the demonstration company, for tests of the whole.
#pragma once
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "modules/demo/demo.h"
#include "modules/modules.h"
#include "modules/starting.h"
#include "store/store.h"

namespace fairlead::tests {

class TemporaryFile {
  public:
    TemporaryFile() : path_((std::filesystem::temp_directory_path() / ("fairlead-" + new_id().text() + ".db")).string()) {}
    ~TemporaryFile() {
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

inline std::unique_ptr<store::Store> open_store(const std::string& file, bool columns) {
    auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    store::Options options;
    options.database = "sqlite:" + file;
    options.preallocate = 0;
    options.columns = columns;
    auto opened = store::Store::open(options, *catalog);
    if (!opened) FAIL(opened.refused().message());
    return std::move(*opened);
}

}  // namespace fairlead::tests
