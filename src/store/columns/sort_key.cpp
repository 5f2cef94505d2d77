// Sort keys of columns, over references, and of computed fields.
#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "store/columns/order.h"

namespace fairlead::store {

Refused not_sortable(std::string_view path) {
    return refuse(Why::bad_request, "not_sortable", "A list cannot be sorted by " + std::string(path) + ": name a field with a single value that is not a long text", "sort");
}

}  // namespace fairlead::store

namespace fairlead::store::columns {
namespace {

constexpr Key middle = Key{1} << 126;  // numbers lie on both sides of it

Key key_of_number(Wide value) { return value == no_value ? null_key : static_cast<Key>(value + static_cast<Wide>(middle)); }

std::string number_boundary(Wide value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}
Key key_of_number_boundary(std::string_view boundary) {
    Wide value = 0;
    if (boundary.size() != sizeof value) return null_key;
    std::memcpy(&value, boundary.data(), sizeof value);
    return key_of_number(value);
}

// Calls `each(place, code)` for ascending rows of a column of codes.
template <class Each>
void each_code(const Packed& codes, std::span<const std::uint32_t> rows, Each each) {
    std::array<std::int64_t, 256> raws;
    for (std::size_t begin = 0; begin < rows.size(); begin += raws.size()) {
        const auto part = rows.subspan(begin, std::min(raws.size(), rows.size() - begin));
        codes.fetch(part, raws.data());
        for (std::size_t i = 0; i < part.size(); ++i) each(begin + i, raws[i] == Packed::none ? 0 : static_cast<std::uint32_t>(raws[i]));
    }
}

class NumberKey final : public SortKey {
  public:
    NumberKey(const Table& table, const Column& column)
        : table_(table), column_(column),
          quick_(column.held == Held::money ? Table::reporting_is_narrow(column) : column.values.narrow()) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        std::array<std::int64_t, 256> values;
        while (!rows.empty()) {
            const auto part = rows.first(std::min(rows.size(), values.size()));
            if (quick_ && part.size() > 4) {
                if (column_.held == Held::money) table_.reporting_minors(column_, part, values.data());
                else column_.values.fetch(part, values.data());
                for (std::size_t i = 0; i < part.size(); ++i) keys[i] = values[i] == Packed::none ? null_key : key_of_number(values[i]);
            } else {
                for (std::size_t i = 0; i < part.size(); ++i) keys[i] = key_of_number(number(part[i]));
            }
            keys += part.size();
            rows = rows.subspan(part.size());
        }
    }
    std::string boundary(std::uint32_t row) const override {
        const Wide value = number(row);
        return value == no_value ? std::string() : number_boundary(value);
    }
    Key key_of(std::string_view boundary) const override { return key_of_number_boundary(boundary); }
    const Column* walked() const override { return &column_; }

  private:
    Wide number(std::uint32_t row) const {
        return column_.held == Held::money ? table_.reporting_minor(column_, row) : column_.values.get(row);
    }
    const Table& table_;
    const Column& column_;
    bool quick_;
};

class IdKey final : public SortKey {
  public:
    explicit IdKey(const Table& table) : table_(table) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        for (std::size_t i = 0; i < rows.size(); ++i) keys[i] = key_of_number(table_.id(rows[i]).value);
    }
    std::string boundary(std::uint32_t row) const override { return number_boundary(table_.id(row).value); }
    Key key_of(std::string_view boundary) const override { return key_of_number_boundary(boundary); }

  private:
    const Table& table_;
};

// A choice sorts as declared; words that are no longer declared come after.
class ChoiceKey final : public SortKey {
  public:
    explicit ChoiceKey(const Column& column) : column_(column) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        each_code(column_.texts.codes(), rows, [&](std::size_t i, std::uint32_t code) { keys[i] = key_of_code(code); });
    }
    const Column* coded() const override { return &column_; }
    Key key_of_code(std::uint32_t code) const override { return code ? Key{code} : null_key; }
    std::string boundary(std::uint32_t row) const override { return std::string(column_.texts.coded_text(row).value_or("")); }
    Key key_of(std::string_view boundary) const override {
        const std::uint32_t code = column_.texts.dictionary().find(boundary);
        return boundary.empty() ? null_key : code ? Key{code} : Key{column_.texts.dictionary().size()} + 1;
    }

  private:
    const Column& column_;
};

