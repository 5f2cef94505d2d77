// Short texts in fewer bytes, each readable by itself: a table of up to 255 symbols of one to eight bytes each, learned
// from some of the texts, stands for what occurs often. After Boncz, Neumann and Leis, "FSST: Fast Random Access String
// Compression", PVLDB 13 (2020).
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::store::columns {

class Symbols {
  public:
    // From texts of some ten thousand bytes in all; more costs time and gives little.
    static Symbols learn(std::span<const std::string_view> sample);

    // Appends at most twice as many bytes as the text has.
    void encode(std::string_view text, std::vector<char>& coded) const;
    void decode(std::string_view coded, std::string& text) const;  // replaces what `text` held

  private:
    static constexpr unsigned escape = 255;  // the byte after it stands for itself
    struct Symbol {
        std::uint64_t bytes = 0;  // the first lowest
        std::uint8_t length = 0;
    };
    void take(std::vector<Symbol> symbols);
    unsigned match(std::uint64_t word, std::size_t left) const;

    std::vector<Symbol> symbols_;               // by first byte, longer ones first
    std::array<std::uint16_t, 257> begins_{};   // of the symbols with a first byte
};

}  // namespace fairlead::store::columns
