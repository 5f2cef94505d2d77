// Rows, ids and values of one entity.
#include "store/columns/table.h"

#include <algorithm>
#include <array>

#include "store/columns/search_index.h"

namespace fairlead::store::columns {
namespace {

bool reads_only_itself(const EntityInfo& entity, const FieldInfo& field, int depth = 0) {
    if (!field.formula || field.formula->uses_now || depth > 20) return false;
    return std::all_of(field.formula->fields.begin(), field.formula->fields.end(), [&](const std::string& name) {
        const FieldInfo* used = name.find('.') == std::string::npos ? entity.field(name) : nullptr;
        return used && !used->is_many() && (!used->is_computed() || reads_only_itself(entity, *used, depth + 1));
    });
}

Wide wide_of(const Value& value) {
    if (const auto* whole = value.get<std::int64_t>()) return *whole;
    if (const auto* date = value.get<Date>()) return date->days;
    if (const auto* instant = value.get<Instant>()) return instant->micros;
    if (const auto* duration = value.get<Duration>()) return duration->micros;
    if (const auto* flag = value.get<bool>()) return *flag ? 1 : 0;
    if (const auto* decimal = value.get<Decimal>()) {
        const auto whole = decimal->whole();  // a computed whole number may come as a decimal
        return whole ? Wide{*whole} : no_value;
    }
    return no_value;
}

Wide units_of(const Value& value) {
    if (const auto* decimal = value.get<Decimal>()) return decimal->units;
    if (const auto* whole = value.get<std::int64_t>()) return Wide{*whole} * Decimal::one;
    return no_value;
}

std::optional<std::string_view> text_of(const Value& value) {
    const auto* text = value.get<std::string>();
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::size_t hash_of(std::int64_t id) { return std::hash<Id>{}(Id{id}); }

std::unique_ptr<Column> make_column(const EntityInfo& entity, const FieldInfo& field) {
    auto column = std::make_unique<Column>();
    column->field = &field;
    column->held = held_as(entity, field);
    column->currency.keep_coded();
    switch (column->held) {
        case Held::number:
            if (field.type == Type::instant || field.type == Type::duration) column->values = Packed(steps_of_time);
            break;
        case Held::decimal: column->values = Packed(steps_of_decimal); break;
        case Held::money:
            column->values = Packed(steps_of_money);
            column->reporting = Packed(steps_of_money);
            break;
        case Held::text:
            if (field.type == Type::choice) {
                column->texts.keep_coded();
                for (const auto& choice : field.choices) column->texts.dictionary().code_of(choice.value);
            }
            break;
        case Held::reference: column->values = Packed::codes(); break;
        default: break;
    }
    return column;
}

}  // namespace

Held held_as(const EntityInfo& entity, const FieldInfo& field) {
    if (field.is_many() || field.options.long_text || field.slot < 0) return Held::none;
    if (field.is_computed() && !reads_only_itself(entity, field)) return Held::evaluated;
    switch (field.type) {
        case Type::decimal: case Type::percent: return Held::decimal;
        case Type::money: return Held::money;
        case Type::text: case Type::choice: return Held::text;
        case Type::reference: return Held::reference;
        case Type::list: return Held::none;
        default: return Held::number;
    }
}

bool is_held(const EntityInfo& entity) {
    return entity.access != model::AccessKind::system && !(entity.big && !entity.logged);
}

Table::Table(const EntityInfo& entity, bool only_ids, std::string home_currency)
    : entity_(&entity), only_ids_(only_ids), home_currency_(std::move(home_currency)) {
    if (const auto currency = Currency::parse(home_currency_)) home_decimals_ = currency->decimals();
    columns_.resize(static_cast<std::size_t>(entity.slots));
    reporting_slots_.assign(static_cast<std::size_t>(entity.slots), -1);
    if (only_ids_) return;
    int next = entity.slots;
    for (const bool stored : {true, false})
        for (const FieldInfo& field : entity.fields)
            if (field.type == Type::money && field.slot >= 0 && field.is_stored() == stored)
                reporting_slots_[static_cast<std::size_t>(field.slot)] = next++;
    for (const FieldInfo& field : entity.fields) {
        if (field.slot < 0) continue;
        auto column = make_column(entity, field);
        if (column->held != Held::none) columns_[static_cast<std::size_t>(field.slot)] = std::move(column);
    }
    search = std::make_unique<SearchIndex>();
}

Table::~Table() = default;

void Table::link(const std::vector<std::unique_ptr<Table>>& tables, const model::Catalog& catalog) {
    for (const auto& column : columns_) {
        if (!column || column->field->type != Type::reference) continue;
        if (const EntityInfo* target = catalog.find(column->field->target))
            column->target = tables[static_cast<std::size_t>(target->number)].get();
    }
}

const Column* Table::column(std::string_view name) const {
    const FieldInfo* field = entity_->field(name);
    return field ? column(field->slot) : nullptr;
}

std::optional<std::uint32_t> Table::row_of(Id id) const {
    if (!id) return std::nullopt;
    if (ascending_ && id.value <= ids_[ascending_ - 1]) {
        const auto head = std::upper_bound(heads_.begin(), heads_.end(), id.value);
        if (head != heads_.begin()) {
            const auto begin = static_cast<std::uint32_t>(head - heads_.begin() - 1) * stride;
            const auto end = ids_.begin() + std::min(begin + stride, ascending_);
            const auto found = std::lower_bound(ids_.begin() + begin, end, id.value);
            if (found != end && *found == id.value) return static_cast<std::uint32_t>(found - ids_.begin());
        }
    }
    if (index_.empty()) return std::nullopt;
    const std::size_t mask = index_.size() - 1;
    for (std::size_t place = hash_of(id.value) & mask; index_[place]; place = (place + 1) & mask)
        if (ids_[index_[place] - 1] == id.value) return index_[place] - 1;
    return std::nullopt;
}

void Table::grow_index() {
    index_.assign(std::max<std::size_t>(64, index_.size() * 2), 0);
    const std::size_t mask = index_.size() - 1;
    for (std::uint32_t row = ascending_; row < rows(); ++row) {
        std::size_t place = hash_of(ids_[row]) & mask;
        while (index_[place]) place = (place + 1) & mask;
        index_[place] = row + 1;
    }
}

void Table::add_row(std::int64_t id) {
    const std::uint32_t row = rows();
    if (row == ascending_ && (row == 0 || ids_.back() < id)) {
        if (row % stride == 0) heads_.push_back(id);
        ++ascending_;
    } else {
        if ((row - ascending_ + std::size_t{1}) * 4 > index_.size() * 3) grow_index();
        const std::size_t mask = index_.size() - 1;
        std::size_t place = hash_of(id) & mask;
        while (index_[place]) place = (place + 1) & mask;
        index_[place] = row + 1;
    }
    ids_.push_back(id);
    states_.push_back(static_cast<std::uint8_t>(RowState::absent));
}

std::uint32_t Table::row_for(Id id) {
    if (const auto known = row_of(id)) return *known;
    add_row(id.value);
    return rows() - 1;
}

bool Table::is_home(const Column& money, std::uint32_t row) const {
    const auto currency = money.currency.coded_text(row);
    return currency && *currency == home_currency_;
}

Wide Table::reporting_minor(const Column& money, std::uint32_t row) const {
    return is_home(money, row) ? money.values.get(row) : money.reporting.get(row);
}

void Table::reporting_minors(const Column& money, std::span<const std::uint32_t> rows, std::int64_t* minors) const {
    money.values.fetch(rows, minors);
    const Dictionary& currencies = money.currency.dictionary();
    const std::uint32_t home = currencies.find(home_currency_);
    if (currencies.size() == 0 || (currencies.size() == 1 && home)) return;
    constexpr std::size_t part = 256;
    std::array<std::int64_t, part> codes, others;
    for (; !rows.empty(); minors += part) {
        const auto some = rows.first(std::min(rows.size(), part));
        money.currency.codes().fetch(some, codes.data());
        money.reporting.fetch(some, others.data());
        for (std::size_t i = 0; i < some.size(); ++i)
            if (codes[i] != static_cast<std::int64_t>(home) || !home) minors[i] = others[i];
        if (some.size() == rows.size()) return;
        rows = rows.subspan(part);
    }
}

Wide Table::raw_of(const Column& column, const Value& value) {
    if (column.held == Held::decimal) return units_of(value);
    if (column.held != Held::money) return wide_of(value);
    const Money* money = value.get<Money>();
    return money ? Wide{money->minor} : no_value;
}

bool Table::set(Column& column, std::uint32_t row, const Record& record) {
    const int slot = column.field->slot;
    const Value& value = record.at(slot);
    switch (column.held) {
        case Held::number:
        case Held::decimal: return column.values.set(row, raw_of(column, value));
        case Held::text: return column.texts.set(row, text_of(value));
        case Held::reference: {
            const Id* id = value.get<Id>();
            if (!id || !*id || !column.target) return column.values.set(row, no_value);
            if (column.last_id != id->value) {
                column.last_row = column.target->row_for(*id);
                column.last_id = id->value;
            }
            return column.values.set(row, Wide{column.last_row} + 1);
        }
        case Held::money: {
            const Money* money = value.get<Money>();
            bool changed = column.values.set(row, money ? Wide{money->minor} : no_value);
            const std::string currency = money ? money->currency.text() : std::string();
            changed |= column.currency.set(row, money ? std::optional<std::string_view>(currency) : std::nullopt);
            Wide reporting = no_value;
            const int extra = reporting_slots_[static_cast<std::size_t>(slot)];
            if (money && currency != home_currency_ && extra >= 0 && static_cast<std::size_t>(extra) < record.slots.size())
                reporting = wide_of(record.at(extra));
            return column.reporting.set(row, reporting) || changed;
        }
        default: return false;
    }
}

void Table::note(std::uint32_t row, std::uint64_t stamp) {
    stamp_ = stamp;
    if (!ready) {
        forgotten_ = stamp;
        return;
    }
    changes_.emplace_back(stamp, row);
    if (changes_.size() > changes_most) {
        forgotten_ = changes_.front().first;
        changes_.pop_front();
    }
}

bool Table::changed_since(std::uint64_t since, std::vector<std::uint32_t>& rows) const {
    if (since < forgotten_) return false;
    for (auto change = changes_.rbegin(); change != changes_.rend() && change->first > since; ++change) rows.push_back(change->second);
    return true;
}

void Table::set_state(std::uint32_t row, RowState state, std::uint64_t stamp) {
    if (this->state(row) == state) return;
    states_[row] = static_cast<std::uint8_t>(state);
    existence_ = stamp;
    live_.put(row, state == RowState::live);
    bin_.put(row, state == RowState::bin);
}

bool Table::put(const Record& record, std::uint64_t stamp) {
    const Id id = record.id();
    if (loading && erased_while_loading_.count(id.value)) return false;
    const std::uint32_t row = row_for(id);
    if (filling_ && row >= settled_) return set_aside(id, &record), true;
    if (!unresolved_.empty()) put_while_unresolved_.insert(row);
    if (state(row) != RowState::absent) {
        const Column* version = column(model::slot_version);
        if (version && version->values.get(row) > Wide{record.version()}) return false;
    }
    bool found_otherwise = false;  // under other words
    for (const auto& column : columns_) {
        if (!column || column->field->slot == model::slot_id || !set(*column, row, record)) continue;
        column->changed = stamp;
        found_otherwise |= column->field->options.search;
    }
    const bool merged = !record.at(model::slot_merged_into).empty();
    const bool deleted = !record.at(model::slot_deleted_at).empty();
    set_state(row, merged ? RowState::merged : deleted ? RowState::bin : RowState::live, stamp);
    note(row, stamp);
    if (search && found_otherwise) search->update(*this, row);
    return true;
}

void Table::erase(Id id, std::uint64_t stamp) {
    if (loading) erased_while_loading_.emplace(id.value, stamp);
    const auto row = row_of(id);
    if (filling_ && row && *row >= settled_) return set_aside(id, nullptr);
    if (!row || state(*row) == RowState::absent) return;
    if (!unresolved_.empty()) put_while_unresolved_.insert(*row);
    Record nothing(*entity_);
    for (const auto& column : columns_)
        if (column && column->field->slot != model::slot_id && set(*column, *row, nothing)) column->changed = stamp;
    set_state(*row, RowState::absent, stamp);
    note(*row, stamp);
    if (search) search->update(*this, *row);
}

Arena* Table::arena(int slot) {
    Column* column = columns_[static_cast<std::size_t>(slot)].get();
    return column && column->held == Held::text && !column->texts.coded() ? &column->texts.arena() : nullptr;
}

void Table::finish_load() {
    loading = false;
    settled_ = rows();
    erased_while_loading_.clear();
    ids_.shrink_to_fit();
    states_.shrink_to_fit();
}

Value Table::value(const Column& column, std::uint32_t row) const {
    if (column.field->slot == model::slot_id) return state(row) == RowState::absent ? Value() : Value(id(row));
    if (column.held == Held::text) {
        std::string room;
        const auto text = column.texts.get(row, room);
        return text ? Value(*text) : Value();
    }
    const Wide raw = column.values.get(row);
    if (raw == no_value) return Value();
    if (column.held == Held::decimal) return Value(Decimal{raw});
    if (column.held == Held::money) {
        const auto currency = column.currency.coded_text(row);
        return Value(Money{static_cast<std::int64_t>(raw), currency ? Currency::parse(*currency).value_or(Currency{}) : Currency{}});
    }
    return value_of(column, static_cast<std::int64_t>(raw));
}

Value Table::value_of(const Column& column, std::int64_t raw) const {
    switch (column.held) {
        case Held::decimal: return Value(Decimal{raw});
        case Held::reference: return Value(column.target->id(static_cast<std::uint32_t>(raw - 1)));
        case Held::text: return Value(column.texts.dictionary().text(static_cast<std::uint32_t>(raw)));
        default: break;
    }
    switch (column.field->type) {
        case Type::date: return Value(Date{static_cast<std::int32_t>(raw)});
        case Type::instant: return Value(Instant{raw});
        case Type::duration: return Value(Duration{raw});
        case Type::boolean: return Value(raw != 0);
        default: return Value(raw);
    }
}

Record Table::record(std::uint32_t row) const {
    Record out(*entity_);
    int slots = entity_->slots;
    for (const int extra : reporting_slots_) slots = std::max(slots, extra + 1);
    out.slots.resize(static_cast<std::size_t>(slots));
    for (const auto& column : columns_) {
        if (!column || column->held == Held::evaluated) continue;
        out.at(column->field->slot) = value(*column, row);
        const Wide reporting = column->held == Held::money ? column->reporting.get(row) : no_value;
        if (reporting != no_value) out.at(reporting_slot(column->field->slot)) = Value(static_cast<std::int64_t>(reporting));
    }
    return out;
}

void Table::take_over(Table& from) {
    ids_ = std::move(from.ids_);
    ascending_ = from.ascending_;
    heads_ = std::move(from.heads_);
    settled_ = from.settled_;
    states_ = std::move(from.states_);
    index_ = std::move(from.index_);
    live_ = std::move(from.live_);
    bin_ = std::move(from.bin_);
    changes_ = std::move(from.changes_);
    stamp_ = from.stamp_;
    forgotten_ = from.forgotten_;
    existence_ = from.existence_;
    loading = from.loading;
    ready = from.ready;
    erased_while_loading_ = std::move(from.erased_while_loading_);
    search = std::move(from.search);
    for (const auto& column : columns_) {
        if (!column) continue;
        const Column* old = from.column(column->field->name);
        if (!old || old->held != column->held || old->field->type != column->field->type) continue;
        const FieldInfo* field = column->field;
        Table* target = column->target;
        *column = std::move(const_cast<Column&>(*old));
        column->field = field;
        column->target = target;
    }
}

std::size_t Table::bytes() const {
    std::size_t sum = (ids_.capacity() + heads_.capacity()) * 8 + states_.capacity() + index_.capacity() * 4 + live_.bytes() + bin_.bytes() +
                      changes_.size() * sizeof(changes_.front());
    for (const auto& column : columns_)
        if (column) sum += sizeof(Column) + column->bytes();
    return sum;
}

}  // namespace fairlead::store::columns
