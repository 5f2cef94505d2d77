// Finding records by words, and how well each fits.
#pragma once
#include "store/columns/order.h"
#include "store/columns/search_index.h"
#include "store/columns/state.h"

namespace fairlead::store::columns {

// The searched text columns of a table that the viewer may read, the title first.
std::vector<const Column*> readable_texts(const Viewer& viewer, const Table& table);

bool matches(const std::vector<const Column*>& columns, std::uint32_t row, const Words& words);

// Smaller is better. First the accents: as typed (0); plain where accents were typed, or accents where none were
// (6); other accents than those typed (12). To that is added where: the title begins with the words (0), a word
// of the title does (1), inside the title (2), in another field (3).
int rank_of(const std::vector<const Column*>& columns, int title_slot, std::uint32_t row, const Words& words, const Column** where = nullptr);

// Rows in which all words occur in texts the viewer may read, whatever their state.
AnswerPointer found(Asking& asking, const Table& table, const Words& words);

// Best first, then newest. Of very many matches only the newest are ranked among themselves.
inline constexpr std::size_t ranked_most = 5000;
SortKeyPointer rank_key(Asking& asking, const Table& table, const Words& words, const RowSet& rows);

// Adds the best of a table within the viewer's reach.
void search_table(Asking& asking, const Table& table, const Words& words, std::size_t limit, std::vector<Columns::Hit>& hits);

}  // namespace fairlead::store::columns
