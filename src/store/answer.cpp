// Lists, groups and search by a scan of the rows.
#include "store/answer.h"

#include <algorithm>
#include <map>

#include "base/secret.h"
#include "base/text.h"
#include "model/record_row.h"
#include "store/columns/columns.h"

namespace fairlead::store {
namespace {

bool matches_words(const Record& record, const std::vector<std::string>& words, const Viewer* viewer) {
    if (words.empty()) return true;
    std::string text;
    for (const FieldInfo& field : record.entity->fields) {
        if (!field.options.search || field.slot < 0 || !record.at(field.slot).is<std::string>()) continue;
        if (viewer && !viewer->reads(*record.entity, field)) continue;
        text += fold(record.at(field.slot).as<std::string>()) + '\n';
    }
    return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return text.find(word) != std::string::npos; });
}

std::vector<std::string> words_of(std::string_view search) {
    std::vector<std::string> words;
    for (std::string& word : split(fold(search), ' '))
        if (!word.empty()) words.push_back(std::move(word));
    return words;
}

// Every matching record, with computed fields and hidden ones cleared.
void each_match(Reading& reading, const EntityInfo& entity, const formula::Formula& filter, std::string_view search, bool in_bin, const Scan& scan,
                const std::function<bool(Record&)>& each) {
    const std::vector<std::string> words = words_of(search);
    scan(entity, in_bin, [&](Record& record) {
        if (!reading.within_reach(record, Right::read)) return true;
        reading.finish(record);
        if (!matches_words(record, words, nullptr)) return true;
        if (filter && !formula::holds(*filter, model::RecordRow(reading, record), reading.context())) return true;
        return each(record);
    });
}

// A value as bytes whose order is the order of lists: empty last in both directions is decided by the caller.
struct Key {
    Value value;
    std::string text;  // sort_key of texts and titles
};

int compare(const Key& a, const Key& b) {
    if (a.value.held().index() != b.value.held().index()) return a.value.held().index() < b.value.held().index() ? -1 : 1;
    const auto order = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (a.value.is<std::string>() || a.value.is<Id>()) return order(a.text, b.text);
    if (const auto* flag = a.value.get<bool>()) return order(*flag, b.value.as<bool>());
    if (const auto* whole = a.value.get<std::int64_t>()) return order(*whole, b.value.as<std::int64_t>());
    if (const auto* decimal = a.value.get<Decimal>()) return order(decimal->units, b.value.as<Decimal>().units);
    if (const auto* date = a.value.get<Date>()) return order(date->days, b.value.as<Date>().days);
    if (const auto* instant = a.value.get<Instant>()) return order(instant->micros, b.value.as<Instant>().micros);
    if (const auto* duration = a.value.get<Duration>()) return order(duration->micros, b.value.as<Duration>().micros);
    return 0;
}

class Sorter {
  public:
    Sorter(Reading& reading, const EntityInfo& entity) : reading_(reading), entity_(entity) {}

    Result<void> prepare(const Viewer& viewer, const std::vector<SortBy>& sort) {
        for (const SortBy& by : sort) {
            formula::CheckOptions options;
            options.currency = reading_.catalog().currency();
            auto checked = formula::check(by.field, ViewerSchema(reading_.catalog(), viewer), entity_.name, options);
            if (!checked || (*checked)->root->op != formula::Op::field)
                return refuse(Why::bad_request, "unknown_field", "There is no field " + by.field + " to sort by", "sort", {{"field", by.field}});
            const formula::PathStep& last = (*checked)->root->path.back();
            const EntityInfo* holder = reading_.catalog().find(last.entity);
            if (const FieldInfo* field = holder ? holder->field(last.name) : nullptr; field && field->options.long_text) return not_sortable(by.field);
            parts_.push_back({*checked, by.descending});
        }
        return {};
    }

    std::vector<Key> keys(const Record& record) {
        std::vector<Key> keys;
        const model::RecordRow row(reading_, record);
        for (const auto& part : parts_) {
            auto value = formula::evaluate(*part.formula, row, reading_.context());
            keys.push_back(key_of(*part.formula->root, value ? *value : Value(), record));
        }
        return keys;
    }

