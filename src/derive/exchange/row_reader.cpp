// Reading cells by type.
#include "derive/exchange/row_reader.h"

#include <algorithm>

#include "base/tax_code.h"
#include "base/text.h"
#include "derive/exchange/heads.h"
#include "derive/forms.h"
#include "derive/words.h"

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;

namespace {

constexpr std::size_t known_most = 100'000;

// A record of its name alone can stand.
bool stands_by_its_title(const EntityInfo& entity) {
    if (entity.title_slot < 0 || !entity.by_slot(entity.title_slot).is_stored()) return false;
    return std::none_of(entity.fields.begin(), entity.fields.end(), [&](const FieldInfo& field) { return field.options.required && field.is_stored() && !field.system && !field.initial && field.slot != entity.title_slot; });
}

// "1:30" is an hour and a half, "0:01:30" a minute and a half; in seconds.
std::optional<Decimal> seconds_of_clock(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
    std::int64_t seconds = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string part = i < parts.size() ? parts[i] : "0";
        if (part.empty() || part.size() > 6 || part.find_first_not_of("0123456789") != std::string::npos || (i > 0 && (part.size() > 2 || part >= "60"))) return std::nullopt;
        seconds = seconds * 60 + std::stoll(part);
    }
    return Decimal::of(negative ? -seconds : seconds);
}

// What a clock in the zone must show. A time that the clocks skip becomes the one after.
Instant at_clock(Date day, std::int64_t micros_of_day, const std::string& zone) {
    const std::int64_t wanted = std::int64_t{day.days} * 86'400'000'000 + micros_of_day;
    Instant instant{start_of_day(day, zone).micros + micros_of_day};
    instant.micros += wanted - clock_reading(instant, zone).micros;
    return instant;
}

}  // namespace

RowReader::RowReader(store::Store& store, std::shared_ptr<const store::Viewer> viewer, const ImportPlan& plan, const FileLook& look)
    : store_(store), catalog_(store.catalog()), entity_(&catalog_->need(plan.entity)), viewer_(std::move(viewer)), finder_(store, viewer_), clear_empty_(plan.clear_empty),
      create_missing_(plan.create_missing), width_(look.width) {
    const auto context = store.context();
    zone_ = context.zone;
    country_ = home_country(zone_);  // by its rules telephone numbers are written
    currency_ = context.currency;
    for (const MappedColumn& mapped : plan.mapping) {
        const auto target = target_field(*entity_, mapped.field, *viewer_);
        ensure(target.has_value(), "the plan was checked: " + mapped.field);
        if (target->currency) continue;
        Column column;
        column.index = static_cast<std::size_t>(mapped.column);
        column.field = target->field;
        column.values = mapped.values;
        for (const ColumnLook& one : look.columns)
            if (one.index == mapped.column) column.head = one.name, column.form = one.form;
        if (!plan.reading.decimal.empty()) column.form.decimal = plan.reading.decimal[0], column.form.numbers_contradict = false;
        if (!plan.reading.dates.empty()) column.form.dates = order_named(plan.reading.dates), column.form.dates_contradict = false;
        if (column.field->type == Type::reference) {
            column.target = &catalog_->need(column.field->target);
            // A stage belongs to a pipeline, and so does the deal.
            for (const FieldInfo& field : column.target->fields)
                if (field.type == Type::reference && field.is_stored() && !field.system && field.options.required)
                    if (const FieldInfo* own = entity_->field(field.name); own != nullptr && own->is_stored() && own->target == field.target) column.within = field.name;
        }
        for (const MappedColumn& other : plan.mapping)
            if (other.field == mapped.field + ".currency") column.currency_column = other.column;
        has_forms_ |= has_form(*column.field);
        columns_.push_back(std::move(column));
    }
    // What a reference is sought within is read before it.
    std::stable_sort(columns_.begin(), columns_.end(), [](const Column& a, const Column& b) { return a.within.empty() > b.within.empty(); });
    for (const std::string& name : plan.key) key_.push_back(&entity_->need(name));
}

