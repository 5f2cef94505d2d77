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

inline std::unique_ptr<store::Store> open_address(const std::string& address, bool columns, const Clock* clock = nullptr, bool sole_writer = true) {
    auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    store::Options options;
    options.database = address;
    options.preallocate = 0;
    options.columns = columns;
    options.clock = clock;
    options.sole_writer = sole_writer;
    auto opened = store::Store::open(options, *catalog);
    if (!opened) FAIL(opened.refused().message());
    return std::move(*opened);
}

inline std::unique_ptr<store::Store> open_store(const std::string& file, bool columns, const Clock* clock = nullptr) { return open_address("sqlite:" + file, columns, clock); }

// The company of 600 deals whose past ends on 25 November 2026.
inline void make_demo(store::Store& store) {
    demo::Wishes wishes;
    wishes.opportunities = 600;
    wishes.today = Date::parse("2026-11-25").value();
    demo::Company company(wishes);
    REQUIRE(store.write({}, [&](store::Transaction& open) -> Result<Value> {
        StartingWishes starting;
        starting.company = "Lam Sơn";
        FAIRLEAD_TRY(make_starting_records(open, starting));
        FAIRLEAD_TRY(company.make_frame(open));
        return Value();
    }));
    for (std::int64_t first = 0; first < company.accounts(); first += 20)
        REQUIRE(store.write({}, [&](store::Transaction& open) -> Result<Value> {
            FAIRLEAD_TRY(company.make_slice(open, first, 20));
            return Value();
        }));
}

}  // namespace fairlead::tests