    bool before(const std::vector<Key>& a, Id a_id, const std::vector<Key>& b, Id b_id) const {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (a[i].value.empty() != b[i].value.empty()) return b[i].value.empty();  // empty last, either way
            const int order = a[i].value.empty() ? 0 : compare(a[i], b[i]);
            if (order != 0) return parts_[i].descending ? order > 0 : order < 0;
        }
        const bool newest_first = parts_.empty() || parts_.front().descending;
        return newest_first ? b_id < a_id : a_id < b_id;
    }

  private:
    struct Part {
        formula::Formula formula;
        bool descending;
    };
    Key key_of(const formula::Node& node, const Value& value, const Record& record) {
        Key key{value, {}};
        if (const auto* text = value.get<std::string>()) key.text = sort_key(*text);
        if (const auto* id = value.get<Id>()) return key_of_reference(node.path.back(), *id);
        if (const auto* money = value.get<Money>()) {
            const FieldInfo* field = node.path.size() == 1 ? entity_.field(node.path.front().name) : nullptr;
            const Value rep = field && field->is_stored() ? reporting(record, field->slot) : Value();
            const auto converted = rep.is<std::int64_t>() ? std::optional(Money{rep.as<std::int64_t>(), reading_.context().currency})
                                                          : reading_.context().convert ? reading_.context().convert(*money, reading_.context().currency, reading_.context().today()) : std::nullopt;
            key.value = converted ? Value(converted->decimal()) : Value();
        }
        return key;
    }
    // By position where the target has one, else by title.
    Key key_of_reference(const formula::PathStep& step, Id id) {
        const EntityInfo* target = reading_.catalog().find(step.type.target);
        const auto record = target ? reading_.find(*target, id) : std::nullopt;
        if (!record) return {};
        std::string position;
        for (const FieldInfo& field : target->fields)
            if (field.options.meaning == model::Meaning::position && record->at(field.slot).is<std::int64_t>()) {
                position = std::to_string(1'000'000'000 + record->at(field.slot).as<std::int64_t>());
                break;
            }
        return {Value(id), position + sort_key(to_text(record->at(target->title_slot)))};
    }
    Reading& reading_;
    const EntityInfo& entity_;
    std::vector<Part> parts_;
};

// A cursor is the id at the page's edge and what the query was; the page is found again by sorting.
std::string query_mark(const ListQuery& query) {
    std::string text = query.entity + '\n' + (query.filter ? query.filter->text : "") + '\n' + query.search + '\n';
    for (const SortBy& by : query.sort) text += (by.descending ? '-' : '+') + by.field + ',';
    if (query.effective_as_of) text += query.effective_as_of->text();
    if (query.recorded_as_of) text += '/' + query.recorded_as_of->text();
    const Digest digest = sha256(text);
    return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), 6));
}

}  // namespace

namespace {

struct Entry {
    std::vector<Key> keys;
    Id id;
};

std::vector<Entry> sorted_matches(Reading& reading, const EntityInfo& entity, Sorter& sorter, const ListQuery& query, const Scan& scan) {
    std::vector<Entry> entries;
    each_match(reading, entity, query.filter, query.search, query.in_bin, scan, [&](Record& record) {
        entries.push_back({sorter.keys(record), record.id()});
        return true;
    });
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return sorter.before(a.keys, a.id, b.keys, b.id); });
    return entries;
}

void each_found(Reading& reading, const EntityInfo& entity, const std::vector<Id>& ids, const std::function<bool(const Record&)>& each) {
    constexpr std::size_t slice = 500;
    for (std::size_t begin = 0; begin < ids.size(); begin += slice) {
        const auto from = ids.begin() + static_cast<std::ptrdiff_t>(begin);
        const std::vector<Record> records = reading.find_many(entity, {from, from + static_cast<std::ptrdiff_t>(std::min(slice, ids.size() - begin))});
        if (!std::all_of(records.begin(), records.end(), each)) return;
    }
}

}  // namespace

