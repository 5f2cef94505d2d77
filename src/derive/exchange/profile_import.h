// The import of a folder of related files by a profile: everything is read and checked first, then written as one
// batch that can be undone; what the files know of the past becomes history with effective dates.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "derive/exchange/profile.h"
#include "store/store.h"

namespace fairlead::derive {

struct ProfileImportOptions {
    bool dry_run = false;
    // Called now and then: what is being done, and how far (0 to 1).
    std::function<void(const std::string&, double)> progress;
};

struct Repair {
    std::string field, from, to;
    std::int64_t rows = 0;
};
struct LeftOpen {          // a value that the source does not give, or that could not be read: the row was taken without it
    std::string field, why, example;
    std::int64_t rows = 0;
};
struct OddValue {          // taken as it is written: an address that nobody could write to
    std::string field, code, message;   // of the first one
    std::int64_t line = 0, rows = 0;
};
struct RefusedRow {
    std::int64_t line = 0;
    std::string code, field, message;
};
struct StepReport {
    std::string file, entity;
    bool missing = false;
    std::int64_t read = 0, created = 0, updated = 0, unchanged = 0, kept = 0, repeated = 0, left_out = 0, start_unknown = 0, vanished = 0;
    std::vector<Repair> repaired;
    std::vector<LeftOpen> left_open;
    std::vector<OddValue> odd;
    std::vector<RefusedRow> refused;
};
struct ProfileReport {
    std::string profile;
    Id batch{};
    bool dry_run = false;
    std::vector<StepReport> steps;
    double seconds = 0;
};

// `viewer` null: the system (the command line). Refuses as a whole when a file is missing or cannot be read.
Result<ProfileReport> import_folder(store::Store& store, std::shared_ptr<const store::Viewer> viewer, const Profile& profile, const std::string& folder,
                                    const ProfileImportOptions& options = {});

std::string to_json(const ProfileReport& report);

}  // namespace fairlead::derive
