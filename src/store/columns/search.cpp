// Matching and ranking.
#include "store/columns/search.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace fairlead::store::columns {
namespace {

// Rows of a sorted list, as a condition.
class ListedRows final : public Predicate {
  public:
    explicit ListedRows(std::vector<std::uint32_t> rows) : rows_(std::move(rows)) {}
    void run(Block block, const std::uint64_t*, std::uint64_t* bits) const override {
        std::fill_n(bits, block.words(), 0);
        for (auto row = std::lower_bound(rows_.begin(), rows_.end(), block.first); row != rows_.end() && *row < block.first + block.count; ++row) {
            const std::uint32_t place = *row - block.first;
            bits[place / 64] |= std::uint64_t{1} << (place % 64);
        }
    }
    double cost() const override { return 0.1; }

  private:
    std::vector<std::uint32_t> rows_;
};

bool digits_match(const Column& column, std::string_view text, const Words& words) {
    return !words.digits.empty() && column.field->options.meaning == model::Meaning::phone &&
           digits_of(text).find(words.digits) != std::string::npos;
}

// The tone stands on either vowel of oa, oe and uy: the older way of writing is brought to the newer one.
std::string one_tone_placement(std::string text) {
    static constexpr std::pair<std::string_view, std::string_view> pairs[] = {
        {"òa", "oà"}, {"óa", "oá"}, {"ỏa", "oả"}, {"õa", "oã"}, {"ọa", "oạ"}, {"òe", "oè"}, {"óe", "oé"}, {"ỏe", "oẻ"},
        {"õe", "oẽ"}, {"ọe", "oẹ"}, {"ùy", "uỳ"}, {"úy", "uý"}, {"ủy", "uỷ"}, {"ũy", "uỹ"}, {"ụy", "uỵ"}};
    for (const auto& [older, newer] : pairs)
        for (std::size_t at = text.find(older); at != std::string::npos; at = text.find(older, at + newer.size())) text.replace(at, older.size(), newer);
    return text;
}

constexpr std::uint8_t unranked = 0xFF;

enum Accents { as_typed, plain, others };

class RankKey final : public SortKey {
  public:
    explicit RankKey(std::shared_ptr<const Ranked> ranked) : ranked_(std::move(ranked)) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        const auto& ranks = ranked_->ranks;
        auto at = ranks.begin();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            // Rows mostly come ascending, and those that are not ranked lie below the others.
            if (ranks.empty() || rows[i] < ranks.front().first) {
                keys[i] = Key{100};
                continue;
            }
            if (at == ranks.end() || at->first != rows[i]) at = std::lower_bound(ranks.begin(), ranks.end(), std::pair(rows[i], std::uint8_t{0}));
            keys[i] = at == ranks.end() || at->first != rows[i] ? Key{100} : Key{at->second} + 1;
            if (at != ranks.end()) ++at;
        }
    }
    std::string boundary(std::uint32_t row) const override { return std::string(1, static_cast<char>(key(row))); }
    Key key_of(std::string_view boundary) const override {
        return boundary.empty() ? null_key : Key{static_cast<unsigned char>(boundary.front())};
    }

  private:
    std::shared_ptr<const Ranked> ranked_;
};

}  // namespace

std::vector<const Column*> readable_texts(const Viewer& viewer, const Table& table) {
    std::vector<const Column*> columns;
    for (const Column* column : SearchIndex::searched(table)) {
        if (!may_read(viewer, table.entity(), *column->field)) continue;
        if (column->field->slot == table.entity().title_slot) columns.insert(columns.begin(), column);
        else columns.push_back(column);
    }
    return columns;
}

int Fit::accents_of(std::string text) const {
    Accents worst = as_typed;
    if (words_.has_accents) text = one_tone_placement(std::move(text));
    for (std::size_t i = 0; i < words_.folded.size() && i < words_.accented.size(); ++i) {
        const std::string typed = words_.has_accents ? one_tone_placement(words_.accented[i]) : words_.accented[i];
        if (text.find(typed) != std::string::npos) continue;
        const bool is_plain = !words_.has_accents || text.find(words_.folded[i]) != std::string::npos;
        worst = std::max(worst, is_plain ? plain : others);
    }
    return worst;
}

