// The words of a table and the documents that hold them, appended as records come.
#include "store/columns/search_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "store/columns/table.h"

namespace fairlead::store::columns {
namespace {

constexpr std::uint32_t classes = 40;  // 0 ends a word; a to z; 0 to 9; three for every other byte
constexpr std::uint32_t triples = classes * classes * classes;
constexpr std::uint32_t indexed_from = 8192;  // rows
// After the threes: the first two letters, the first letter.
constexpr std::uint32_t first_two = triples, first_one = first_two + classes * classes, word_keys = first_one + classes;
constexpr std::uint32_t title_one = classes * classes, title_keys = title_one + classes;

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

// Runs of letters.
template <class Each>
void each_word(std::string_view text, Each each) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_letter(static_cast<unsigned char>(text[end]))) ++end;
        if (end > at) each(text.substr(at, end - at));
        at = end + 1;
    }
}

// A number of an order, a phone, a mail box: words that hardly two records share.
bool is_code(std::string_view word) {
    return word.size() > 24 || std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 4;
}

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

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

// ---- Chains ------------------------------------------------------------------------------------------------

std::uint32_t SearchIndex::Pool::make(std::uint32_t before, std::size_t room) {
    const std::size_t bytes = (sizeof(Chunk) + room + unit - 1) / unit * unit;
    if (end_ + bytes > slab) {
        end_ = slabs_.empty() ? unit : 0;
        slabs_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(slab));
    }
    const auto place = static_cast<std::uint32_t>(((slabs_.size() - 1) * slab + end_) / unit);
    end_ += bytes;
    const Chunk chunk{before, 0, static_cast<std::uint16_t>(bytes - sizeof(Chunk))};
    std::memcpy(at(place), &chunk, sizeof chunk);
    return place;
}

void SearchIndex::Pool::append(Chain& chain, std::uint32_t number) {
    const std::uint32_t next = number + 1;
    if (chain.last == next) return;
    ensure(chain.last < next, "chains only grow");
    std::uint32_t step = next - chain.last;
    const bool is_first = chain.last == 0;
    chain.last = next;
    ++chain.count;
    if (is_first) return;
    std::array<std::uint8_t, 5> bytes;
    std::size_t size = 0;
    for (; step >= 0x80; step >>= 7) bytes[size++] = static_cast<std::uint8_t>(step | 0x80);
    bytes[size++] = static_cast<std::uint8_t>(step);
    Chunk chunk{};
    if (chain.chunk) std::memcpy(&chunk, at(chain.chunk), sizeof chunk);
    if (!chain.chunk || chunk.used + size > chunk.room) {
        // A quarter of what there is: little is left unused at the end of a chain.
        chain.chunk = make(chain.chunk, std::clamp<std::size_t>(chain.count / 4, 8, 4096));
        std::memcpy(&chunk, at(chain.chunk), sizeof chunk);
    }
    std::memcpy(at(chain.chunk) + sizeof chunk + chunk.used, bytes.data(), size);
    chunk.used = static_cast<std::uint16_t>(chunk.used + size);
    std::memcpy(at(chain.chunk), &chunk, sizeof chunk);
}

SearchIndex::Backward::Backward(const Pool& from, const Chain& chain) : pool(&from), number(chain.last) { enter(chain.chunk); }

void SearchIndex::Backward::enter(std::uint32_t place) {
    at = 0;
    chunk = 0;
    if (!place) return;
    Pool::Chunk head;
    bytes = pool->at(place);
    std::memcpy(&head, bytes, sizeof head);
    bytes += sizeof head;
    at = head.used;
    chunk = head.before;
}

void SearchIndex::Backward::step() {
    if (at == 0) enter(chunk);
    if (at == 0) {
        number = 0;
        return;
    }
    // The last byte of a step has no mark; those before it have.
    std::uint32_t step = bytes[--at];
    while (at > 0 && (bytes[at - 1] & 0x80)) step = (step << 7) | (bytes[--at] & 0x7FU);
    number -= step;
}

