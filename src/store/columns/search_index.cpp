// Postings: delta-coded documents per three letters, appended as records come.
#include "store/columns/search_index.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "store/columns/table.h"

namespace fairlead::store::columns {
namespace {

constexpr std::uint32_t classes = 40;  // 0 ends a word; a to z; 0 to 9; three for every other byte
constexpr std::uint32_t triples = classes * classes * classes;
constexpr std::uint32_t indexed_from = 8192;  // rows
// After the threes: a word's first two letters, its first letter, and the same of the title.
constexpr std::uint32_t first_two = triples, first_one = first_two + classes * classes;
constexpr std::uint32_t title_two = first_one + classes, title_one = title_two + classes * classes;
constexpr std::uint32_t keys = title_one + classes;

bool is_letter(unsigned char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80; }

std::uint32_t class_of(unsigned char byte) {
    if (byte >= 'a' && byte <= 'z') return 1U + byte - 'a';
    if (byte >= '0' && byte <= '9') return 27U + byte - '0';
    return byte >= 0x80 ? 37U + byte % 3 : 0U;
}

std::uint32_t triple(std::string_view text, std::size_t at) {
    return (class_of(static_cast<unsigned char>(text[at])) * classes + class_of(static_cast<unsigned char>(text[at + 1]))) * classes +
           class_of(static_cast<unsigned char>(text[at + 2]));
}

std::uint32_t one(std::string_view text, std::size_t at) { return class_of(static_cast<unsigned char>(text[at])); }
std::uint32_t two(std::string_view text, std::size_t at) { return one(text, at) * classes + (at + 1 < text.size() ? one(text, at + 1) : 0); }

// Words of a query are cut at blanks only, so a word may hold marks ("o-ring", "a.b"); only letters are indexed.
template <class Each>
void each_triple(std::string_view word, Each each) {
    for (std::size_t at = 0; at + 3 <= word.size(); ++at)
        if (is_letter(static_cast<unsigned char>(word[at])) && is_letter(static_cast<unsigned char>(word[at + 1])) &&
            is_letter(static_cast<unsigned char>(word[at + 2])))
            each(triple(word, at));
}

template <class Each>
void each_beginning(std::string_view text, Each each) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (is_letter(static_cast<unsigned char>(text[at])) && (at == 0 || !is_letter(static_cast<unsigned char>(text[at - 1]))))
            each(at);
}

std::vector<std::uint32_t> common(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    std::vector<std::uint32_t> out;
    out.reserve(std::min(a.size(), b.size()));
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
}

}  // namespace

std::string digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9') digits += c;
    return digits;
}

Words Words::of(std::string_view text) {
    Words words;
    words.typed = std::string(trim(fold_case(text)));
    const std::string all = fold(text);
    for (std::string& word : split(all, ' '))
        if (!word.empty()) words.folded.push_back(std::move(word));
    for (std::string& word : split(words.typed, ' '))
        if (!word.empty()) words.accented.push_back(std::move(word));
    if (words.folded.size() > 32) words.folded.resize(32);  // more words than a search can need
    words.has_accents = std::any_of(words.typed.begin(), words.typed.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) &&
                        words.typed != all;
    if (!all.empty() && all.find_first_not_of("0123456789 +-.()/") == std::string::npos) {
        std::string digits = digits_of(all);
        digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));  // a national 0 stands for the country's code
        if (digits.size() >= 4) words.digits = digits;
    }
    return words;
}

Match match_word(std::string_view text, std::string_view word) {
    Match best = Match::none;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        if (at == 0) return Match::text_start;
        if (!is_letter(static_cast<unsigned char>(text[at - 1]))) return Match::word_start;
        best = Match::inside;
    }
    const bool is_short = word.size() <= 2;
    return is_short ? Match::none : best;
}

std::vector<const Column*> SearchIndex::searched(const Table& table) {
    std::vector<const Column*> columns;
    for (int slot = 0; slot < table.entity().slots; ++slot) {
        const Column* column = table.column(slot);
        if (column && column->held == Held::text && column->field->options.search) columns.push_back(column);
    }
    return columns;
}