void RowReader::fault(ReadRow& out, const Column& column, const std::string& text, std::string code, std::string message, std::vector<std::pair<std::string, std::string>> params, std::string mend_to) {
    params.emplace_back("value", text.substr(0, 200));
    params.emplace_back("column", column.head);
    RowFault fault{{std::move(code), column.field->name, std::move(message), std::move(params)}, text.substr(0, 200), {}, false};
    constexpr std::string_view of_the_value[] = {"no_such_record", "ambiguous_reference", "ambiguous_row", "unknown_choice", "not_yes_or_no", "not_a_number", "not_whole", "not_a_date"};
    fault.by_value = std::find(std::begin(of_the_value), std::end(of_the_value), fault.reason.code) != std::end(of_the_value);
    if (!mend_to.empty()) fault.repair = ValueRepair{column.field->name, text, std::move(mend_to)};
    out.faults.push_back(std::move(fault));
}

void RowReader::read(const TableRow& cells, bool ragged, ReadRow& out) {
    out.line = cells.line;
    out.patch.emplace(*entity_);
    out.wanted.clear();
    out.own.clear();
    out.faults.clear();
    out.odd.clear();
    out.key.clear();
    if (ragged) {
        out.faults.push_back({{"ragged_row", "", "The row has " + std::to_string(cells.size()) + " fields, the head has " + std::to_string(width_) + ": a separator or a quote is missing or too many",
                               {{"found", std::to_string(cells.size())}, {"expected", std::to_string(width_)}}},
                              cells.size() > 0 ? cells[0].text.substr(0, 200) : std::string(), {}, false});
        return;
    }
    for (Column& column : columns_) read_cell(column, cells, out);
    if (has_forms_) look_at_forms(out);
    if (!out.faults.empty() || key_.empty()) return;
    for (const FieldInfo* field : key_) {
        const auto wanted = std::find_if(out.wanted.begin(), out.wanted.end(), [&](const WantedRecord& w) { return w.slot == field->slot; });
        const Value* value = out.patch->find(field->slot);
        const auto own = std::find_if(out.own.begin(), out.own.end(), [&](const auto& named) { return named.first == field->slot; });
        const std::string part = own != out.own.end() && value == nullptr ? "#" + std::to_string(own->second) : wanted != out.wanted.end() ? "+" + fold_case(wanted->title) : value != nullptr ? comparable(*field, *value, country_) : std::string();
        if (part.empty()) {
            out.key.clear();
            out.faults.push_back({{"blank_key", field->name, "The row has no " + field->label + ", by which records are found again: fill it in, or choose another key", {{"name", field->label}}}, "", {}, false});
            return;
        }
        out.key += part;
        out.key += '\n';
    }
}

std::string RowReader::comparable(const FieldInfo& field, const Value& value, std::string_view country) {
    if (value.empty()) return {};
    if (!value.is<std::string>()) return to_text(value);
    if (field.options.meaning == Meaning::phone) return phone_of(value.as<std::string>(), country);
    if (field.options.meaning == Meaning::tax_code) return fold_case(read_tax_code(value.as<std::string>(), {}, country).stored);
    return fold_case(trim(value.as<std::string>()));
}

std::string RowReader::key_of(const model::Record& record) const {
    std::string key;
    for (const FieldInfo* field : key_) {
        const std::string part = comparable(*field, record.at(field->slot), country_);
        if (part.empty()) return {};
        key += part;
        key += '\n';
    }
    return key;
}

void RowReader::note(const WantedRecord& wanted, Id id) {
    finder_.note(*wanted.target, wanted.title, id);
    for (Column& column : columns_)
        if (column.target == wanted.target) std::erase_if(column.known, [](const auto& known) { return known.second.wanted; });
}

