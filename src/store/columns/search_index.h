// Which records hold which words: postings of three letters within a word, of the first two and the first letter of
// a word, and of how the title begins, over folded text, in memory. They give candidates; the text itself decides.
//
// A word of three letters or more matches anywhere in a word of the record; one of one or two letters only where
// a word begins. Digits also match inside the digits of a phone field, whatever stands between them there.
#pragma once
#include <cstdint>
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
    // Indexes `most` rows from `row` on and moves it; false when there are none left. Rows that change meanwhile
    // are indexed by `update`.
    bool build_some(const Table& table, std::uint32_t& row, std::uint32_t most);
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
    struct List {
        std::vector<std::uint8_t> bytes;  // steps from document to document, seven bits a byte, the lowest first
        std::uint32_t last = 0;           // newest document, plus one
        std::uint32_t count = 0;
    };
    // A list read from its end.
    struct Backward {
        const List* list;
        std::size_t at;
        std::uint32_t document;  // plus one; 0 after the last
        explicit Backward(const List& from) : list(&from), at(from.bytes.size()), document(from.last) {}
        void step();
    };
    void add(const Table& table, std::uint32_t row);
    void append(std::uint32_t key, std::uint32_t document);
    std::vector<std::uint32_t> read(const List& list) const;
    std::vector<std::uint32_t> documents_of_word(const std::string& word) const;
    // The lists of a word, rarest first; none when it is not indexed.
    std::vector<const List*> lists_of_word(const std::string& word) const;
    std::vector<std::uint32_t> rows_of(const std::vector<std::uint32_t>& documents) const;

    bool built_ = false;
    std::vector<List> lists_;
    // Documents are numbered in the order of indexing, so that postings only grow; a changed row becomes a new
    // document and its old one is void.
    std::uint32_t documents_ = 0;
    std::vector<std::uint32_t> rows_;                             // document -> row
    std::vector<std::uint32_t> newest_;                           // row -> its document, plus one
};

class SearchIndex::Newest {
  public:
    std::optional<std::uint32_t> next();

  private:
    friend class SearchIndex;
    explicit Newest(const SearchIndex& index) : index_(index) {}
    const SearchIndex& index_;
    std::vector<Backward> lists_;  // a document must be in all of them
};

// Does `text` hold the folded word, by the rule above? Gives where.
enum class Match : std::uint8_t { none, inside, word_start, text_start };
Match match_word(std::string_view folded_text, std::string_view word);
std::string digits_of(std::string_view text);

}  // namespace fairlead::store::columns