void SearchIndex::Common::step_to(std::uint32_t most) {
    if (chains_.size() == 1) {
        Backward& chain = chains_.front();
        while (chain.number > most) chain.step();
        return;
    }
    for (std::size_t alike = 0; alike < chains_.size();) {
        alike = 0;
        for (Backward& chain : chains_) {
            while (chain.number > most) chain.step();
            alike += chain.number == most;
            most = chain.number;
        }
        if (most == 0) {
            chains_.front().number = 0;
            return;
        }
    }
}

SearchIndex::Union::Union(std::vector<Common> parts) : parts_(std::move(parts)) {
    for (std::uint32_t part = 0; part < parts_.size(); ++part)
        if (parts_[part].number()) order_.push_back({parts_[part].number(), part});
    for (std::size_t place = order_.size() / 2; place-- > 0;) sink(place);
}

void SearchIndex::Union::sink(std::size_t place) {
    const Place sunk = order_[place];
    for (;;) {
        std::size_t below = 2 * place + 1;
        if (below >= order_.size()) break;
        if (below + 1 < order_.size() && order_[below + 1].number > order_[below].number) ++below;
        if (order_[below].number <= sunk.number) break;
        order_[place] = order_[below];
        place = below;
    }
    order_[place] = sunk;
}

void SearchIndex::Union::step_to(std::uint32_t most) {
    while (!order_.empty() && order_.front().number > most) {
        Common& first = parts_[order_.front().part];
        first.step_to(most);
        order_.front().number = first.number();
        if (first.number() == 0) {
            order_.front() = order_.back();
            order_.pop_back();
            if (order_.empty()) return;
        }
        sink(0);
    }
}

// ---- Words -------------------------------------------------------------------------------------------------

std::string_view SearchIndex::text_of(std::uint32_t word) const {
    std::size_t at = places_[word], length = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(letters_[at++]);
        length |= std::size_t{byte & 0x7FU} << shift;
        if (!(byte & 0x80)) break;
    }
    return {letters_.data() + at, length};
}

void SearchIndex::grow_words() {
    word_table_.assign(std::max<std::size_t>(1024, word_table_.size() * 2), 0);
    const std::size_t mask = word_table_.size() - 1;
    for (std::uint32_t word = 0; word < places_.size(); ++word) {
        std::size_t place = hash_of(text_of(word)) & mask;
        while (word_table_[place]) place = (place + 1) & mask;
        word_table_[place] = word + 1;
    }
}

std::uint32_t SearchIndex::word_of(std::string_view text) {
    if ((places_.size() + 1) * 4 > word_table_.size() * 3) grow_words();
    const std::size_t mask = word_table_.size() - 1;
    std::size_t place = hash_of(text) & mask;
    for (; word_table_[place]; place = (place + 1) & mask)
        if (text_of(word_table_[place] - 1) == text) return word_table_[place] - 1;
    const auto word = static_cast<std::uint32_t>(places_.size());
    word_table_[place] = word + 1;
    places_.push_back(static_cast<std::uint32_t>(letters_.size()));
    documents_of_.emplace_back();
    for (std::size_t length = text.size();; length >>= 7) {
        letters_.push_back(static_cast<char>(length >= 0x80 ? (length & 0x7F) | 0x80 : length));
        if (length < 0x80) break;
    }
    letters_.insert(letters_.end(), text.begin(), text.end());
    for (std::size_t at = 0; at + 3 <= text.size(); ++at) pool_.append(words_by_[triple(text, at)], word);
    pool_.append(words_by_[first_two + two(text, 0)], word);
    pool_.append(words_by_[first_one + one(text, 0)], word);
    return word;
}

std::vector<std::uint32_t> SearchIndex::words_with(std::string_view part) const {
    const Chain* rarest = nullptr;
    if (part.size() == 1) rarest = &words_by_[first_one + one(part, 0)];
    if (part.size() == 2) rarest = &words_by_[first_two + two(part, 0)];
    for (std::size_t at = 0; at + 3 <= part.size(); ++at) {
        const Chain& chain = words_by_[triple(part, at)];
        if (!rarest || chain.count < rarest->count) rarest = &chain;
    }
    std::vector<std::uint32_t> words;
    for (Backward word(pool_, *rarest); word.number; word.step()) {
        const std::string_view text = text_of(word.number - 1);
        if (part.size() < 3 ? text.starts_with(part) : text.find(part) != std::string_view::npos) words.push_back(word.number - 1);
    }
    return words;
}