void SearchIndex::append(std::uint32_t key, std::uint32_t document) {
    List& list = lists_[key];
    const std::uint32_t next = document + 1;
    if (list.last == next) return;
    std::uint32_t step = next - list.last;
    list.last = next;
    ++list.count;
    std::vector<std::uint8_t>& bytes = list.bytes;
    if (bytes.size() + 5 > bytes.capacity()) bytes.reserve(bytes.capacity() + std::max<std::size_t>(8, bytes.capacity() / 8));
    while (step >= 0x80) {
        bytes.push_back(static_cast<std::uint8_t>(step | 0x80));
        step >>= 7;
    }
    bytes.push_back(static_cast<std::uint8_t>(step));
}

std::vector<std::uint32_t> SearchIndex::read(const List& list) const {
    std::vector<std::uint32_t> documents;
    documents.reserve(list.count);
    std::uint32_t last = 0, step = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : list.bytes) {
        step |= std::uint32_t{byte & 0x7FU} << shift;
        shift += 7;
        if (byte & 0x80) continue;
        last += step;
        documents.push_back(last - 1);
        step = 0;
        shift = 0;
    }
    return documents;
}

void SearchIndex::add(const Table& table, std::uint32_t row) {
    const std::uint32_t document = documents_++;
    rows_.push_back(row);
    if (row >= newest_.size()) newest_.resize(std::max<std::size_t>(table.rows(), row + std::size_t{1}), 0);
    newest_[row] = document + 1;
    for (const Column* column : searched(table)) {
        const auto text = column->texts.get(row);
        if (!text) continue;
        const std::string folded = fold(*text);
        each_triple(folded, [&](std::uint32_t key) { append(key, document); });
        each_beginning(folded, [&](std::size_t at) {
            append(first_two + two(folded, at), document);
            append(first_one + one(folded, at), document);
        });
        if (column->field->slot == table.entity().title_slot && !folded.empty()) {
            append(title_two + two(folded, 0), document);
            append(title_one + one(folded, 0), document);
        }
        if (column->field->options.meaning == model::Meaning::phone)
            each_triple(digits_of(folded), [&](std::uint32_t key) { append(key, document); });
    }
}

bool SearchIndex::build_some(const Table& table, std::uint32_t& row, std::uint32_t most) {
    if (row == 0) {
        if (searched(table).empty() || table.rows() < indexed_from) return false;  // few are looked at one by one
        lists_.assign(keys, {});
        documents_ = 0;
        rows_.clear();
        rows_.reserve(table.rows());
        newest_.assign(table.rows(), 0);
        built_ = true;
    }
    for (; most > 0 && row < table.rows(); --most, ++row)
        if (table.state(row) != RowState::absent && !(row < newest_.size() && newest_[row])) add(table, row);
    return row < table.rows();
}

void SearchIndex::update(const Table& table, std::uint32_t row) {
    if (!built_) {
        if (!table.ready || table.rows() < 2 * indexed_from) return;
        std::uint32_t begin = 0;  // it has outgrown being looked at
        build_some(table, begin, table.rows());
        return;
    }
    if (row < newest_.size()) newest_[row] = 0;
    if (table.state(row) != RowState::absent) add(table, row);
}

std::vector<const SearchIndex::List*> SearchIndex::lists_of_word(const std::string& word) const {
    std::vector<const List*> lists;
    const auto letter = [&](std::size_t at) { return is_letter(static_cast<unsigned char>(word[at])); };
    if (word.size() == 1 && letter(0)) lists.push_back(&lists_[first_one + one(word, 0)]);
    if (word.size() == 2 && letter(0) && letter(1)) lists.push_back(&lists_[first_two + two(word, 0)]);
    each_triple(word, [&](std::uint32_t key) { lists.push_back(&lists_[key]); });
    std::sort(lists.begin(), lists.end(), [](const List* a, const List* b) { return a->count != b->count ? a->count < b->count : a < b; });
    lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
    return lists;
}