// A dictionary only grows, so that the order of its texts holds until there is one more.
std::shared_ptr<const TextRanks> text_ranks(const State& state, const Column& column) {
    const Dictionary& dictionary = column.texts.dictionary();
    const std::string question = std::to_string(reinterpret_cast<std::uintptr_t>(&column)) + " " + std::to_string(dictionary.size());
    if (auto known = state.text_ranks.find(question)) return known;
    auto made = std::make_shared<TextRanks>();
    made->sorted.reserve(dictionary.size());
    for (std::uint32_t code = 1; code <= dictionary.size(); ++code) made->sorted.emplace_back(sort_key(dictionary.text(code)), code);
    std::sort(made->sorted.begin(), made->sorted.end());
    made->ranks.assign(dictionary.size() + std::size_t{1}, null_key);
    Key rank = 0;
    for (std::size_t i = 0; i < made->sorted.size(); ++i) {
        if (i == 0 || made->sorted[i].first != made->sorted[i - 1].first) rank += 2;
        made->ranks[made->sorted[i].second] = rank;
    }
    state.text_ranks.put(question, made);
    return made;
}

class CodedTextKey final : public SortKey {
  public:
    CodedTextKey(const State& state, const Column& column) : column_(column), texts_(text_ranks(state, column)) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        each_code(column_.texts.codes(), rows, [&](std::size_t i, std::uint32_t code) { keys[i] = texts_->ranks[code]; });
    }
    const Column* coded() const override { return &column_; }
    Key key_of_code(std::uint32_t code) const override { return texts_->ranks[code]; }
    std::string boundary(std::uint32_t row) const override {
        const auto text = column_.texts.coded_text(row);
        return text ? sort_key(*text) : std::string();
    }
    Key key_of(std::string_view boundary) const override {
        if (boundary.empty()) return null_key;
        const auto place = std::lower_bound(texts_->sorted.begin(), texts_->sorted.end(), boundary, [](const auto& one, std::string_view key) { return one.first < key; });
        if (place != texts_->sorted.end() && place->first == boundary) return texts_->ranks[place->second];
        return place == texts_->sorted.begin() ? Key{1} : texts_->ranks[std::prev(place)->second] + 1;
    }

  private:
    const Column& column_;
    std::shared_ptr<const TextRanks> texts_;
};

class TextKey final : public SortKey {
  public:
    TextKey(const Column& column, Order order) : column_(column), order_(std::move(order)) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        for (std::size_t i = 0; i < rows.size(); ++i) keys[i] = order_.key(rows[i]);
    }
    std::string boundary(std::uint32_t row) const override {
        std::string room;
        const auto text = column_.texts.get(row, room);
        return text ? sort_key(*text) : std::string();
    }
    Key key_of(std::string_view boundary) const override {
        return boundary.empty() ? null_key : order_.key_of(column_, std::string(boundary));
    }
    const Column* walked() const override { return &column_; }

  private:
    const Column& column_;
    Order order_;
};