std::vector<SearchIndex::Common> SearchIndex::documents_with(std::string_view part) const {
    std::vector<Common> found;
    for (const std::uint32_t word : words_with(part)) found.emplace_back(std::vector{Backward(pool_, documents_of_[word])});
    std::vector<const Chain*> chains;
    if (part.size() == 1) chains.push_back(&codes_by_[first_one + one(part, 0)]);
    if (part.size() == 2) chains.push_back(&codes_by_[first_two + two(part, 0)]);
    for (std::size_t at = 0; at + 3 <= part.size(); ++at) chains.push_back(&codes_by_[triple(part, at)]);
    std::sort(chains.begin(), chains.end(), [](const Chain* a, const Chain* b) { return a->count != b->count ? a->count < b->count : a < b; });
    chains.erase(std::unique(chains.begin(), chains.end()), chains.end());
    if (chains.front()->count == 0) return found;
    constexpr std::size_t enough = 4;  // more exclude little that the text would not
    std::vector<Backward> all;
    for (std::size_t i = 0; i < std::min(enough, chains.size()); ++i) all.emplace_back(pool_, *chains[i]);
    found.emplace_back(std::move(all));
    return found;
}

std::vector<std::string_view> SearchIndex::parts_of(std::string_view word) {
    std::vector<std::string_view> parts;
    each_word(word, [&](std::string_view part) {
        // Within a longer word ("o-ring") a short part may stand anywhere, and is not looked up.
        if (part.size() >= 3 || part.size() == word.size()) parts.push_back(part);
    });
    return parts;
}

// ---- Documents ---------------------------------------------------------------------------------------------

void SearchIndex::append_code(std::string_view code, std::uint32_t document, bool begins) {
    for (std::size_t at = 0; at + 3 <= code.size(); ++at) pool_.append(codes_by_[triple(code, at)], document);
    if (!begins) return;
    pool_.append(codes_by_[first_two + two(code, 0)], document);
    pool_.append(codes_by_[first_one + one(code, 0)], document);
}

void SearchIndex::add(const Table& table, const std::vector<const Column*>& columns, std::uint32_t row) {
    const std::uint32_t document = documents_++;
    if (void_.size() * 64 < documents_) void_.push_back(0);
    if (document == row && document == identical_) {
        ++identical_;
    } else {
        rows_.push_back(row);
        document_of_[row] = document;
    }
    for (const Column* column : columns) {
        const auto text = column->texts.get(row, room_);
        if (!text) continue;
        fold_into(folded_, *text);
        each_word(folded_, [&](std::string_view word) {
            if (is_code(word)) append_code(word, document, true);
            else pool_.append(documents_of_[word_of(word)], document);
        });
        if (column->field->slot == table.entity().title_slot && !folded_.empty()) {
            pool_.append(titles_by_[two(folded_, 0)], document);
            pool_.append(titles_by_[title_one + one(folded_, 0)], document);
        }
        if (column->field->options.meaning == model::Meaning::phone)
            append_code(digits_of(folded_), document, false);
    }
}

void SearchIndex::forget(std::uint32_t row) {
    const auto later = document_of_.find(row);
    const std::uint32_t document = later != document_of_.end() ? later->second : row;
    if (later == document_of_.end() && row >= identical_) return;
    void_[document / 64] |= std::uint64_t{1} << (document % 64);
    if (later != document_of_.end()) document_of_.erase(later);
}

bool SearchIndex::build_some(const Table& table, std::uint32_t rows, std::uint32_t most) {
    if (!built_) {
        if (searched(table).empty() || rows < indexed_from) return false;  // few are looked at one by one
        words_by_.resize(word_keys);
        codes_by_.resize(word_keys);
        titles_by_.resize(title_keys);
        built_ = building_ = true;
    }
    const std::vector<const Column*> columns = searched(table);
    for (; building_ && most > 0 && documents_ < rows; --most) add(table, columns, documents_);  // of one that is absent, nothing
    return building_ && documents_ < rows;
}

