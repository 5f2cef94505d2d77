// Texts of a column: a dictionary with packed codes while few different ones occur, else each text in an arena.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/columns/bulk.h"
#include "store/columns/packed.h"

namespace fairlead::store::columns {

// Code from 1 for every text seen; codes are never taken back.
class Dictionary {
  public:
    std::uint32_t code_of(std::string_view text);              // adds
    std::uint32_t find(std::string_view text) const;           // 0 when it has none
    const std::string& text(std::uint32_t code) const { return texts_[code - 1]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
    std::size_t bytes() const { return bytes_; }

  private:
    std::deque<std::string> texts_;  // stays in place, so that the map's keys do
    std::unordered_map<std::string_view, std::uint32_t> codes_;
    std::size_t bytes_ = 0;
};

class Arena {
  public:
    bool set(std::uint32_t row, std::optional<std::string_view> text);  // true when it changed
    std::optional<std::string_view> get(std::uint32_t row) const;      // valid until the next set
    std::size_t bytes() const;
    // The rows of `one`, of which there is a chunk at most, as rows from `first` on: a chunk that has had no text yet.
    void place(std::uint32_t first, Arena&& one);
    void reserve(std::uint32_t rows, std::size_t letters);  // of a chunk that begins

  private:
    struct Chunk {
        std::vector<std::uint32_t> places;  // 0: empty; else where the text's length begins
        std::vector<char> bytes;
        std::size_t garbage = 0;
    };
    static std::string_view at(const Chunk& chunk, std::uint32_t place);
    static std::uint32_t append(Chunk& chunk, std::string_view text);
    static void compact(Chunk& chunk);
    std::vector<Chunk> chunks_;
};

class Texts {
  public:
    // A choice stays coded however many words there are; its declared words come first, in their order.
    void keep_coded() { always_coded_ = true; }
    Dictionary& dictionary() { return dictionary_; }

    bool set(std::uint32_t row, std::optional<std::string_view> text);
    // Rows that have had no text yet, from `first` on; `arena` holds the same texts where a chunk begins with them, and
    // is taken when they do not go into the dictionary.
    void fill(std::uint32_t first, std::uint32_t count, const TextRun& run, std::optional<Arena> arena);
    // Whether an arena made beforehand may be wanted.
    bool may_be_in_arena() const { return !always_coded_ && (!coded_ || dictionary_.size() + 1 >= dictionary_least); }
    std::optional<std::string_view> get(std::uint32_t row) const {
        if (!coded_) return arena_.get(row);
        const std::uint32_t code = codes_.code(row);
        return code ? std::optional<std::string_view>(dictionary_.text(code)) : std::nullopt;
    }
    bool coded() const { return coded_; }
    const Packed& codes() const { return codes_; }
    const Dictionary& dictionary() const { return dictionary_; }
    std::size_t bytes() const { return codes_.bytes() + dictionary_.bytes() + arena_.bytes(); }

  private:
    void leave_the_dictionary();
    // Different texts up to which a dictionary is kept, and the share of the rows that may have one of their own after that.
    static constexpr std::uint32_t dictionary_least = 4096, rows_a_text = 8;
    bool outgrown(std::uint32_t rows) const { return !always_coded_ && dictionary_.size() >= dictionary_least && dictionary_.size() > rows / rows_a_text; }

    bool coded_ = true, always_coded_ = false;
    std::uint32_t rows_ = 0;  // one more than the greatest row set
    Packed codes_ = Packed::codes();
    Dictionary dictionary_;
    Arena arena_;
};

}  // namespace fairlead::store::columns
