// Adding up block by block.
#include "store/columns/block_sums.h"

#include <algorithm>
#include <cstring>

namespace fairlead::store::columns {
namespace {

// A block of 4,096 such numbers adds up to less than 2^62.
constexpr Wide measure_most = Wide{1} << 50;

const Packed& codes_of(const Column& column) { return column.held == Held::text ? column.texts.codes() : column.values; }

bool within(const Packed& values) { return values.least() > values.greatest() || (values.least() > -measure_most && values.greatest() < measure_most); }

}  // namespace

bool is_quick_key(const Column& column) {
    if (column.field->slot == model::slot_id) return false;
    if (column.held == Held::text) return column.texts.coded();
    return (column.held == Held::number || column.held == Held::decimal || column.held == Held::reference) && column.values.narrow();
}

bool is_quick_measure(const Column& column) {
    if (column.field->slot == model::slot_id) return false;
    if (column.held == Held::money) return within(column.values) && within(column.reporting);
    return (column.held == Held::number || column.held == Held::decimal) && within(column.values);
}

std::uint32_t BlockSums::Coder::code(std::int64_t raw) {
    if (raw >= 0 && raw < small) {
        std::int32_t& code = of_small_[static_cast<std::size_t>(raw)];
        if (code < 0) code = static_cast<std::int32_t>(make(raw));
        return static_cast<std::uint32_t>(code);
    }
    const auto [place, is_new] = of_others_.emplace(raw, static_cast<std::uint32_t>(raws_.size()));
    if (is_new) make(raw);
    return place->second;
}

std::uint32_t BlockSums::Coder::make(std::int64_t raw) {
    raws_.push_back(raw);
    return static_cast<std::uint32_t>(raws_.size() - 1);
}

BlockSums::BlockSums(const Table& table, std::vector<const Column*> keys, std::vector<const Column*> measures)
    : table_(table), keys_(std::move(keys)), measures_(std::move(measures)) {
    ensure(keys_.size() <= 2, "more keys are grouped another way");
}

std::uint32_t BlockSums::group_of(std::uint32_t first, std::uint32_t second) {
    if (first >= by_codes_.size()) by_codes_.resize(first + std::size_t{1});
    std::vector<std::int32_t>& row = by_codes_[first];
    if (second >= row.size()) row.resize(second + std::size_t{1}, -1);
    if (row[second] < 0) {
        row[second] = static_cast<std::int32_t>(groups_.size());
        groups_.push_back({keys_.empty() ? 0 : coders_[0].raw(first), keys_.size() < 2 ? 0 : coders_[1].raw(second)});
        totals_.resize(groups_.size() * measures_.size());
        met_.push_back(false);
        last_block_.push_back(0);
        place_.push_back(0);
    }
    return static_cast<std::uint32_t>(row[second]);
}

void BlockSums::add_up(const std::vector<std::uint32_t>& rows, Block& block) {
    at_.assign(rows.size(), 0);
    raws_.resize(rows.size());
    for (std::size_t key = 0; key < keys_.size(); ++key) {
        codes_of(*keys_[key]).fetch(rows, raws_.data());
        Coder& coder = coders_[key];
        if (key == 0)
            for (std::size_t i = 0; i < rows.size(); ++i) at_[i] = coder.code(raws_[i]);
        else
            for (std::size_t i = 0; i < rows.size(); ++i) at_[i] = group_of(at_[i], coder.code(raws_[i]));
    }
    if (keys_.size() < 2)
        for (std::uint32_t& at : at_) at = group_of(at, 0);
    ++block_number_;
    for (std::uint32_t& at : at_) {  // from here on the place within the block
        if (last_block_[at] != block_number_) {
            last_block_[at] = block_number_;
            place_[at] = static_cast<std::uint32_t>(block.groups.size());
            block.groups.push_back(at);
        }
        at = place_[at];
    }
    const std::size_t wide = measures_.size();
    block.sums.assign(block.groups.size() * wide, {});
    for (std::size_t measure = 0; measure < wide; ++measure) {
        Partial* sums = block.sums.data() + measure;
        const Column* column = measures_[measure];
        if (!column) {
            for (const std::uint32_t at : at_) ++sums[at * wide].count;
            continue;
        }
        if (column->held == Held::money) table_.reporting_minors(*column, rows, raws_.data());
        else column->values.fetch(rows, raws_.data());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            Partial& sum = sums[at_[i] * wide];
            const bool has = raws_[i] != Packed::none;
            sum.count += has;
            sum.sum += has ? raws_[i] : 0;
        }
    }
}

