// Encodings of text files, by ICU's converters.
#include "base/encoding.h"

#include <sys/stat.h>
#include <unicode/ucnv.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/text.h"

namespace fairlead {
namespace {

constexpr std::size_t piece_bytes = 128 * 1024;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Result<File> open_file(const std::string& path) {
    File file(std::fopen(path.c_str(), "rb"));
    if (!file)
        return refuse(Why::not_found, "file_unreadable", "The file " + path + " cannot be opened: " +
                      std::strerror(errno) + ". Check its name and its permissions", {}, {{"path", path}});
    return file;
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }
unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }
bool ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A vowel as Windows-1258 writes it before a tone mark: plain, with circumflex, breve or horn.
bool vowel_1258(char c) {
    constexpr std::string_view plain = "aeiouyAEIOUY";
    if (plain.find(c) != std::string_view::npos) return true;
    constexpr std::array<unsigned char, 12> marked{0xE2, 0xEA, 0xF4, 0xE3, 0xF5, 0xFD, 0xC2, 0xCA, 0xD4, 0xC3, 0xD5, 0xDD};
    for (unsigned char m : marked)
        if (byte_of(c) == m) return true;
    return false;
}
bool tone_1258(char c) {
    const unsigned char b = byte_of(c);
    return b == 0xCC || b == 0xD2 || b == 0xDE || b == 0xEC || b == 0xF2;
}
// Letters of Central European languages where Windows-1252 has signs that never stand inside a word.
bool letter_only_in_1250(char c) {
    const unsigned char b = byte_of(c);
    return b == 0xB3 || b == 0xB9 || b == 0xBF || b == 0x9F || b == 0xA3 || b == 0xA5 || b == 0xAF || b == 0xBE || b == 0xBC;
}

// Whether `pending` bytes and the next piece are valid; keeps an unfinished sequence in `carry`.
class Utf8Check {
  public:
    bool feed(std::string_view piece) {
        std::size_t i = 0;
        while (i < piece.size()) {
            if (need_ == 0) {
                // Eight ASCII bytes at a time.
                while (i + 8 <= piece.size()) {
                    std::uint64_t word;
                    std::memcpy(&word, piece.data() + i, 8);
                    if (word & 0x8080808080808080ULL) break;
                    i += 8;
                }
                if (i == piece.size()) break;
            }
            if (!step(byte_of(piece[i++]))) return false;
        }
        return true;
    }
    bool complete() const { return need_ == 0; }

  private:
    bool step(unsigned char b) {
        if (need_ == 0) {
            low_ = 0x80, high_ = 0xBF;
            if (b < 0x80) return true;
            if (b >= 0xC2 && b <= 0xDF) need_ = 1;
            else if (b >= 0xE0 && b <= 0xEF) {
                need_ = 2;
                if (b == 0xE0) low_ = 0xA0;
                if (b == 0xED) high_ = 0x9F;
            } else if (b >= 0xF0 && b <= 0xF4) {
                need_ = 3;
                if (b == 0xF0) low_ = 0x90;
                if (b == 0xF4) high_ = 0x8F;
            } else return false;
            return true;
        }
        if (b < low_ || b > high_) return false;
        low_ = 0x80, high_ = 0xBF;
        --need_;
        return true;
    }
    int need_ = 0;
    unsigned char low_ = 0x80, high_ = 0xBF;
};

class Utf8Source final : public TextSource {
  public:
    Utf8Source(File file, std::uint64_t size) : file_(std::move(file)), size_(size) { rewind(); }
    bool read(std::string& out) override {
        const std::size_t before = out.size();
        out.resize(before + piece_bytes);
        const std::size_t got = std::fread(out.data() + before, 1, piece_bytes, file_.get());
        out.resize(before + got);
        position_ += got;
        return got != 0;
    }
    void rewind() override {
        std::rewind(file_.get());
        std::array<char, 3> mark{};
        position_ = 0;
        if (std::fread(mark.data(), 1, 3, file_.get()) == 3 && std::memcmp(mark.data(), "\xEF\xBB\xBF", 3) == 0) position_ = 3;
        else std::rewind(file_.get());
    }
    std::uint64_t position() const override { return position_; }
    std::uint64_t size() const override { return size_; }
    std::int64_t malformed() const override { return 0; }

  private:
    File file_;
    std::uint64_t size_, position_ = 0;
};

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

class IcuSource final : public TextSource {
  public:
    IcuSource(File file, std::uint64_t size, Converter from, Converter to, std::size_t mark)
        : file_(std::move(file)), from_(std::move(from)), to_(std::move(to)), size_(size), mark_(mark) {
        rewind();
    }
    bool read(std::string& out) override {
        if (finished_) return false;
        std::array<char, piece_bytes / 4> raw;
        const std::size_t got = std::fread(raw.data(), 1, raw.size(), file_.get());
        position_ += got;
        const bool last = got < raw.size();
        const char* source = raw.data();
        const char* source_end = raw.data() + got;
        std::array<char, piece_bytes> encoded;
        UErrorCode error = U_BUFFER_OVERFLOW_ERROR;
        while (error == U_BUFFER_OVERFLOW_ERROR) {
            error = U_ZERO_ERROR;
            char* target = encoded.data();
            ucnv_convertEx(to_.get(), from_.get(), &target, encoded.data() + encoded.size(), &source, source_end,
                           pivot_.data(), &pivot_source_, &pivot_target_, pivot_.data() + pivot_.size(), false, last, &error);
            count_malformed(encoded.data(), target);
            out.append(encoded.data(), static_cast<std::size_t>(target - encoded.data()));
        }
        if (last) finished_ = true;
        return true;
    }
    void rewind() override {
        std::fseek(file_.get(), static_cast<long>(mark_), SEEK_SET);
        ucnv_reset(from_.get());
        ucnv_reset(to_.get());
        pivot_source_ = pivot_target_ = pivot_.data();
        position_ = mark_;
        finished_ = false;
        malformed_ = 0;
    }
    std::uint64_t position() const override { return position_; }
    std::uint64_t size() const override { return size_; }
    std::int64_t malformed() const override { return malformed_; }