bool Fit::holds(std::uint32_t row) const {
    thread_local std::string folded, room;  // keep their memory: this runs for every candidate
    std::uint32_t left = words_.folded.size() >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << words_.folded.size()) - 1;
    for (const Column* column : columns_) {
        const auto text = column->texts.get(row, room);
        if (!text) continue;
        if (digits_match(*column, *text, words_)) return true;
        fold_into(folded, *text);
        for (std::size_t i = 0; i < words_.folded.size(); ++i)
            if ((left >> i) & 1 && match_word(folded, words_.folded[i]) != Match::none) left &= ~(std::uint32_t{1} << i);
        if (!left) return true;
    }
    return false;
}

int Fit::rank(std::uint32_t row, const Column** where) const {
    thread_local std::string folded, room;
    std::uint32_t left = words_.folded.size() >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << words_.folded.size()) - 1;
    int best = none;
    for (const Column* column : columns_) {
        const auto text = column->texts.get(row, room);
        if (!text) continue;
        fold_into(folded, *text);
        Match first = Match::none;
        bool every = true;
        for (std::size_t i = 0; i < words_.folded.size(); ++i) {
            const Match one = match_word(folded, words_.folded[i]);
            if (i == 0) first = one;
            if (one == Match::none) every = false;
            else left &= ~(std::uint32_t{1} << i);
        }
        if (!every && digits_match(*column, *text, words_)) every = true;
        if (!every) continue;
        const bool is_title = column->field->slot == title_slot_;
        const int place = !is_title ? 3 : first == Match::text_start ? 0 : first == Match::word_start ? 1 : 2;
        if (place >= best) continue;
        // A text without accents holds words without accents as they were typed.
        const int rank = place + (!words_.has_accents && is_ascii(*text) ? 0 : 6 * accents_of(fold_case(*text)));
        if (rank >= best) continue;
        best = rank;
        if (where) *where = column;
        if (best == 0) return best;
    }
    if (best < none || left) return best;
    if (where) *where = nullptr;
    std::string all;
    for (const Column* column : columns_)
        if (const auto text = column->texts.get(row, room)) all += fold_case(*text) + '\n';
    return 6 * accents_of(all) + 4;
}

AnswerPointer found(Asking& asking, const Table& table, const Words& words) {
    std::string key = "s|" + table.entity().name + "|" + words.typed;
    const std::vector<const Column*> columns = readable_texts(asking.viewer(), table);
    for (const Column* column : columns) key += "|" + column->field->name;
    return asking.answer(key, table, [&table, words, columns](Asking&) {
        Plan plan;
        std::vector<PredicatePointer> parts;
        if (auto listed = table.search->candidates(words)) parts.push_back(std::make_unique<ListedRows>(std::move(*listed)));
        parts.push_back(each_row([fit = Fit(columns, table, words)](std::uint32_t row) { return fit.holds(row); }, 300));
        plan.root = all_of(std::move(parts));
        return plan;
    });
}