Result<ListPage> answer_list(Reading& reading, const EntityInfo& entity, const Viewer& viewer, const ListQuery& query, const Scan& scan) {
    Sorter sorter(reading, entity);
    FAIRLEAD_TRY(sorter.prepare(viewer, query.sort));
    const std::string mark = query_mark(query);
    bool backwards = false;
    Id edge{};
    if (!query.cursor.empty()) {
        const auto parts = split(query.cursor, '.');
        const auto id = parts.size() == 3 ? Id::parse(parts[1]) : std::nullopt;
        if (!id || (parts[0] != "n" && parts[0] != "p")) return refuse(Why::bad_request, "bad_cursor", "The cursor is damaged: begin the list again", "cursor");
        if (parts[2] != mark) return refuse(Why::bad_request, "cursor_mismatch", "The cursor belongs to another filter or sort: begin the list again", "cursor");
        edge = *id;
        backwards = parts[0] == "p";
    }
    std::vector<Entry> entries = sorted_matches(reading, entity, sorter, query, scan);
    const auto limit = static_cast<std::size_t>(query.limit);
    std::size_t begin = 0;
    if (edge) {
        const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.id == edge; });
        if (at == entries.end()) return refuse(Why::bad_request, "cursor_gone", "The record at the edge of the page has gone: begin the list again", "cursor");
        const auto index = static_cast<std::size_t>(at - entries.begin());
        begin = backwards ? (index > limit ? index - limit : 0) : index + 1;
        if (backwards) entries.resize(index);
    }
    ListPage page;
    page.way = "scan";
    const std::size_t total = entries.size();
    const std::size_t end = std::min(begin + limit, total);
    std::vector<Id> ids;
    for (std::size_t i = begin; i < end; ++i) ids.push_back(entries[i].id);
    page.records = reading.find_many(entity, ids);
    if (query.count == Count::exact && !backwards) page.count = static_cast<std::int64_t>(total);
    if (!ids.empty() && (end < total || backwards)) page.next = "n." + ids.back().text() + "." + mark;
    if (!ids.empty() && begin > 0) page.prev = "p." + ids.front().text() + "." + mark;
    return page;
}

// In id order without a sort, else in the order asked.
Result<void> answer_each(Reading& reading, const EntityInfo& entity, const Viewer& viewer, const ListQuery& query, const Scan& scan, const std::function<bool(const Record&)>& each) {
    if (query.sort.empty()) {
        each_match(reading, entity, query.filter, query.search, query.in_bin, scan, [&](Record& record) { return each(record); });
        return {};
    }
    if (query.sort.size() == 1 && query.sort.front().field == "id" && query.search.empty()) {
        // A scan comes in id order: turning it round takes the ids and nothing else.
        const bool backwards = query.sort.front().descending;
        std::vector<Id> ids;
        each_match(reading, entity, query.filter, query.search, query.in_bin, scan, [&](Record& record) {
            if (!backwards) return each(record);
            ids.push_back(record.id());
            return true;
        });
        std::reverse(ids.begin(), ids.end());
        each_found(reading, entity, ids, each);
        return {};
    }
    Sorter sorter(reading, entity);
    FAIRLEAD_TRY(sorter.prepare(viewer, query.sort));
    std::vector<Id> ids;
    for (const Entry& entry : sorted_matches(reading, entity, sorter, query, scan)) ids.push_back(entry.id);
    each_found(reading, entity, ids, each);
    return {};
}

namespace {

// One aggregate of one group as it grows.
class Growing {
  public:
    explicit Growing(const Aggregate& aggregate) : aggregate_(&aggregate) {}

    Result<void> add(Reading& reading, const Record& record) {
        if (aggregate_->kind == Aggregate::count && !aggregate_->of) {
            ++count_;
            return {};
        }
        auto value = formula::evaluate(*aggregate_->of, model::RecordRow(reading, record), reading.context());
        if (!value || value->empty()) return {};
        if (const auto* money = value->get<Money>()) return add_money(reading, record, *money);
        ++count_;
        switch (aggregate_->kind) {
            case Aggregate::count: break;
            case Aggregate::count_distinct: distinct_.emplace(to_text(*value), true); break;
            case Aggregate::min:
            case Aggregate::max: keep_extreme(*value); break;
            default: numbers_.push_back(number(*value)); kind_ = *value;
        }
        return {};
    }

