// Which records hold which words, in memory, over folded text: each different word of a table once, with the records that
// hold it, and by its threes of letters, by how it begins. Codes and numbers, of which nearly every record has its own,
// are not kept as words: their threes lead to the records at once. They give candidates; the text itself decides.
//
// A word of three letters or more matches anywhere in a word of the record; one of one or two letters only where
// a word begins. Digits also match inside the digits of a phone field, whatever stands between them there.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/columns/row_set.h"

namespace fairlead::store::columns {

class Table;
struct Column;

// A search as typed, made ready once.
struct Words {
    std::string typed;                    // case-folded, accents kept
    std::vector<std::string> folded;      // the words without accents
    std::vector<std::string> accented;    // the same words as typed, case-folded
    std::string digits;                   // of a search that can only be a phone number: its significant digits
    bool has_accents = false;
    bool empty() const { return folded.empty(); }
    static Words of(std::string_view text);
};

class SearchIndex {
  public:
    // Indexes `most` rows more of the first `rows`; false when there are none left. Of a small table nothing is made
    // until `finish_build`, after which rows that changed meanwhile are brought up to date.
    bool build_some(const Table& table, std::uint32_t rows, std::uint32_t most);
    void finish_build(const Table& table);
    // The row's searched text is new, changed or gone.
    void update(const Table& table, std::uint32_t row);

    // Rows that may match (a superset); nothing when every row may and must be looked at.
    std::optional<std::vector<std::uint32_t>> candidates(const Words& words) const;

    // The same rows one by one, those that were indexed last (the newest and the lately changed) first, read only as
    // far as they are asked for: a frequent word costs no more than a rare one. With `title_begins`, those alone
    // whose title may begin with the first word. Nothing where `candidates` has to be asked: phone numbers, and when
    // every row must be looked at.
    class Newest;
    std::optional<Newest> newest(const Words& words, bool title_begins) const;

    // Text columns that are searched.
    static std::vector<const Column*> searched(const Table& table);
    std::size_t bytes() const;

  private:
    // Ascending numbers, read from the greatest down: steps of seven bits a byte, the lowest first, in chunks of a pool
    // that are each linked to the one before. Many chains are short, so that a vector each would be mostly overhead.
    struct Chain {
        std::uint32_t last = 0;   // greatest number, plus one; 0: none
        std::uint32_t chunk = 0;  // the newest, 0: no more than one number
        std::uint32_t count = 0;
    };
    struct Backward;
    class Pool {
      public:
        void append(Chain& chain, std::uint32_t number);  // not below the last; a repeated one is left out
        std::size_t bytes() const { return slabs_.size() * slab; }

      private:
        friend struct SearchIndex::Backward;
        struct Chunk {  // its bytes follow it
            std::uint32_t before;
            std::uint16_t used, room;
        };
        static constexpr std::size_t unit = 8, slab = std::size_t{1} << 18;
        std::uint32_t make(std::uint32_t before, std::size_t room);
        std::uint8_t* at(std::uint32_t place) { return slabs_[place / (slab / unit)].get() + place % (slab / unit) * unit; }
        const std::uint8_t* at(std::uint32_t place) const { return const_cast<Pool*>(this)->at(place); }
        std::vector<std::unique_ptr<std::uint8_t[]>> slabs_;
        std::size_t end_ = slab;  // of what is used of the last slab; the first place is never given out, so that 0 means none
    };
    struct Backward {
        const Pool* pool;
        const std::uint8_t* bytes = nullptr;
        std::uint32_t at = 0, chunk = 0;
        std::uint32_t number;  // plus one; 0 after the last
        Backward(const Pool& from, const Chain& chain);
        void step();

      private:
        void enter(std::uint32_t place);
    };
    // The documents that are in all of some chains, from the newest down.
    class Common {
      public:
        explicit Common(std::vector<Backward> chains) : chains_(std::move(chains)) { step_to(UINT32_MAX); }
        std::uint32_t number() const { return chains_.front().number; }
        void step_to(std::uint32_t most);  // to the greatest number that is not above

      private:
        std::vector<Backward> chains_;  // at least one
    };
    // The documents that are in any of several.
    class Union {
      public:
        explicit Union(std::vector<Common> parts);
        std::uint32_t number() const { return order_.empty() ? 0 : order_.front().number; }
        void step_to(std::uint32_t most);

      private:
        struct Place {
            std::uint32_t number, part;
        };
        void sink(std::size_t place);
        std::vector<Common> parts_;
        std::vector<Place> order_;  // a heap of those that have not ended, the greatest number first
    };

    void add(const Table& table, const std::vector<const Column*>& columns, std::uint32_t row);
    std::uint32_t word_of(std::string_view text);
    std::string_view text_of(std::uint32_t word) const;
    void grow_words();
    // The different words in which a part of a query's word may stand.
    std::vector<std::uint32_t> words_with(std::string_view part) const;
    // The documents in which it may stand: in a word, or in a code.
    std::vector<Common> documents_with(std::string_view part) const;
    void append_code(std::string_view code, std::uint32_t document, bool begins);
    // Parts of a query's word that can be looked up: one of its own may hold marks.
    static std::vector<std::string_view> parts_of(std::string_view word);
    std::uint32_t row_of(std::uint32_t document) const { return document < identical_ ? document : rows_[document - identical_]; }
    bool stands(std::uint32_t document) const { return !(void_[document / 64] >> (document % 64) & 1); }
    void forget(std::uint32_t row);

    bool built_ = false, building_ = false;
    std::vector<std::uint32_t> changed_meanwhile_;  // rows that were indexed and have changed while others were still to come
    std::string folded_, room_;  // keep their memory from record to record
    Pool pool_;
    std::vector<char> letters_;              // the words one after another, each after its length
    std::vector<std::uint32_t> places_;      // of each word in them
    std::vector<Chain> documents_of_;        // of each word
    std::vector<std::uint32_t> word_table_;  // open addressing: word + 1
    std::vector<Chain> words_by_;            // words by three letters, the first two, the first
    std::vector<Chain> codes_by_;            // documents by the same of their codes
    std::vector<Chain> titles_by_;           // documents by how the title begins

    // Documents are numbered in the order of indexing, so that chains only grow; a changed row becomes a new document and
    // its old one is void. Those made at first have the numbers of their rows.
    std::uint32_t documents_ = 0, identical_ = 0;
    std::vector<std::uint32_t> rows_;                               // of the later documents
    std::vector<std::uint64_t> void_;                               // by document
    std::unordered_map<std::uint32_t, std::uint32_t> document_of_;  // of rows with a later document
};

class SearchIndex::Newest {
  public:
    std::optional<std::uint32_t> next();
    // Of those to come, rows above `row` are not wanted: they are passed over where documents stand in the order of rows.
    void pass_to(std::optional<std::uint32_t> row);

  private:
    friend class SearchIndex;
    explicit Newest(const SearchIndex& index) : index_(index) {}
    const SearchIndex& index_;
    std::uint32_t last_ = UINT32_MAX;  // the document that was given last
    std::vector<Union> all_;  // a document must be in each of them
};

// Does `text` hold the folded word, by the rule above? Gives where.
enum class Match : std::uint8_t { none, inside, word_start, text_start };
Match match_word(std::string_view folded_text, std::string_view word);
std::string digits_of(std::string_view text);

}  // namespace fairlead::store::columns
