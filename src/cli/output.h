// A file that a command writes.
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace fairlead::cli {

// A file that takes its name only once it is whole; standard output without a name. What is there already and no plain file
// (/dev/null, a pipe) is written to, never replaced.
class Output {
  public:
    explicit Output(std::string name) : name_(std::move(name)) {
        if (name_.empty()) file_ = stdout;
    }
    ~Output() {
        if (name_.empty() || !file_) return;
        std::fclose(file_);
        if (direct_) return;
        std::error_code ignored;
        std::filesystem::remove(part(), ignored);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    Result<void> open() {
        if (file_) return {};
        std::error_code unknown;
        direct_ = std::filesystem::exists(name_, unknown) && !std::filesystem::is_regular_file(name_, unknown);
        file_ = std::fopen(direct_ ? name_.c_str() : part().c_str(), "wb");
        if (!file_) return cannot("cannot be written: is its folder there, and may you write in it?");
        return {};
    }
    bool write(const std::string& piece) {
        bytes_ += static_cast<std::int64_t>(piece.size());
        return std::fwrite(piece.data(), 1, piece.size(), file_) == piece.size();
    }
    Result<void> finish() {
        if (std::fflush(file_) != 0) return cannot("could not be written to its end: is the disk full?");
        if (name_.empty()) return {};
        std::fclose(std::exchange(file_, nullptr));
        if (direct_) return {};
        std::error_code error;
        std::filesystem::rename(part(), name_, error);
        if (error) return cannot("cannot be written");
        return {};
    }
    Refused cannot(const std::string& what) const {
        return refuse(Why::invalid, "cannot_write", (name_.empty() ? std::string("Standard output") : name_) + " " + what, "output", {{"file", name_}});
    }
    std::int64_t bytes() const { return bytes_; }

  private:
    std::string part() const { return name_ + ".part"; }
    std::string name_;
    std::FILE* file_ = nullptr;
    bool direct_ = false;
    std::int64_t bytes_ = 0;
};

}  // namespace fairlead::cli
