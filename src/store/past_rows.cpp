// Walking back from present rows.
#include "store/past_rows.h"

#include <algorithm>

#include "store/columns/table.h"

namespace fairlead::store {

using columns::Bulk;
using columns::Packed;

PastRows::PastRows(const EntityInfo& entity, Moment moment) : entity_(entity), moment_(moment), befores_(entity, SideOfPatch::before) {
    for (int slot = 0; slot < entity.stored_slots; ++slot) held_.push_back(columns::held_as(entity, entity.by_slot(slot)) != columns::Held::none);
}

void PastRows::begin(std::span<const Changed> records) {
    told_.clear();
    values_.clear();
    letters_.clear();
    told_.reserve(records.size());
    for (const Changed& one : records) told_[one.id.value].last_seq = one.last_seq;
}

bool PastRows::has(const Told& told, int slot) const {
    for (std::uint32_t at = told.first; at != 0; at = values_[at - 1].next)
        if (values_[at - 1].slot == slot) return true;
    return false;
}

void PastRows::take(const EntryInPlace& entry) {
    const auto found = told_.find(entry.record);
    if (found == told_.end()) return;
    Told& told = found->second;
    if (entry.kind == ChangeKind::create) {
        if (moment_.has(entry.effective, entry.recorded)) told.how = How::known;
        else if (entity_.access == model::AccessKind::open) told.how = How::present;
        else told.how = moment_.in_business && entry.recorded <= moment_.recorded ? How::first : How::absent;
        told.most = told.how == How::first ? entry.effective : moment_.effective;
        told.newest = told.effective = entry.effective;
    }
    if (told.how != How::known && told.how != How::first) return;
    if (entry.effective <= told.most && entry.recorded <= moment_.recorded) {
        // It may overrule what is already taken for the value of the moment.
        bool overrules = false;
        if (told.first != 0) befores_.each(entry.patch, [&](const FieldInfo& field) { return overrules = overrules || has(told, field.slot), false; }, {});
        if (overrules) told.how = How::unclear;
        ++told.version;
        told.recorded = entry.recorded;
        told.actor = entry.actor;
        told.seq = entry.seq;
        told.effective = std::max(told.effective, entry.effective);
    } else if (entry.effective < told.newest && entry.effective <= told.most) {
        told.how = How::unclear;  // dated back and not known yet at the moment: what it found is not what was held
    } else {
        befores_.each(entry.patch, [&](const FieldInfo& field) { return held_[static_cast<std::size_t>(field.slot)] && !has(told, field.slot); },
                      [&](const FieldInfo& field, const Value& before, const Value& reporting) { keep(told, field, before, reporting); });
    }
    told.newest = std::max(told.newest, entry.effective);
}

namespace {

// As it lies in its table.
std::int64_t number_of(const FieldInfo& field, const Value& value) {
    if (const auto* flag = value.get<bool>()) return *flag ? 1 : 0;
    if (const auto* whole = value.get<std::int64_t>()) return *whole;
    if (const auto* id = value.get<Id>()) return id->value;
    if (const auto* date = value.get<Date>()) return date->days;
    if (const auto* instant = value.get<Instant>()) return instant->micros;
    if (const auto* duration = value.get<Duration>()) return duration->micros;
    if (const auto* decimal = value.get<Decimal>()) return decimal->to_scaled(field.options.scale, Rounding::half_even).value_or(0);
    if (const auto* money = value.get<Money>()) return money->minor;
    throw InvariantBroken("a list is never stored");
}

}  // namespace

void PastRows::keep(Told& told, const FieldInfo& field, const Value& before, const Value& reporting) {
    Before kept;
    kept.next = told.first;
    kept.slot = static_cast<std::int16_t>(field.slot);
    kept.empty = before.empty();
    if (const auto* text = before.get<std::string>()) {
        kept.number = static_cast<std::int64_t>(letters_.size());
        kept.reporting = static_cast<std::int64_t>(text->size());
        letters_ += *text;
    } else if (!before.empty()) {
        kept.number = number_of(field, before);
    }
    if (const auto* money = before.get<Money>()) {
        const std::string currency(money->currency.text());
        const auto known = std::find(currencies_.begin(), currencies_.end(), currency);
        kept.currency = static_cast<std::uint16_t>(known - currencies_.begin());
        if (known == currencies_.end()) currencies_.push_back(currency);
        if (const auto* minor = reporting.get<std::int64_t>()) kept.reporting = *minor;
    }
    values_.push_back(kept);
    told.first = static_cast<std::uint32_t>(values_.size());
}

std::vector<Changed> PastRows::unclear() const {
    std::vector<Changed> records;
    for (const auto& [id, told] : told_)
        if (told.how == How::unclear) records.push_back({Id{id}, told.last_seq});
    std::sort(records.begin(), records.end(), [](const Changed& a, const Changed& b) { return a.id < b.id; });
    return records;
}

namespace {

// Texts of some rows of a bulk, that replace those there.
using Texts = std::vector<std::pair<std::uint32_t, std::string_view>>;

void replace(columns::TextRun& run, const Texts& texts) {
    if (texts.empty()) return;
    columns::TextRun made;
    made.letters.reserve(run.letters.size());
    auto next = texts.begin();
    for (std::uint32_t row = 0, rows = std::max(static_cast<std::uint32_t>(run.ends.size()), texts.back().first + 1); row < rows; ++row) {
        const bool replaced = next != texts.end() && next->first == row;
        made.put(row, replaced ? next->second : run.at(row));
        if (replaced) ++next;
    }
    run = std::move(made);
}

void set(std::vector<std::int64_t>& numbers, std::uint32_t row, std::int64_t number) {
    if (row >= numbers.size()) {
        if (number == Packed::none) return;
        numbers.resize(row + std::size_t{1}, Packed::none);
    }
    numbers[row] = number;
}

}  // namespace

void PastRows::amend(Bulk& bulk) {
    if (told_.empty()) return;
    std::vector<std::uint8_t> absent(bulk.count(), 0);
    std::vector<Texts> texts(bulk.parts.size());
    std::vector<std::pair<std::uint32_t, int>> lowest = std::move(bulk.lowest);
    const auto put = [&](std::uint32_t row, int slot, bool empty, std::int64_t number) {
        Bulk::Part& part = bulk.parts[static_cast<std::size_t>(slot)];
        if (!part.field) return;
        std::erase(lowest, std::pair(row, slot));
        if (!empty && number == Packed::none) lowest.emplace_back(row, slot);
        set(part.numbers, row, empty ? Packed::none : number);
    };
    for (std::uint32_t row = 0; row < bulk.count(); ++row) {
        const auto found = told_.find(bulk.ids[row]);
        if (found == told_.end()) continue;
        const Told& told = found->second;
        if (told.how == How::absent || (told.how == How::untold && entity_.access != model::AccessKind::open)) absent[row] = 1;
        if (told.how != How::known && told.how != How::first) continue;
        put(row, model::slot_version, false, told.version);
        put(row, model::slot_updated_at, false, told.recorded);
        put(row, model::slot_updated_by, told.actor == 0, told.actor);
        put(row, model::slot_last_seq, false, told.seq);
        put(row, model::slot_effective_at, false, told.effective);
        for (std::uint32_t at = told.first; at != 0; at = values_[at - 1].next) {
            const Before& before = values_[at - 1];
            Bulk::Part& part = bulk.parts[static_cast<std::size_t>(before.slot)];
            if (!part.field) continue;
            auto& of_part = texts[static_cast<std::size_t>(before.slot)];
            if (part.field->type == Type::text || part.field->type == Type::choice) {
                of_part.emplace_back(row, before.empty ? std::string_view() : std::string_view(letters_).substr(static_cast<std::size_t>(before.number), static_cast<std::size_t>(before.reporting)));
                continue;
            }
            put(row, before.slot, before.empty, before.number);
            if (part.field->type != Type::money) continue;
            of_part.emplace_back(row, before.empty ? std::string_view() : std::string_view(currencies_[before.currency]));
            set(part.reporting, row, before.empty ? Packed::none : before.reporting);
        }
    }
    bulk.lowest = std::move(lowest);
    for (std::size_t slot = 0; slot < texts.size(); ++slot) replace(bulk.parts[slot].texts, texts[slot]);
    if (std::find(absent.begin(), absent.end(), 1) != absent.end()) bulk.drop(absent);
}

}  // namespace fairlead::store