void BlockSums::add(const Block& block) {
    const std::size_t wide = measures_.size();
    for (std::size_t i = 0; i < block.groups.size(); ++i) {
        met_[block.groups[i]] = true;
        for (std::size_t measure = 0; measure < wide; ++measure) {
            const Partial& part = block.sums[i * wide + measure];
            BlockTotal& total = totals_[block.groups[i] * wide + measure];
            total.count += part.count;
            total.sum += part.sum;
        }
    }
}

void BlockSums::take(const RowSet& rows, const std::shared_ptr<const BlockMemo>& before, std::shared_ptr<const BlockMemo>& remembered) {
    auto memo = std::make_shared<BlockMemo>();
    memo->stamp_ = table_.stamp();
    std::vector<std::uint32_t> changed;  // numbers of blocks
    const bool known = before && table_.changed_since(before->stamp_, changed);
    if (known) {
        for (std::uint32_t& row : changed) row /= block_rows;
        std::sort(changed.begin(), changed.end());
        for (const Keys& keys : before->groups_)
            group_of(keys_.empty() ? 0 : coders_[0].code(keys[0]), keys_.size() < 2 ? 0 : coders_[1].code(keys[1]));
    }
    if (keys_.empty()) group_of(0, 0);
    std::vector<std::uint64_t> bits(RowSet::words_per_chunk);
    std::vector<std::uint32_t> batch;
    batch.reserve(block_rows);
    for (std::uint32_t chunk = 0; chunk < rows.chunks(); ++chunk) {
        if (!rows.count_in(chunk)) continue;
        rows.chunk_bits(chunk, bits.data());
        for (std::uint32_t part = 0; part < chunk_rows / block_rows; ++part) {
            const std::uint64_t* words = bits.data() + part * block_words;
            if (std::all_of(words, words + block_words, [](std::uint64_t word) { return word == 0; })) continue;
            const std::uint32_t number = chunk * (chunk_rows / block_rows) + part;
            std::shared_ptr<const Block> block;
            if (known && !std::binary_search(changed.begin(), changed.end(), number)) {
                const auto old = before->blocks_.find(number);
                if (old != before->blocks_.end() && std::memcmp(old->second->rows.data(), words, sizeof old->second->rows) == 0) block = old->second;
            }
            if (!block) {
                auto made = std::make_shared<Block>();
                std::copy_n(words, block_words, made->rows.data());
                batch.clear();
                for (std::uint32_t word = 0; word < block_words; ++word)
                    for (std::uint64_t left = words[word]; left; left &= left - 1)
                        batch.push_back(number * block_rows + word * 64 + static_cast<std::uint32_t>(std::countr_zero(left)));
                add_up(batch, *made);
                block = std::move(made);
            }
            add(*block);
            if (!memo) continue;
            memo->bytes_ += block->bytes() + 64;
            memo->blocks_.emplace_hint(memo->blocks_.end(), number, std::move(block));
            if (memo->bytes_ > BlockMemo::bytes_most(table_.rows())) memo = nullptr;
        }
    }
    if (memo) {
        memo->groups_ = groups_;
        memo->bytes_ += groups_.size() * sizeof(Keys);
    }
    remembered = std::move(memo);
}

Value BlockSums::key(std::size_t group, std::size_t key) const {
    const std::int64_t raw = groups_[group][key];
    return raw == Packed::none ? Value() : table_.value_of(*keys_[key], raw);
}

}  // namespace fairlead::store::columns