void SearchIndex::finish_build(const Table& table) {
    while (build_some(table, table.rows(), table.rows())) {
    }
    building_ = false;
    for (const std::uint32_t changed : std::exchange(changed_meanwhile_, {})) update(table, changed);
}

void SearchIndex::update(const Table& table, std::uint32_t row) {
    if (!built_) {
        if (table.ready && table.rows() >= 2 * indexed_from) finish_build(table);  // it has outgrown being looked at
        return;
    }
    if (building_) {
        if (row < documents_) changed_meanwhile_.push_back(row);
        return;
    }
    forget(row);
    if (table.state(row) != RowState::absent) add(table, searched(table), row);
}

std::optional<std::vector<std::uint32_t>> SearchIndex::candidates(const Words& words) const {
    if (!built_) return std::nullopt;
    const auto with_any_of = [&](std::string_view part, std::vector<std::uint64_t>& bits) {
        for (Common& documents : documents_with(part))
            for (; documents.number(); documents.step_to(documents.number() - 1))
                bits[(documents.number() - 1) / 64] |= std::uint64_t{1} << ((documents.number() - 1) % 64);
    };
    std::optional<std::vector<std::uint64_t>> found;
    for (const std::string& word : words.folded)
        for (const std::string_view part : parts_of(word)) {
            std::vector<std::uint64_t> bits(void_.size(), 0);
            with_any_of(part, bits);
            if (!found) found = std::move(bits);
            else for (std::size_t i = 0; i < bits.size(); ++i) (*found)[i] &= bits[i];
        }
    if (!found) return std::nullopt;
    if (!words.digits.empty()) with_any_of(words.digits, *found);
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < found->size(); ++i)
        for (std::uint64_t left = (*found)[i] & ~void_[i]; left; left &= left - 1)
            rows.push_back(row_of(static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(std::countr_zero(left))));
    if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
    return rows;
}

std::optional<SearchIndex::Newest> SearchIndex::newest(const Words& words, bool title_begins) const {
    if (!built_ || !words.digits.empty()) return std::nullopt;
    Newest newest(*this);
    for (const std::string& word : words.folded)
        for (const std::string_view part : parts_of(word)) {
            newest.all_.emplace_back(documents_with(part));
        }
    if (newest.all_.empty()) return std::nullopt;
    if (title_begins) {
        const std::string& word = words.folded.front();
        newest.all_.emplace_back(std::vector{Common({Backward(pool_, titles_by_[word.size() == 1 ? title_one + one(word, 0) : two(word, 0)])})});
    }
    return newest;
}

std::optional<std::uint32_t> SearchIndex::Newest::next() {
    for (;;) {
        const std::uint32_t first = all_.front().number();
        std::uint32_t lowest = first;
        for (std::size_t i = 1; i < all_.size() && lowest; ++i) {
            all_[i].step_to(lowest);
            lowest = all_[i].number();
        }
        if (lowest == 0) return std::nullopt;
        if (lowest < first) {
            all_.front().step_to(lowest);
            continue;
        }
        all_.front().step_to(lowest - 1);
        last_ = lowest - 1;
        if (index_.stands(last_)) return index_.row_of(last_);  // else it has changed since, and stands further up
    }
}

void SearchIndex::Newest::pass_to(std::optional<std::uint32_t> row) {
    if (last_ < index_.identical_) all_.front().step_to(row ? *row + 1 : 0);
}

std::size_t SearchIndex::bytes() const {
    return pool_.bytes() + letters_.capacity() + (places_.capacity() + word_table_.capacity() + rows_.capacity()) * sizeof(std::uint32_t) +
           (documents_of_.capacity() + words_by_.capacity() + codes_by_.capacity() + titles_by_.capacity()) * sizeof(Chain) + void_.capacity() * sizeof(std::uint64_t) + document_of_.size() * 32;
}

}  // namespace fairlead::store::columns
