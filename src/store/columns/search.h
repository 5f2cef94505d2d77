// Finding records by words, and how well each fits.
#pragma once
#include "store/columns/order.h"
#include "store/columns/search_index.h"
#include "store/columns/state.h"

namespace fairlead::store::columns {

// The searched text columns of a table that the viewer may read, the title first.
std::vector<const Column*> readable_texts(const Viewer& viewer, const Table& table);

// How well a record's texts fit the words. Smaller is better. First the accents: as typed (0); plain where accents were
// typed, or accents where none were (6); other accents than those typed (12). To that is added where: the title begins
// with the words (0), a word of the title does (1), inside the title (2), in another field (3), spread over fields (4).
class Fit {
  public:
    static constexpr int none = 99;
    Fit(std::vector<const Column*> columns, const Table& table, Words words)
        : columns_(std::move(columns)), title_slot_(table.entity().title_slot), words_(std::move(words)) {}
    const std::vector<const Column*>& columns() const { return columns_; }
    bool has_title() const { return !columns_.empty() && columns_.front()->field->slot == title_slot_; }

    bool holds(std::uint32_t row) const;  // every word occurs in one of the texts
    // `none` where it does not hold; `where` becomes the field, null where the words are spread over several.
    int rank(std::uint32_t row, const Column** where = nullptr) const;
    static bool title_begins(int rank) { return rank % 6 == 0; }

  private:
    int accents_of(std::string text) const;

    std::vector<const Column*> columns_;  // the title first
    int title_slot_;
    Words words_;
};

// Rows in which all words occur in texts the viewer may read, whatever their state.
AnswerPointer found(Asking& asking, const Table& table, const Words& words);

// Best first, then newest. Of very many matches only the newest are ranked among themselves; search over everything
// finds those whose title begins with the words before them.
inline constexpr std::size_t ranked_most = 5000;
inline constexpr std::size_t looked_at_most = 250;  // of a table, in a search over everything
SortKeyPointer rank_key(Asking& asking, const Table& table, const Words& words, const RowSet& rows);

// Adds the best of a table within the viewer's reach.
void search_table(Asking& asking, const Table& table, const Words& words, std::size_t limit, std::vector<Columns::Hit>& hits);

}  // namespace fairlead::store::columns