// Whether nobody can be written to at an address is no reason to lose it: it is kept as it is written, and reported.
void RowReader::look_at_forms(ReadRow& out) {
    std::optional<std::string> beside;
    for (const Column& column : columns_) {
        if (!has_form(*column.field)) continue;
        const auto set = std::find_if(out.patch->sets.begin(), out.patch->sets.end(), [&](const auto& one) { return one.first == column.field->slot; });
        const auto* text = set != out.patch->sets.end() ? set->second.get<std::string>() : nullptr;
        if (text == nullptr) continue;
        if (!beside) beside = country_beside(*out.patch, nullptr);
        if (auto odd = odd_form(*column.field, *text, *beside, country_)) {
            odd->reason.params.emplace_back("column", column.head);
            RowFault fault{std::move(odd->reason), text->substr(0, 200), {}, true};
            if (odd->instead) fault.repair = ValueRepair{column.field->name, *text, *odd->instead};
            out.odd.push_back(std::move(fault));
        } else if (std::string kept = in_its_form(*column.field, *text, *beside, country_); kept != *text) {
            set->second = Value(std::move(kept));
        }
    }
}

void RowReader::read_cell(Column& column, const TableRow& cells, ReadRow& out) {
    const Cell& cell = cells[column.index];
    const FieldInfo& field = *column.field;
    const std::string_view trimmed = trim(cell.text);
    std::string text(field.options.long_text ? std::string_view(cell.text) : trimmed);
    if (!column.values.empty())
        if (const auto meant = column.values.find(std::string(trimmed)); meant != column.values.end()) text = meant->second;
    if (trim(text).empty()) {
        if (clear_empty_) out.patch->set_slot(field.slot, Value());
        return;
    }
    if (cell.kind == CellKind::error) {
        fault(out, column, cell.text, "error_value", "The cell holds the error " + cell.text + " instead of a value: mend the formula in the workbook");
        return;
    }
    Value value = value_of(column, cell, text, cells, out);
    if (!value.empty()) out.patch->sets.emplace_back(field.slot, std::move(value));
}

Value RowReader::value_of(Column& column, const Cell& cell, const std::string& text, const TableRow& cells, ReadRow& out) {
    const FieldInfo& field = *column.field;
    switch (field.type) {
        case Type::text: return field.options.meaning == Meaning::phone ? Value(phone_of(text, country_)) : Value(text);
        case Type::boolean: {
            if (const auto yes = yes_or_no(text)) return Value(*yes);
            fault(out, column, text, "not_yes_or_no", "\"" + text + "\" is neither yes nor no");
            return {};
        }
        case Type::choice: return choice_of(column, text, out);
        case Type::reference: return reference_of(column, text, out);
        case Type::date:
        case Type::instant: return day_or_time(column, cell, text, out);
        case Type::whole:
        case Type::decimal:
        case Type::percent:
        case Type::money:
        case Type::duration: return number_of(column, cell, text, cells, out);
        case Type::list: break;
    }
    return {};
}