// Over a reference: the key of the record referred to, none where the viewer does not reach it.
class OverKey final : public SortKey {
  public:
    OverKey(const Column& reference, AnswerPointer seen, SortKeyPointer inner)
        : reference_(reference), seen_(std::move(seen)), inner_(std::move(inner)) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        if (rows.size() < 16) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const auto target = reach(rows[i]);
                keys[i] = target ? inner_->key(*target) : null_key;
            }
            return;
        }
        // Many records refer to few: the key of each is found once a question.
        if (known_.empty()) known_.assign(std::min(reference_.target->rows() + std::size_t{1}, remembered_most), unknown);
        each_code(reference_.values, rows, [&](std::size_t i, std::uint32_t code) {
            if (code >= known_.size()) {
                keys[i] = key_of_code(code);
                return;
            }
            Key& key = known_[code];
            if (key == unknown) key = key_of_code(code);
            keys[i] = key;
        });
    }
    std::string boundary(std::uint32_t row) const override {
        const auto target = reach(row);
        return target ? inner_->boundary(*target) : std::string();
    }
    Key key_of(std::string_view boundary) const override { return inner_->key_of(boundary); }
    const Column* coded() const override { return &reference_; }
    Key key_of_code(std::uint32_t code) const override {
        const auto target = reached(code);
        return target ? inner_->key(*target) : null_key;
    }
    std::vector<Key> keys_of_codes(std::uint32_t greatest) const override {
        std::vector<std::uint32_t> targets;
        for (std::uint32_t code = 1; code <= greatest; ++code)
            if (const auto target = reached(code)) targets.push_back(*target);
        std::vector<Key> found(targets.size()), keys(greatest + std::size_t{1}, null_key);
        inner_->keys(targets, found.data());
        for (std::size_t i = 0; i < targets.size(); ++i) keys[targets[i] + std::size_t{1}] = found[i];
        return keys;
    }

  private:
    static constexpr std::size_t remembered_most = 200'000;
    static constexpr Key unknown = null_key - 1;  // beyond every key

    std::optional<std::uint32_t> reach(std::uint32_t row) const { return reached(reference_.values.code(row)); }
    std::optional<std::uint32_t> reached(std::uint32_t code) const {
        if (!code || reference_.target->state(code - 1) != RowState::live || !sees(seen_, code - 1)) return std::nullopt;
        return code - 1;
    }
    const Column& reference_;
    AnswerPointer seen_;
    SortKeyPointer inner_;
    mutable std::vector<Key> known_;  // of each target row from 1; a sort key serves one question
};

// A computed field that is not stored: numbers, dates and flags.
class EvaluatedKey final : public SortKey {
  public:
    EvaluatedKey(const Asking& asking, const Table& table, const Column& column)
        : state_(asking.state()), context_(asking.context()), table_(table), column_(column) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        for (std::size_t i = 0; i < rows.size(); ++i) keys[i] = key_of_number(number(rows[i]));
    }
    std::string boundary(std::uint32_t row) const override {
        const Wide value = number(row);
        return value == no_value ? std::string() : number_boundary(value);
    }
    Key key_of(std::string_view boundary) const override { return key_of_number_boundary(boundary); }

  private:
    Wide number(std::uint32_t row) const {
        const Value value = value_of(state_, context_, table_, column_, row);
        if (const auto* flag = value.get<bool>()) return *flag ? 1 : 0;
        if (const auto* whole = value.get<std::int64_t>()) return Wide{*whole} * Decimal::one;
        if (const auto* decimal = value.get<Decimal>()) return decimal->units;
        if (const auto* date = value.get<Date>()) return date->days;
        if (const auto* instant = value.get<Instant>()) return instant->micros;
        if (const auto* duration = value.get<Duration>()) return duration->micros;
        if (const auto* money = value.get<Money>()) {
            if (money->currency == context_.currency) return money->minor;
            const auto home = context_.convert ? context_.convert(*money, context_.currency, context_.today()) : std::nullopt;
            return home ? Wide{home->minor} : no_value;
        }
        return no_value;
    }
    const State& state_;
    const formula::Context& context_;
    const Table& table_;
    const Column& column_;
};