  private:
    void count_malformed(const char* begin, const char* end) {
        std::string_view text(begin, static_cast<std::size_t>(end - begin));
        for (std::size_t at = text.find("\xEF\xBF\xBD"); at != std::string_view::npos; at = text.find("\xEF\xBF\xBD", at + 3)) ++malformed_;
    }
    File file_;
    Converter from_, to_;
    std::uint64_t size_, position_ = 0;
    std::size_t mark_;
    bool finished_ = false;
    std::int64_t malformed_ = 0;
    std::array<UChar, 16 * 1024> pivot_{};
    UChar* pivot_source_ = nullptr;
    UChar* pivot_target_ = nullptr;
};

std::uint64_t size_of(std::FILE* file) {
    struct stat info {};
    return fstat(fileno(file), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

}  // namespace

std::string guess_one_byte(std::string_view sample) {
    int tones = 0, tones_on_vowels = 0, inside_word_1250 = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const char c = sample[i];
        if (!is_high(c)) continue;
        const char before = i > 0 ? sample[i - 1] : ' ';
        const char after = i + 1 < sample.size() ? sample[i + 1] : ' ';
        if (tone_1258(c)) {
            ++tones;
            if (vowel_1258(before)) ++tones_on_vowels;
        }
        if (letter_only_in_1250(c) && (ascii_letter(before) || ascii_letter(after))) ++inside_word_1250;
    }
    if (tones > 0 && tones_on_vowels * 5 >= tones * 4) return "windows-1258";
    if (inside_word_1250 > 0) return "windows-1250";
    return "windows-1252";
}

Result<EncodingGuess> guess_encoding(const std::string& path) {
    FAIRLEAD_ASSIGN(File file, open_file(path));
    std::vector<char> piece(piece_bytes);
    std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get());
    const std::string_view head(piece.data(), got);
    if (head.substr(0, 3) == "\xEF\xBB\xBF") return EncodingGuess{"utf-8", true, 3};
    if (head.substr(0, 2) == "\xFF\xFE") return EncodingGuess{"utf-16le", true, 2};
    if (head.substr(0, 2) == "\xFE\xFF") return EncodingGuess{"utf-16be", true, 2};
    std::size_t zeros_even = 0, zeros_odd = 0;
    const std::size_t looked = std::min<std::size_t>(got, 4096);
    for (std::size_t i = 0; i < looked; ++i)
        if (head[i] == 0) (i % 2 == 0 ? zeros_even : zeros_odd) += 1;
    if (looked >= 4 && zeros_odd * 4 > looked && zeros_even * 20 < looked) return EncodingGuess{"utf-16le", false, 0};
    if (looked >= 4 && zeros_even * 4 > looked && zeros_odd * 20 < looked) return EncodingGuess{"utf-16be", false, 0};

    std::string sample(head);
    Utf8Check check;
    bool valid = true;
    while (got != 0 && valid) {
        valid = check.feed({piece.data(), got});
        if (!valid) break;
        got = std::fread(piece.data(), 1, piece.size(), file.get());
    }
    if (valid && check.complete()) return EncodingGuess{"utf-8", true, 0};
    if (!valid) sample.append(piece.data(), got);  // the piece with the bytes that are no UTF-8
    return EncodingGuess{guess_one_byte(sample), false, 0};
}

Result<std::unique_ptr<TextSource>> TextSource::open(const std::string& path, const std::string& encoding) {
    FAIRLEAD_ASSIGN(File file, open_file(path));
    const std::uint64_t size = size_of(file.get());
    if (encoding == "utf-8" || encoding == "utf8") return std::unique_ptr<TextSource>(new Utf8Source(std::move(file), size));
    UErrorCode error = U_ZERO_ERROR;
    Converter from(ucnv_open(encoding.c_str(), &error));
    Converter to(ucnv_open("UTF-8", &error));
    if (U_FAILURE(error) || !from || !to)
        return refuse(Why::bad_request, "unknown_encoding", "The encoding " + encoding +
                      " is not known. Choose utf-8, utf-16le, utf-16be, windows-1258, windows-1252 or windows-1250",
                      "encoding", {{"encoding", encoding}});
    std::array<char, 2> mark{};
    std::size_t skip = 0;
    if (starts_with_nocase(encoding, "utf-16") && std::fread(mark.data(), 1, 2, file.get()) == 2 &&
        ((mark[0] == '\xFF' && mark[1] == '\xFE') || (mark[0] == '\xFE' && mark[1] == '\xFF')))
        skip = 2;
    return std::unique_ptr<TextSource>(new IcuSource(std::move(file), size, std::move(from), std::move(to), skip));
}

}  // namespace fairlead