Value RowReader::number_of(Column& column, const Cell& cell, const std::string& text, const TableRow& cells, ReadRow& out) {
    const FieldInfo& field = *column.field;
    std::optional<Decimal> number;
    std::string currency;
    bool percent = false;
    if (field.type == Type::duration) number = seconds_of_clock(text);
    if (!number && cell.kind == CellKind::number && text == cell.text) {
        number = Decimal::parse(text);
    } else if (!number) {
        const auto written = written_number(text);
        if (written && (written->currency.empty() || field.type == Type::money) && (!written->percent || field.type == Type::percent)) {
            const NumberSigns signs = possible_signs(*written);
            if (column.form.numbers_contradict && signs != sign_any) {
                fault(out, column, text, "numbers_contradict", "The column writes decimals both with a point and with a comma: choose the decimal sign of the file");
                return {};
            }
            const char sign = column.form.decimal != 0 ? column.form.decimal : signs == sign_comma ? ',' : '.';
            number = decimal_of(*written, sign);
            currency = written->currency;
            percent = written->percent;
        }
    }
    if (!number) {
        const std::string sign = column.form.decimal == 0 ? "" : column.form.decimal == ',' ? " with a comma for the decimals" : " with a point for the decimals";
        fault(out, column, text, "not_a_number", "\"" + text + "\" is not a number" + sign);
        return {};
    }
    switch (field.type) {
        case Type::whole: {
            const auto whole = number->whole();
            if (!whole) fault(out, column, text, "not_whole", "\"" + text + "\" is not a whole number");
            return whole ? Value(*whole) : Value();
        }
        case Type::percent: {
            // 35 or "35 %" in a column of percentages; 0.35 in a column of parts.
            const auto share = percent || column.form.hundreds ? divide(*number, Decimal::of(100)) : number;
            return share ? Value(*share) : Value();
        }
        case Type::duration: {
            const auto micros = number->to_scaled(6, Rounding::half_even);
            if (!micros) fault(out, column, text, "number_too_large", field.label + " is too large");
            return micros ? Value(Duration{*micros}) : Value();
        }
        case Type::money: {
            if (column.currency_column >= 0)
                if (const std::string_view written = trim(cells[static_cast<std::size_t>(column.currency_column)].text); !written.empty()) currency = written;
            if (currency == "₫" || currency == "đ" || fold(currency) == "dong") currency = "VND";
            const auto code = currency.empty() ? std::optional(currency_) : Currency::parse(currency);
            if (!code) {
                fault(out, column, currency, "unknown_currency", "\"" + currency + "\" is no currency: write its three letters, as USD or VND");
                return {};
            }
            const auto money = Money::of(*number, *code);
            if (!money) {
                fault(out, column, text, "number_too_large", field.label + " is too large");
                return {};
            }
            if (money->decimal() != *number) {
                fault(out, column, text, "too_many_decimals", "\"" + text + "\" has more decimals than " + code->text() + " has (" + std::to_string(code->decimals()) + ")",
                      {{"decimals", std::to_string(code->decimals())}, {"currency", code->text()}});
                return {};
            }
            return Value(*money);
        }
        default: return Value(*number);
    }
}

Value RowReader::day_or_time(Column& column, const Cell& cell, const std::string& text, ReadRow& out) {
    const bool date = column.field->type == Type::date;
    const std::uint8_t orders = cell.kind == CellKind::date ? static_cast<std::uint8_t>(order_ymd | order_certain) : possible_orders(text);
    if (orders != order_none && (orders & order_certain) == 0 && column.form.dates_contradict) {
        const char* only = orders == order_dmy ? "only with the day first" : orders == order_mdy ? "only with the month first" : "in two ways";
        fault(out, column, text, "dates_contradict", std::string("No single order of day and month fits the whole column; this one is a day ") + only + ". Choose the order of the file", {{"fits", only}});
        return {};
    }
    const auto written = orders == order_none ? std::nullopt : day_of(text, column.form.dates == order_none ? order_ymd : column.form.dates);
    if (!written) {
        const std::string_view order = orders == order_none ? "" : column.form.dates == order_dmy ? " with the day first" : column.form.dates == order_mdy ? " with the month first" : "";
        fault(out, column, text, "not_a_date", "\"" + text + "\" is not a day" + std::string(order));
        return {};
    }
    if (date) return Value(written->instant ? date_in_zone(*written->instant, zone_) : written->day);
    return Value(written->instant ? *written->instant : at_clock(written->day, written->micros_of_day, zone_));
}