    Value result(const Currency& currency) const {
        switch (aggregate_->kind) {
            case Aggregate::count: return Value(count_);
            case Aggregate::count_distinct: return Value(static_cast<std::int64_t>(distinct_.size()));
            case Aggregate::min:
            case Aggregate::max: return extreme_;
            case Aggregate::sum: return is_money_ || aggregate_is_money() ? Value(Money{static_cast<std::int64_t>(total()), currency}) : sum();
            case Aggregate::average:
                if (count_ == 0) return {};
                return in_kind(divide(Decimal{total_units()}, Decimal::of(count_)), currency);
            case Aggregate::median: return count_ == 0 ? Value() : in_kind(median(), currency);
        }
        return {};
    }

  private:
    bool aggregate_is_money() const { return aggregate_->of && aggregate_->of->root->type.type == Type::money; }
    static Decimal number(const Value& value) {
        if (const auto* decimal = value.get<Decimal>()) return *decimal;
        if (const auto* whole = value.get<std::int64_t>()) return Decimal::of(*whole);
        if (const auto* duration = value.get<Duration>()) return Decimal::of(duration->micros);
        return {};
    }
    Result<void> add_money(Reading& reading, const Record& record, const Money& money) {
        const auto minor = reading.in_reporting(record, *aggregate_->of->root, money);
        if (!minor) return {};
        ++count_;
        is_money_ = true;
        if (aggregate_->kind == Aggregate::min || aggregate_->kind == Aggregate::max) keep_extreme(Value(Money{*minor, reading.context().currency}));
        else if (aggregate_->kind == Aggregate::count_distinct) distinct_.emplace(std::to_string(*minor), true);
        else numbers_.push_back(Decimal{*minor});  // whole minor units, unscaled
        return {};
    }
    void keep_extreme(const Value& value) {
        const auto key = [](const Value& v) {
            Key k{v, {}};
            if (const auto* text = v.get<std::string>()) k.text = sort_key(*text);
            if (const auto* money = v.get<Money>()) k.value = Value(money->minor);
            return k;
        };
        if (extreme_.empty()) {
            extreme_ = value;
            return;
        }
        const int order = compare(key(value), key(extreme_));
        if (aggregate_->kind == Aggregate::min ? order < 0 : order > 0) extreme_ = value;
    }
    Int128 total_units() const {
        Int128 sum = 0;
        for (const Decimal& n : numbers_) sum += n.units;
        return sum;
    }
    Int128 total() const { return total_units(); }
    Value sum() const {
        const Decimal sum{total_units()};
        if (kind_.is<std::int64_t>() || numbers_.empty())
            if (const auto whole = sum.whole()) return Value(*whole);
        return Value(sum);
    }
    std::optional<Decimal> median() const {
        std::vector<Decimal> sorted = numbers_;
        std::sort(sorted.begin(), sorted.end());
        const std::size_t middle = sorted.size() / 2;
        if (sorted.size() % 2 == 1) return sorted[middle];
        const auto sum = store_add(sorted[middle - 1], sorted[middle]);
        return sum ? divide(*sum, Decimal::of(2)) : std::nullopt;
    }
    static std::optional<Decimal> store_add(Decimal a, Decimal b) { return fairlead::add(a, b); }
    // Money was gathered as whole minor units; a mean of them is rounded half-even once.
    Value in_kind(std::optional<Decimal> units, const Currency& currency) const {
        if (!units) return {};
        if (!is_money_) return Value(*units);
        // Minor units were kept as Decimal::units: the quotient of two such numbers is in units again.
        const auto minor = units->units;
        return Value(Money{static_cast<std::int64_t>(minor), currency});
    }

    const Aggregate* aggregate_;
    std::int64_t count_ = 0;
    bool is_money_ = false;
    std::vector<Decimal> numbers_;
    std::map<std::string, bool> distinct_;
    Value extreme_, kind_;
};

}  // namespace