void search_table(Asking& asking, const Table& table, const Words& words, std::size_t limit, std::vector<Columns::Hit>& hits) {
    const Fit fit(readable_texts(asking.viewer(), table), table, words);
    if (fit.columns().empty()) return;
    const AnswerPointer seen = asking.visible(table);
    const std::size_t begin = hits.size();
    std::size_t looked_at = 0, good = 0, passed_over = 0;
    std::vector<std::pair<std::uint32_t, int>> ranked;  // of the first walk, in its order: the second meets them again
    std::size_t met = 0;
    // Where few are within reach, looking at those is cheaper than passing over all others.
    const std::size_t pass_over_most = seen ? seen->rows.count() : SIZE_MAX;
    // Takes a row that fits; false when enough have been seen: `limit` of them that none could better but by being
    // newer, and the newest come first.
    const auto look = [&](std::uint32_t row, bool beginning, bool others, int best_possible) {
        if (!sees(seen, row)) return ++passed_over <= pass_over_most;
        if (table.state(row) != RowState::live) return true;
        const bool known = !beginning && met < ranked.size() && ranked[met].first == row;
        const int rank = known ? ranked[met++].second : fit.rank(row);
        if (!others) ranked.emplace_back(row, rank);
        if (rank == Fit::none) return true;
        if (Fit::title_begins(rank) ? beginning : others) {
            hits.push_back({&table.entity(), table.id(row), {}, {}, rank});
            good += rank <= best_possible;
        }
        return ++looked_at < looked_at_most && good < limit;
    };
    // Those of a walk one after the other, from one within reach to the next.
    const auto walk = [&](SearchIndex::Newest rows, bool beginning, bool others, int best_possible) {
        while (const auto row = rows.next()) {
            if (!look(*row, beginning, others, best_possible)) return;
            if (!sees(seen, *row)) rows.pass_to(seen->rows.last_up_to(*row));
        }
    };
    if (auto newest = table.search->newest(words, false)) {
        // Titles that begin with the words come first, however old; then what is new.
        if (fit.has_title()) walk(*table.search->newest(words, true), true, false, 0);
        looked_at = 0;
        if (good < limit && passed_over <= pass_over_most) walk(std::move(*newest), !fit.has_title(), true, fit.has_title() ? 1 : 3);
    } else {
        const auto listed = table.search->candidates(words);
        for (std::size_t i = listed ? listed->size() : table.rows(); i-- > 0;)
            if (!look(listed ? (*listed)[i] : static_cast<std::uint32_t>(i), true, true, 0)) break;
    }
    if (passed_over > pass_over_most) {
        hits.resize(begin);
        std::size_t titles = 0, others = 0;
        seen->rows.down([&](std::uint32_t row) {
            if (table.state(row) != RowState::live) return true;
            const int rank = fit.rank(row);
            if (rank == Fit::none) return true;
            std::size_t& alike = fit.has_title() && Fit::title_begins(rank) ? titles : others;
            if (alike < looked_at_most) hits.push_back({&table.entity(), table.id(row), {}, {}, rank});
            ++alike;
            return titles < looked_at_most || others < looked_at_most;
        });
    }
    const auto best = [](const Columns::Hit& a, const Columns::Hit& b) { return a.rank != b.rank ? a.rank < b.rank : a.id > b.id; };
    std::sort(hits.begin() + static_cast<std::ptrdiff_t>(begin), hits.end(), best);
    if (hits.size() - begin > limit) hits.resize(begin + limit);
    const Column* title = table.column(table.entity().title_slot);
    const bool shows_title = title && may_read(asking.viewer(), table.entity(), *title->field);
    for (std::size_t i = begin; i < hits.size(); ++i) {
        const std::uint32_t row = *table.row_of(hits[i].id);
        if (shows_title) hits[i].title = to_text(value_of(asking.state(), asking.context(), table, *title, row));
        const Column* where = nullptr;
        std::string room;
        fit.rank(row, &where);
        if (where && where != title) hits[i].detail = std::string(where->texts.get(row, room).value_or(""));
    }
}

SortKeyPointer rank_key(Asking& asking, const Table& table, const Words& words, const RowSet& rows) {
    const Fit fit(readable_texts(asking.viewer(), table), table, words);
    auto next = std::make_shared<Ranked>();
    next->stamp = table.stamp();
    for (std::uint32_t chunk = rows.chunks(); chunk-- > 0 && next->ranks.size() < ranked_most;) {
        const auto begin = static_cast<std::ptrdiff_t>(next->ranks.size());
        rows.each_in(chunk, [&](std::uint32_t row) { next->ranks.emplace_back(row, unranked); });
        std::reverse(next->ranks.begin() + begin, next->ranks.end());
    }
    if (next->ranks.size() > ranked_most) next->ranks.resize(ranked_most);
    std::reverse(next->ranks.begin(), next->ranks.end());
    // A rank depends on the row's texts alone: those of rows that have not changed are known from the last time.
    std::string question = table.entity().name + '|' + words.typed + '|' + (asking.visible(table) ? asking.reach_key() : std::string());
    for (const Column* column : fit.columns()) question += '|' + column->field->name;
    const std::shared_ptr<const Ranked> before = asking.state().ranks.find(question);
    std::vector<std::uint32_t> changed;
    if (before && table.changed_since(before->stamp, changed)) {
        std::sort(changed.begin(), changed.end());
        auto old = before->ranks.begin();
        for (auto& [row, rank] : next->ranks) {
            while (old != before->ranks.end() && old->first < row) ++old;
            if (old == before->ranks.end()) break;
            if (old->first == row && !std::binary_search(changed.begin(), changed.end(), row)) rank = old->second;
        }
    }
    for (auto& [row, rank] : next->ranks)
        if (rank == unranked) rank = static_cast<std::uint8_t>(fit.rank(row));
    asking.state().ranks.put(question, next);
    return std::make_unique<RankKey>(std::move(next));
}

}  // namespace fairlead::store::columns