Value RowReader::choice_of(Column& column, const std::string& text, ReadRow& out) {
    if (const auto known = column.known.find(text); known != column.known.end()) {
        if (known->second.fault) out.faults.push_back(*known->second.fault);
        return known->second.value;
    }
    const FieldInfo& field = *column.field;
    Column::Known known;
    const std::string word = fold(text);
    std::vector<std::string> labels;
    for (const model::ChoiceInfo& choice : field.choices) {
        const std::string other = choice_label(*entity_, field, choice, "vi");
        if (fold(choice.value) == word || fold(choice.label) == word || fold(other) == word) known.value = Value(choice.value);
        labels.push_back(fold(choice.label));
    }
    if (known.value.empty()) {
        std::string words, mend;
        for (const model::ChoiceInfo& choice : field.choices) words += (words.empty() ? "" : ", ") + choice.label;
        if (const std::string near = nearest(word, labels); !near.empty()) mend = field.choices[static_cast<std::size_t>(std::find(labels.begin(), labels.end(), near) - labels.begin())].label;
        const std::size_t before = out.faults.size();
        fault(out, column, text, "unknown_choice", field.label + " has no choice \"" + text + "\"; it takes one of: " + words, {{"choices", words}}, mend);
        known.fault = out.faults[before];
    }
    const Value value = known.value;
    if (column.known.size() < known_most) column.known.emplace(text, std::move(known));
    return value;
}

Value RowReader::reference_of(Column& column, const std::string& text, ReadRow& out) {
    Id within{};
    std::string cached = text;
    if (!column.within.empty()) {
        if (const Value* scope = out.patch->find(entity_->slot(column.within)); scope != nullptr && scope->is<Id>()) within = scope->as<Id>();
        cached += '\n' + within.text();
    }
    const auto known = column.known.find(cached);
    if (known != column.known.end()) {
        if (known->second.fault) out.faults.push_back(*known->second.fault);
        if (known->second.wanted) out.wanted.push_back({column.field->slot, column.target, text});
        if (known->second.own != OwnRows::none) out.own.emplace_back(column.field->slot, known->second.own);
        return known->second.value;
    }
    Column::Known now;
    const std::size_t before = out.faults.size();
    const EntityInfo& target = *column.target;
    auto found = finder_.find(target, text, column.within, within);
    if (!found) {
        fault(out, column, text, found.refused().code(), found.refused().message());
        return {};
    }
    // A meant value that is the written one says: this is another, make it.
    const auto meant = column.values.find(text);
    const bool insisted = meant != column.values.end() && meant->second == text;
    // Sign-ins and what decides access are never made by the way.
    const bool may_create = create_missing_ && !target.changes_access && stands_by_its_title(target) && viewer_->may(target, store::Right::create);
    const OwnRows::Named row = own_ != nullptr && &target == entity_ ? own_->named(text) : OwnRows::Named();
    if (row.row != OwnRows::none && !row.several) {
        // What the file itself calls so is meant first; it is known once it is written.
        if (found->how == RecordFinder::Found::one) now.value = Value(found->id);
        now.own = row.row;
        out.own.emplace_back(column.field->slot, row.row);
    } else if (found->how == RecordFinder::Found::one) {
        now.value = Value(found->id);
    } else if (row.several) {
        fault(out, column, text, "ambiguous_row", "More than one row of the file is called \"" + text + "\": name it by its external id or e-mail address");
    } else if (found->how == RecordFinder::Found::several) {
        fault(out, column, text, "ambiguous_reference", "There is more than one " + target.label + " called \"" + text + "\": name it by its external id or e-mail address", {{"entity", target.label}});
    } else if (may_create && (found->near.empty() || insisted || fold_case(found->near) == fold_case(text))) {
        now.wanted = true;
        out.wanted.push_back({column.field->slot, &target, text});
    } else {
        fault(out, column, text, "no_such_record", "There is no " + target.label + " called \"" + text + "\"" + (found->near.empty() ? "" : "; \"" + found->near + "\" is near"),
              {{"entity", target.label}, {"near", found->near}}, found->near);
    }
    if (out.faults.size() > before) now.fault = out.faults[before];
    const Value value = now.value;
    if (column.known.size() < known_most) column.known.emplace(std::move(cached), std::move(now));
    return value;
}

}  // namespace fairlead::derive