Result<std::vector<Group>> answer_group(Reading& reading, const EntityInfo& entity, const GroupQuery& query, const Scan& scan) {
    struct Growth {
        std::vector<Value> by;
        std::vector<Growing> values;
    };
    std::map<std::string, Growth> groups;
    Result<void> outcome;
    const auto fresh = [&](std::vector<Value> by) {
        Growth growth{std::move(by), {}};
        for (const Aggregate& aggregate : query.aggregates) growth.values.emplace_back(aggregate);
        return growth;
    };
    if (query.by.empty()) groups.emplace("", fresh({}));
    each_match(reading, entity, query.filter, query.search, false, scan, [&](Record& record) {
        std::vector<Value> by;
        std::string key;
        const model::RecordRow row(reading, record);
        for (const formula::Formula& formula : query.by) {
            auto value = formula::evaluate(*formula, row, reading.context());
            by.push_back(value ? std::move(*value) : Value());
            key += std::to_string(by.back().held().index()) + ':' + to_text(by.back()) + '\n';
        }
        auto found = groups.find(key);
        if (found == groups.end()) found = groups.emplace(key, fresh(std::move(by))).first;
        for (Growing& value : found->second.values)
            if (outcome) outcome = value.add(reading, record);
        return static_cast<bool>(outcome);
    });
    if (!outcome) return outcome.refused();

    // The natural order: references by position or title, the rest by value, empty last.
    std::vector<std::pair<std::vector<Key>, Growth*>> sorted;
    for (auto& [text, growth] : groups) {
        std::vector<Key> keys;
        for (std::size_t i = 0; i < growth.by.size(); ++i) {
            Key key{growth.by[i], {}};
            if (const auto* value = key.value.get<std::string>()) key.text = sort_key(*value);
            if (const auto* id = key.value.get<Id>()) {
                const EntityInfo* target = reading.catalog().find(query.by[i]->root->type.target);
                const auto record = target ? reading.find(*target, *id) : std::nullopt;
                if (record) {
                    key.text = sort_key(to_text(record->at(target->title_slot)));
                    for (const FieldInfo& field : target->fields)
                        if (field.options.meaning == model::Meaning::position && record->at(field.slot).is<std::int64_t>())
                            key.text = std::to_string(1'000'000'000 + record->at(field.slot).as<std::int64_t>()) + key.text;
                }
            }
            keys.push_back(std::move(key));
        }
        sorted.emplace_back(std::move(keys), &growth);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        for (std::size_t i = 0; i < a.first.size(); ++i) {
            if (a.first[i].value.empty() != b.first[i].value.empty()) return b.first[i].value.empty();
            if (const int order = compare(a.first[i], b.first[i]); order != 0) return order < 0;
        }
        return false;
    });
    std::vector<Group> answer;
    for (auto& [keys, growth] : sorted) {
        Group group{std::move(growth->by), {}};
        for (const Growing& value : growth->values) group.values.push_back(value.result(reading.context().currency));
        answer.push_back(std::move(group));
        if (static_cast<int>(answer.size()) >= query.limit) break;
    }
    return answer;
}

std::vector<Store::Found> answer_search(Connection& connection, Reading& reading, const Shape& shape, const Viewer& viewer, std::string_view words, int limit,
                                        const std::vector<std::string>& names) {
    std::vector<Store::Found> found;
    const std::vector<std::string> folded = words_of(words);
    if (folded.empty()) return found;
    const RowReader rows(connection, shape);
    for (const auto& entity : shape.catalog->entities()) {
        if (!shape.table(*entity).searched() || entity->access == model::AccessKind::system || !viewer.may(*entity, Right::read)) continue;
        if (!names.empty() && std::find(names.begin(), names.end(), entity->name) == names.end()) continue;
        int here = 0;
        rows.scan(*entity, false, [&](Record& record) {
            if (!reading.within_reach(record, Right::read)) return true;
            reading.finish(record);
            if (!matches_words(record, folded, viewer.is_system ? nullptr : &viewer)) return true;
            found.push_back({entity->name, record.id(), to_text(record.at(entity->title_slot)), {}});
            return ++here < limit;
        }, {}, [&](std::span<const Record> page) {
            reading.want_reach(page);
            reading.want_computed(page);
        });
    }
    // Accents as typed first, then beginnings, then newest.
    const std::string typed = fold_case(words), plain = folded.front();
    const auto rank = [&](const Store::Found& hit) {
        const std::string title = fold_case(hit.title), flat = fold(hit.title);
        if (title.starts_with(typed)) return 0;
        if (title.find(typed) != std::string::npos) return 1;
        return flat.starts_with(plain) ? 2 : 3;
    };
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
        const int ra = rank(a), rb = rank(b);
        return ra != rb ? ra < rb : b.id < a.id;
    });
    if (static_cast<int>(found.size()) > limit) found.resize(static_cast<std::size_t>(limit));
    return found;
}

}  // namespace fairlead::store
