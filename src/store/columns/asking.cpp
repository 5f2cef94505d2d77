// Asking under the shared lock: what a viewer sees, and answers kept up to date.
#include <algorithm>
#include <array>

#include "store/columns/state.h"

namespace fairlead::store::columns {
namespace {

constexpr std::size_t look_again_most = 20'000;  // beyond that many changed rows a scan is quicker

// Rows of `chunk` for which the plan holds, as bits.
void run_chunk(const Plan& plan, const Table& table, std::uint32_t chunk, std::uint64_t* bits) {
    std::fill_n(bits, RowSet::words_per_chunk, 0);
    std::array<std::uint64_t, RowSet::words_per_chunk> live;
    if (plan.within_live) table.live().chunk_bits(chunk, live.data());
    const std::uint32_t begin = chunk << chunk_shift;
    const std::uint32_t end = std::min(table.rows(), begin + chunk_rows);
    for (std::uint32_t first = begin; first < end; first += block_rows) {
        const Block block{first, std::min(block_rows, end - first)};
        const std::uint32_t word = (first - begin) / 64;
        std::array<std::uint64_t, block_words> mask;
        for (std::uint32_t i = 0; i < block.words(); ++i) {
            const std::uint32_t rows = std::min(64U, block.count - i * 64);
            mask[i] = rows == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rows) - 1;
            if (plan.within_live) mask[i] &= live[word + i];
        }
        plan.root->run(block, mask.data(), bits + word);
        for (std::uint32_t i = 0; i < block.words(); ++i) bits[word + i] &= mask[i];
    }
}

bool holds_for(const Plan& plan, const Table& table, std::uint32_t row) {
    if (plan.within_live && table.state(row) != RowState::live) return false;
    const std::uint32_t first = row & ~63U;
    const std::uint64_t mask = std::uint64_t{1} << (row & 63U);
    std::uint64_t bits = 0;
    plan.root->run(Block{first, std::min(64U, table.rows() - first)}, &mask, &bits);
    return bits & mask;
}

std::uint32_t chunks_of(const Table& table) { return (table.rows() + chunk_rows - 1) >> chunk_shift; }

const Reach& no_reach() {
    static const Reach none;
    return none;
}
const Reach& whole_reach() {
    static const Reach whole = [] {
        Reach reach;
        reach.everything = true;
        return reach;
    }();
    return whole;
}

std::uint64_t hash_ids(const std::unordered_set<std::int64_t>& ids) {
    std::uint64_t sum = ids.size();
    for (const std::int64_t id : ids) {
        auto mixed = static_cast<std::uint64_t>(id) * 0x9E37'79B9'7F4A'7C15ULL;
        mixed ^= mixed >> 29;
        sum += mixed * 0xBF58'476D'1CE4'E5B9ULL;
    }
    return sum;
}

}  // namespace

const Reach& reach_of(const Viewer& viewer, const EntityInfo& entity, Right right) {
    if (viewer.is_system) return whole_reach();
    const auto number = static_cast<std::size_t>(entity.number);
    return number < viewer.entities.size() ? viewer.entities[number].reach[static_cast<int>(right)] : no_reach();
}

bool may_read(const Viewer& viewer, const EntityInfo& entity, const FieldInfo& field) {
    if (viewer.is_system) return true;
    const auto number = static_cast<std::size_t>(entity.number);
    return number < viewer.entities.size() && viewer.entities[number].field(static_cast<int>(&field - entity.fields.data())) != FieldAccess::hidden;
}

Asking::Asking(const State& state, const Viewer& viewer, const formula::Context& context, Right right, bool in_place)
    : state_(state), viewer_(viewer), context_(context), right_(right), in_place_(in_place), guard_(state.lock) {}

const Table& Asking::ready(std::string_view entity) const {
    const Table* table = state_.table(entity);
    if (!table || table->only_ids()) throw Cannot{std::string(entity) + " is not held in columns"};
    if (!table->ready) throw Cannot{std::string(entity) + " is still being loaded"};
    return *table;
}

// Viewers made by the store say when their access changed; others (tests, tools) are told apart by what they hold.
const std::string& Asking::reach_key() {
    if (!reach_key_.empty()) return reach_key_;
    reach_key_ = "r" + std::to_string(static_cast<int>(right_)) + "u" + viewer_.user.text() + "v" + std::to_string(viewer_.access_version);
    if (viewer_.access_version == 0) {
        std::uint64_t sum = 0;
        for (const EntityAccess& access : viewer_.entities)
            for (const Reach& reach : access.reach)
                sum = sum * 0x1000'0000'01B3ULL + (reach.everything ? 7 : 3) + hash_ids(reach.owners) * 5 + hash_ids(reach.teams) * 11 +
                      hash_ids(reach.territories) * 13 + hash_ids(reach.records) * 17;
        reach_key_ += "h" + std::to_string(sum);
    }
    return reach_key_;
}

AnswerPointer Asking::visible(const Table& table) {
    const EntityInfo& entity = table.entity();
    const Reach& reach = reach_of(viewer_, entity, right_);
    const bool open = entity.access == model::AccessKind::open;
    if (viewer_.is_system || reach.everything || (open && !reach.nothing())) {
        if (entity.access != model::AccessKind::inherits || viewer_.is_system) return nullptr;
        const Column* parent = table.column(entity.parent_slot);
        if (parent && parent->target && !parent->target->only_ids() && !visible(*parent->target)) return nullptr;
    }
    const auto known = visible_.find(&table);
    if (known != visible_.end()) return known->second;
    const AnswerPointer made = answer("v|" + entity.name + "|" + reach_key(), table, [&table](Asking& asking) { return asking.reach_plan(table); });
    visible_.emplace(&table, made);
    return made;
}