// A computed boolean that is not stored: two remembered sets tell what would have to be evaluated for each row.
class FlagKey final : public SortKey {
  public:
    FlagKey(Asking& asking, const Table& table, const Column& column)
        : table_(table), evaluated_(asking, table, column), true_(where(asking, table, column.field->name)),
          false_(where(asking, table, "NOT(" + column.field->name + ")")) {}
    void keys(std::span<const std::uint32_t> rows, Key* keys) const override {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::uint32_t row = rows[i];
            if (true_->rows.has(row)) keys[i] = key_of_number(1);
            else if (false_->rows.has(row)) keys[i] = key_of_number(0);
            else keys[i] = table_.state(row) == RowState::live ? null_key : evaluated_.key(row);  // only live ones are in the sets
        }
    }
    std::string boundary(std::uint32_t row) const override { return evaluated_.boundary(row); }
    Key key_of(std::string_view boundary) const override { return evaluated_.key_of(boundary); }
    std::vector<Part> parts() const override { return {{key_of_number(0), &false_->rows}, {key_of_number(1), &true_->rows}}; }

  private:
    static AnswerPointer where(Asking& asking, const Table& table, const std::string& text) {
        auto formula = formula::check(text, *asking.state().catalog, table.entity().name);
        ensure(static_cast<bool>(formula), "a boolean field is a formula");
        return filtered(asking, table, *formula);
    }
    const Table& table_;
    EvaluatedKey evaluated_;
    AnswerPointer true_, false_;
};

Result<SortKeyPointer> step(Asking& asking, const Table& table, std::string_view path, std::string_view whole) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    const FieldInfo* field = table.entity().field(name);
    if (!field || !may_read(asking.viewer(), table.entity(), *field)) {
        std::vector<std::string> names;
        for (const FieldInfo& other : table.entity().fields)
            if (may_read(asking.viewer(), table.entity(), other)) names.push_back(other.name);
        const std::string near = nearest(name, names);
        return refuse(Why::bad_request, "unknown_field",
                      "There is no field " + std::string(name) + " to sort by" + (near.empty() ? "" : "; did you mean " + near + "?"), "sort");
    }
    if (field->is_many() || field->type == Type::list || field->options.long_text) return not_sortable(whole);
    const Column* column = table.column(field->slot);
    if (!column) throw Cannot{field->name + " is not held in columns"};
    if (dot == std::string_view::npos) {
        if (column->held == Held::evaluated && (field->type == Type::text || field->type == Type::choice || field->type == Type::reference))
            return not_sortable(whole);
        return column_key(asking, table, *column);
    }
    if (column->held != Held::reference || !column->target) return not_sortable(whole);
    const Table& target = asking.ready(column->target->entity().name);
    Result<SortKeyPointer> inner = step(asking, target, path.substr(dot + 1), whole);
    if (!inner) return inner;
    return SortKeyPointer(std::make_unique<OverKey>(*column, asking.visible(target), std::move(*inner)));
}

}  // namespace

SortKeyPointer natural_key(Asking& asking, const Table& table, int depth) {
    for (int slot = 0; slot < table.entity().slots; ++slot) {
        const Column* column = table.column(slot);
        if (column && column->held == Held::number && column->field->options.meaning == model::Meaning::position)
            return std::make_unique<NumberKey>(table, *column);
    }
    const Column* title = table.column(table.entity().title_slot);
    if (!title || title->field->slot == model::slot_id || depth > 3 || title->held == Held::evaluated) return std::make_unique<IdKey>(table);
    return column_key(asking, table, *title, depth);
}

SortKeyPointer column_key(Asking& asking, const Table& table, const Column& column, int depth) {
    if (column.field->slot == model::slot_id) return std::make_unique<IdKey>(table);
    switch (column.held) {
        case Held::evaluated:
            if (column.field->type == Type::boolean) return std::make_unique<FlagKey>(asking, table, column);
            return std::make_unique<EvaluatedKey>(asking, table, column);
        case Held::text:
            if (column.field->type == Type::choice) return std::make_unique<ChoiceKey>(column);
            if (column.texts.coded()) return std::make_unique<CodedTextKey>(asking.state(), column);
            return std::make_unique<TextKey>(column, asking.state().orders->of_texts(asking, table, column));
        case Held::reference: {
            const Table& target = asking.ready(column.target->entity().name);
            return std::make_unique<OverKey>(column, asking.visible(target), natural_key(asking, target, depth + 1));
        }
        default: return std::make_unique<NumberKey>(table, column);
    }
}

Result<SortKeyPointer> sort_key_of(Asking& asking, const Table& table, std::string_view path) { return step(asking, table, path, path); }

}  // namespace fairlead::store::columns