std::vector<std::uint32_t> SearchIndex::documents_of_word(const std::string& word) const {
    const std::vector<const List*> lists = lists_of_word(word);
    std::vector<std::uint32_t> out = read(*lists.front());
    // Reading another list pays only while it is not much longer than what is left to look at.
    for (std::size_t i = 1; i < lists.size() && out.size() > 64 && lists[i]->count / 32 < out.size(); ++i) out = common(out, read(*lists[i]));
    return out;
}

std::vector<std::uint32_t> SearchIndex::rows_of(const std::vector<std::uint32_t>& documents) const {
    std::vector<std::uint32_t> out;
    out.reserve(documents.size());
    for (const std::uint32_t document : documents) {
        const std::uint32_t row = rows_[document];
        if (newest_[row] == document + 1) out.push_back(row);
    }
    if (!std::is_sorted(out.begin(), out.end())) std::sort(out.begin(), out.end());
    return out;
}

std::optional<std::vector<std::uint32_t>> SearchIndex::candidates(const Words& words) const {
    if (!built_) return std::nullopt;
    std::optional<std::vector<std::uint32_t>> found;
    for (const std::string& word : words.folded) {
        if (lists_of_word(word).empty()) continue;
        std::vector<std::uint32_t> documents = documents_of_word(word);
        found = found ? common(*found, documents) : std::move(documents);
        if (found->empty()) break;
    }
    if (!found) return std::nullopt;
    if (!words.digits.empty()) {
        std::vector<std::uint32_t> more = documents_of_word(words.digits), merged;
        std::set_union(found->begin(), found->end(), more.begin(), more.end(), std::back_inserter(merged));
        found = std::move(merged);
    }
    return rows_of(*found);
}

void SearchIndex::Backward::step() {
    // The last byte of a step has no mark; those before it have.
    std::uint32_t step = list->bytes[--at];
    while (at > 0 && (list->bytes[at - 1] & 0x80)) step = (step << 7) | (list->bytes[--at] & 0x7FU);
    document -= step;
}

std::optional<SearchIndex::Newest> SearchIndex::newest(const Words& words, bool title_begins) const {
    if (!built_ || !words.digits.empty()) return std::nullopt;
    Newest newest(*this);
    std::vector<const List*> lists;
    constexpr std::size_t a_word = 3;  // more lists of one word exclude little that the text would not
    for (const std::string& word : words.folded) {
        std::vector<const List*> some = lists_of_word(word);
        lists.insert(lists.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(std::min(a_word, some.size())));
    }
    if (lists.empty()) return std::nullopt;
    if (title_begins) {
        const std::string& word = words.folded.front();
        lists.push_back(&lists_[word.size() == 1 ? title_one + one(word, 0) : title_two + two(word, 0)]);
    }
    std::sort(lists.begin(), lists.end(), [](const List* a, const List* b) { return a->count != b->count ? a->count < b->count : a < b; });
    lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
    for (const List* list : lists) newest.lists_.emplace_back(*list);
    return newest;
}

std::optional<std::uint32_t> SearchIndex::Newest::next() {
    for (;;) {
        const std::uint32_t document = lists_.front().document;
        if (document == 0) return std::nullopt;
        std::uint32_t lowest = document;
        for (std::size_t i = 1; i < lists_.size(); ++i) {
            while (lists_[i].document > lowest) lists_[i].step();
            lowest = lists_[i].document;
            if (lowest == 0) return std::nullopt;
        }
        if (lowest < document) {
            while (lists_.front().document > lowest) lists_.front().step();
            continue;
        }
        lists_.front().step();
        const std::uint32_t row = index_.rows_[document - 1];
        if (index_.newest_[row] == document) return row;  // else it has changed since, and stands further up
    }
}

std::size_t SearchIndex::bytes() const {
    std::size_t sum = lists_.capacity() * sizeof(List) + rows_.capacity() * 4 + newest_.capacity() * 4;
    for (const List& list : lists_) sum += list.bytes.capacity();
    return sum;
}

}  // namespace fairlead::store::columns