Plan Asking::reach_plan(const Table& table) {
    const EntityInfo& entity = table.entity();
    const Reach& reach = reach_of(viewer_, entity, right_);
    std::vector<PredicatePointer> parts;
    Plan plan;
    const auto by_ids = [&](int slot, const std::unordered_set<std::int64_t>& ids) {
        const Column* column = table.column(slot);
        if (!column || !column->target || ids.empty()) return;
        std::vector<std::uint8_t> codes(column->target->rows() + std::size_t{1}, 0);
        for (const std::int64_t id : ids)
            if (const auto row = column->target->row_of(Id{id})) codes[*row + std::size_t{1}] = 1;
        parts.push_back(look_up(column->values, std::move(codes)));
    };
    if (entity.access == model::AccessKind::inherits) {
        const Column* parent = table.column(entity.parent_slot);
        if (parent && parent->target && !reach.nothing()) {
            const AnswerPointer seen = visible(*parent->target);
            std::vector<std::uint8_t> codes(parent->target->rows() + std::size_t{1}, seen ? 0 : 1);
            codes[0] = 0;
            if (seen) seen->rows.each([&](std::uint32_t row) { codes[row + std::size_t{1}] = 1; });
            parts.push_back(look_up(parent->values, std::move(codes)));
            plan.rests.sight.emplace_back(parent->target, seen ? seen->changed : 0);
        }
    } else {
        by_ids(entity.owner_slot, reach.owners);
        by_ids(entity.team_slot, reach.teams);
        by_ids(entity.territory_slot, reach.territories);
    }
    if (!reach.records.empty())
        parts.push_back(each_row([&table, &reach](std::uint32_t row) { return reach.records.count(table.id(row).value) != 0; }, 20));
    plan.root = parts.empty() ? always(false) : any_of(std::move(parts));
    return plan;
}

bool Asking::stands(const Answer& answer) {
    for (const auto& [column, stamp] : answer.rests.columns)
        if (column->changed != stamp) return false;
    for (const auto& [table, stamp] : answer.rests.existence)
        if (table->existence() != stamp) return false;
    for (const auto& [table, stamp] : answer.rests.sight) {
        const AnswerPointer seen = visible(*table);
        if ((seen ? seen->changed : 0) != stamp) return false;
    }
    return true;
}

AnswerPointer Asking::freshen(const std::string& key, const Table& table, AnswerPointer old, const Compile& compile) {
    if (old->stamp == table.stamp()) return old;
    std::vector<std::uint32_t> rows;
    if (!table.changed_since(old->stamp, rows) || rows.size() > look_again_most) return nullptr;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    const Plan plan = compile(*this);
    auto next = std::make_shared<Answer>(*old);
    for (const std::uint32_t row : rows) {
        const bool in = holds_for(plan, table, row);
        if (next->rows.has(row) == in) continue;
        next->rows.put(row, in);
        next->changed = table.stamp();
    }
    next->stamp = table.stamp();
    state_.answers.put(key, next);
    return next;
}

AnswerPointer Asking::scan_in_place(const std::string& key, const Table& table, const Compile& compile) {
    Plan plan = compile(*this);
    auto made = std::make_shared<Answer>();
    std::array<std::uint64_t, RowSet::words_per_chunk> bits;
    for (std::uint32_t chunk = 0; chunk < chunks_of(table); ++chunk) {
        run_chunk(plan, table, chunk, bits.data());
        made->rows.set_chunk(chunk, bits.data());
    }
    made->stamp = table.stamp();
    made->changed = state_.stamp;
    made->rests = std::move(plan.rests);
    if (!key.empty()) state_.answers.put(key, made);
    return made;
}

AnswerPointer Asking::answer(const std::string& key, const Table& table, const Compile& compile) {
    if (!key.empty())
        if (AnswerPointer old = state_.answers.find(key); old && stands(*old))
            if (AnswerPointer fresh = freshen(key, table, std::move(old), compile)) return fresh;
    if (in_place_ || key.empty() || table.rows() <= chunk_rows) return scan_in_place(key, table, compile);
    throw Missing{key, &table, compile};
}

namespace {

void make(const State& state, const Viewer& viewer, const formula::Context& context, Right right, const Missing& missing) {
    const auto made = std::make_shared<Answer>();
    std::uint32_t chunks = 0;
    std::uint64_t generation = 0;
    Plan plan = ask(state, viewer, context, [&](Asking& asking) {
        Plan compiled = missing.compile(asking);
        made->stamp = missing.table->stamp();
        chunks = chunks_of(*missing.table);
        generation = state.generation;
        return compiled;
    }, right);
    std::array<std::uint64_t, RowSet::words_per_chunk> bits;
    for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) {
        const std::shared_lock guard(state.lock);
        run_chunk(plan, *missing.table, chunk, bits.data());
        made->rows.set_chunk(chunk, bits.data());
    }
    made->rests = std::move(plan.rests);
    const std::shared_lock guard(state.lock);
    made->changed = state.stamp;
    if (state.generation == generation) state.answers.put(missing.key, made);
}

}  // namespace

void build(const State& state, const Viewer& viewer, const formula::Context& context, Right right, const Missing& missing) {
    state.making.once(missing.key, [&] { make(state, viewer, context, right, missing); });
}

}  // namespace fairlead::store::columns
