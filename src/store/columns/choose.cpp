// Choosing the rows of a page: by walking a remembered order where many rows match, else by looking at each match.
#include <algorithm>
#include <array>
#include <bit>

#include "store/columns/best.h"
#include "store/columns/walk.h"

namespace fairlead::store::columns {
namespace {

class Chooser {
  public:
    Chooser(const Table& table, const RowSet& rows, const Sorting& sorting, std::size_t wanted, const Sorting::Mark* mark, bool backward)
        : table_(table), rows_(rows), sorting_(sorting), wanted_(wanted), mark_(mark), backward_(backward), best_(sorting, wanted, backward) {}

    std::vector<std::uint32_t> by_looking() {
        const bool down = sorting_.descending() != backward_;
        if (table_.ids_ascend()) best_.come_in_order();
        std::vector<std::uint32_t> here;
        for (std::uint32_t i = 0; i < rows_.chunks(); ++i) {
            const std::uint32_t chunk = down ? rows_.chunks() - 1 - i : i;
            here.clear();
            rows_.each_in(chunk, [&](std::uint32_t row) { here.push_back(row); });
            const std::size_t batches = (here.size() + batch_most - 1) / batch_most;
            for (std::size_t batch = 0; batch < batches; ++batch) {
                const std::size_t begin = (down ? batches - 1 - batch : batch) * batch_most;
                offer(std::span(here).subspan(begin, std::min(batch_most, here.size() - begin)), down);
            }
        }
        return best_.take();
    }

    // By something of which there are few (an owner, a stage): only the rows of those that come first are looked at, found
    // by scanning the column.
    std::optional<std::vector<std::uint32_t>> by_codes() {
        const Column* column = sorting_.size() == 0 ? nullptr : sorting_.first().coded();
        if (!column || codes_of(*column).greatest() > codes_most) return std::nullopt;
        const Packed& values = codes_of(*column);
        NextCodes codes(sorting_, 0, values, mark_, backward_);
        std::vector<std::uint8_t> flags(codes_most + 1);
        std::vector<std::uint64_t> wanted_bits(RowSet::words_per_chunk), bits(block_words);
        std::size_t met = 0, together = 1;
        for (; !codes.at_end() && met < wanted_; together *= 4) {
            std::fill(flags.begin(), flags.end(), 0);
            Key last = 0;
            for (std::size_t taken = 0; !codes.at_end() && (taken < together || codes.key() == last); ++taken) {
                last = codes.key();
                flags[codes.take()] = 1;
            }
            for (std::uint32_t chunk = 0; chunk < rows_.chunks(); ++chunk) {
                if (!rows_.count_in(chunk)) continue;
                rows_.chunk_bits(chunk, wanted_bits.data());
                for (std::uint32_t begin = 0; begin < chunk_rows; begin += block_rows) {
                    values.look_up((chunk << chunk_shift) + begin, block_rows, flags, bits.data());
                    for (std::uint32_t word = 0; word < block_words; ++word)
                        for (std::uint64_t left = bits[word] & wanted_bits[begin / 64 + word]; left; left &= left - 1) {
                            const std::uint32_t row = (chunk << chunk_shift) + begin + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
                            const Key first = sorting_.first_key(row);
                            if (mark_ && !sorting_.beyond(*mark_, backward_, first, row)) continue;
                            ++met;
                            if (best_.may_enter(first)) best_.offer(first, row);
                        }
                }
            }
        }
        return best_.take();
    }

