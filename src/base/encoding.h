// Encodings of text files: what the bytes are, and how they become UTF-8.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead {

struct EncodingGuess {
    std::string name;        // "utf-8", "utf-16le", "utf-16be", "windows-1258", "windows-1252", "windows-1250"
    bool certain = true;     // a mark, or valid UTF-8 throughout; one-byte encodings are only ever a guess
    std::size_t mark = 0;    // bytes of the byte order mark
};

// Which encoding a one-byte text has: decides between Vietnamese, Western and Central European by how the
// letters above 127 stand beside others.
std::string guess_one_byte(std::string_view sample);

// Reads the whole file once where that is needed (validity of UTF-8 is a property of all of it).
Result<EncodingGuess> guess_encoding(const std::string& path);

// The bytes of a file as UTF-8, a piece at a time. Malformed sequences become U+FFFD and are counted.
class TextSource {
  public:
    static Result<std::unique_ptr<TextSource>> open(const std::string& path, const std::string& encoding);
    virtual ~TextSource() = default;
    // Appends the next piece to `out`; false at the end.
    virtual bool read(std::string& out) = 0;
    virtual void rewind() = 0;
    virtual std::uint64_t position() const = 0;  // bytes of the file consumed
    virtual std::uint64_t size() const = 0;
    virtual std::int64_t malformed() const = 0;
};

}  // namespace fairlead
