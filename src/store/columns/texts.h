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
#include "store/columns/symbols.h"

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

// Each row's text. A chunk that has filled up can be tightened: its texts then stand there as symbols.
class Arena {
  public:
    struct Chunk {
        std::vector<std::uint32_t> places;  // 0: empty; else where the text's length begins
        std::vector<char> bytes;
        std::size_t garbage = 0;
        std::uint32_t changes = 0;
        std::shared_ptr<const Symbols> symbols;  // null: letters as they are
        bool tried = false;                      // tightened, or not worth it
    };

    bool set(std::uint32_t row, std::optional<std::string_view> text);  // true when it changed
    bool has(std::uint32_t row) const;
    // Valid until the next set, and as long as `room` is not used otherwise.
    std::optional<std::string_view> get(std::uint32_t row, std::string& room) const;
    std::size_t bytes() const;
    // The rows of `one`, of which there is a chunk at most, as rows from `first` on: a chunk that has had no text yet.
    void place(std::uint32_t first, Arena&& one);
    void reserve(std::uint32_t rows, std::size_t letters);  // of a chunk that begins

    // The number of a chunk, from `number` on, that may be tightened.
    std::optional<std::size_t> loose(std::size_t number) const;
    const Chunk& chunk(std::size_t number) const { return chunks_[number]; }
    static Chunk tightened(Chunk chunk);
    // Nothing happens when the chunk has changed since it was copied.
    void put_back(std::size_t number, Chunk&& chunk);

  private:
    static std::string_view at(const Chunk& chunk, std::uint32_t place);  // as it stands
    static std::string_view text_at(const Chunk& chunk, std::uint32_t place, std::string& room);
    static std::uint32_t append(Chunk& chunk, std::string_view standing);
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
    // As Arena::get.
    std::optional<std::string_view> get(std::uint32_t row, std::string& room) const { return coded_ ? coded_text(row) : arena_.get(row, room); }
    std::optional<std::string_view> coded_text(std::uint32_t row) const {  // only of a column that is coded
        const std::uint32_t code = codes_.code(row);
        return code ? std::optional<std::string_view>(dictionary_.text(code)) : std::nullopt;
    }
    bool has(std::uint32_t row) const { return coded_ ? codes_.code(row) != 0 : arena_.has(row); }
    Arena& arena() { return arena_; }
    const Arena& arena() const { return arena_; }
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