    // By a flag: only the rows of the value that comes first are looked at, while they are enough.
    std::optional<std::vector<std::uint32_t>> by_parts() {
        if (sorting_.size() == 0 || backward_) return std::nullopt;
        std::vector<SortKey::Part> parts = sorting_.first().parts();
        if (parts.empty()) return std::nullopt;
        if (sorting_.descends(0)) std::reverse(parts.begin(), parts.end());
        if (table_.ids_ascend()) best_.come_in_order();
        const bool down = sorting_.descending();
        std::vector<std::uint32_t> here;
        std::size_t met = 0;
        for (const SortKey::Part& part : parts) {
            const Key key = sorting_.turned(0, part.key);
            if (mark_ && key < mark_->keys.front()) continue;
            const RowSet rows = both(rows_, *part.rows);
            bool done = false;
            for (std::uint32_t i = 0; i < rows.chunks() && !done; ++i) {
                const std::uint32_t chunk = down ? rows.chunks() - 1 - i : i;
                if (!rows.count_in(chunk)) continue;
                here.clear();
                rows.each_in(chunk, [&](std::uint32_t row) { here.push_back(row); });
                if (down) std::reverse(here.begin(), here.end());
                for (const std::uint32_t row : here) {
                    done = !best_.may_enter(key);
                    if (done) break;
                    if (mark_ && !sorting_.beyond(*mark_, backward_, key, row)) continue;
                    ++met;
                    best_.offer(key, row);
                }
            }
            if (done || met >= wanted_) return best_.take();
        }
        // Those without a value are last.
        here.clear();
        rows_.each([&](std::uint32_t row) {
            if (std::none_of(parts.begin(), parts.end(), [&](const SortKey::Part& part) { return part.rows->has(row); })) here.push_back(row);
        });
        const std::size_t batches = (here.size() + batch_most - 1) / batch_most;
        for (std::size_t batch = 0; batch < batches; ++batch) {
            const std::size_t begin = (down ? batches - 1 - batch : batch) * batch_most;
            offer(std::span<const std::uint32_t>(here).subspan(begin, std::min(batch_most, here.size() - begin)), down);
        }
        return best_.take();
    }

    // Newest first or oldest first, where ids ascend with rows: from one end, until enough are found.
    std::optional<std::vector<std::uint32_t>> by_id() {
        if (sorting_.size() != 0 || mark_ || backward_ || !table_.ids_ascend()) return std::nullopt;
        std::vector<std::uint32_t> out;
        for (std::uint32_t i = 0; i < rows_.chunks() && out.size() < wanted_; ++i) {
            const std::uint32_t chunk = sorting_.descending() ? rows_.chunks() - 1 - i : i;
            if (!rows_.count_in(chunk)) continue;
            std::vector<std::uint32_t> here;
            rows_.each_in(chunk, [&](std::uint32_t row) { here.push_back(row); });
            if (sorting_.descending()) std::reverse(here.begin(), here.end());
            out.insert(out.end(), here.begin(), here.end());
        }
        if (out.size() > wanted_) out.resize(wanted_);
        return out;
    }

  private:
    static constexpr std::size_t batch_most = 256;
    static constexpr std::uint32_t codes_most = 5000;

    // Rows that ascend; with `down` the last is offered first.
    void offer(std::span<const std::uint32_t> rows, bool down) {
        std::array<Key, batch_most> keys;
        sorting_.first_keys(rows, keys.data());
        for (std::size_t n = 0; n < rows.size(); ++n) {
            const std::size_t i = down ? rows.size() - 1 - n : n;
            if (best_.may_enter(keys[i]) && (!mark_ || sorting_.beyond(*mark_, backward_, keys[i], rows[i]))) best_.offer(keys[i], rows[i]);
        }
    }

    const Table& table_;
    const RowSet& rows_;
    const Sorting& sorting_;
    std::size_t wanted_;
    const Sorting::Mark* mark_;
    bool backward_;
    Best best_;
};

// Looking at all matches is cheaper when most of them are wanted.
bool steps_pay(std::size_t wanted, const RowSet& rows) { return wanted * 8 < rows.count(); }
}  // namespace

std::vector<std::uint32_t> first_rows(Asking& asking, const Table& table, const RowSet& rows, const formula::Formula& filter, const Sorting& sorting,
                                      std::size_t wanted, const Sorting::Mark* mark, bool backward) {
    if (wanted == 0 || rows.count() == 0) return {};
    Chooser chooser(table, rows, sorting, wanted, mark, backward);
    if (auto newest = chooser.by_id()) return std::move(*newest);
    if (rows.count() > 10'000)
        if (auto few = chooser.by_parts()) return std::move(*few);
    // Walking looks at about wanted / density rows, looking at every match; backward pages from rows without a
    // value would have to walk from the far end.
    const bool from_empty = mark && !mark->keys.empty() && mark->keys.front() == null_key;
    const double steps = static_cast<double>(wanted) * table.rows() / rows.count();
    if (sorting.size() > 0 && rows.count() > 10'000 && !from_empty && steps * 4 < rows.count())
        if (auto found = walked_to(asking, table, rows, filter, sorting, wanted, mark, backward)) return std::move(*found);
    if (rows.count() > 10'000 && steps_pay(wanted, rows))
        if (auto few = chooser.by_codes()) return std::move(*few);
    return chooser.by_looking();
}

}  // namespace fairlead::store::columns
