// The import of a folder: reading every row into a plan, then writing the plans.
#include "derive/exchange/profile_import.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "derive/exchange/cell_value.h"
#include "derive/exchange/edited_here.h"
#include "derive/exchange/table.h"
#include "derive/exchange/way.h"
#include "derive/forms.h"
#include "store/expect.h"

namespace fairlead::derive {
namespace {

using model::EntityInfo;
using model::FieldInfo;
using model::Patch;
using model::Record;

// One written row, by the heads of its file.
struct Row {
    std::int64_t line = 0;
    const std::unordered_map<std::string, int>* heads = nullptr;
    const TableRow* cells = nullptr;
    const Json* inline_row = nullptr;

    bool has(const std::string& column) const { return inline_row ? inline_row->find(column) != nullptr : heads->contains(fold(column)); }
    std::string at(const std::string& column) const {
        if (inline_row) {
            const Json* value = inline_row->find(column);
            return value ? (value->is(Json::Kind::boolean) ? (value->flag ? "true" : "false") : value->text) : std::string();
        }
        const auto found = heads->find(fold(column));
        if (found == heads->end() || static_cast<std::size_t>(found->second) >= cells->size()) return {};
        return std::string(trim((*cells)[static_cast<std::size_t>(found->second)].text));
    }
    std::string of(const std::vector<std::string>& columns) const {
        for (const std::string& column : columns)
            if (has(column)) return at(column);
        return {};
    }
};

struct Plan {
    std::int64_t line = 0;
    Way way;
    bool start_unknown = false;
};

// What is known of the records that rows refer to: by field and loose key.
class Known {
  public:
    Known(store::Store& store, const store::Viewer& viewer) : store_(store), viewer_(viewer) {}

    struct Index {
        std::unordered_map<std::string, Id> exact, loose;
        std::vector<std::string> names;
        std::unordered_map<std::string, std::string> written;  // loose -> as written
    };
    Result<Index*> of(const std::string& entity, const std::string& field) {
        const std::string key = entity + "." + field;
        if (const auto known = indexes_.find(key); known != indexes_.end()) return &known->second;
        Index& index = indexes_[key];
        store::ListQuery query;
        query.entity = entity;
        const int slot = store_.catalog()->need(entity).slot(field);
        FAIRLEAD_TRY(store_.each(viewer_, query, [&](const Record& record) {
            add(index, field, to_text(record.at(slot)), record.id());
            return true;
        }));
        for (const auto& [text, id] : planned_[key]) add(index, field, text, id);
        return &index;
    }
    static void add(Index& index, std::string_view field, const std::string& text, Id id) {
        if (text.empty()) return;
        index.exact.emplace(fold_case(text), id);
        if (field == "external_id") return;
        const std::string loose = loose_key(text);
        if (index.loose.emplace(loose, id).second) {
            index.names.push_back(loose);
            index.written.emplace(loose, text);
        }
    }
    // Records of this kind were made: what was known of them is read again when it is asked for.
    void forget(const std::string& entity) {
        std::erase_if(indexes_, [&](const auto& known) { return known.first.starts_with(entity + "."); });
    }
    // A record that exists now, or would exist after a dry run.
    void note(const std::string& entity, const std::string& field, const std::string& text, Id id) {
        planned_[entity + "." + field].emplace_back(text, id);
        if (const auto known = indexes_.find(entity + "." + field); known != indexes_.end()) add(known->second, field, text, id);
    }

  private:
    store::Store& store_;
    const store::Viewer& viewer_;
    std::map<std::string, Index> indexes_;
    std::map<std::string, std::vector<std::pair<std::string, Id>>> planned_;
};

// The nearest of `names` when it is close enough to be a slip of the pen.
std::string near_miss(const std::string& loose, const std::vector<std::string>& names) {
    if (loose.size() < 5) return {};
    const std::string found = nearest(loose, names);
    // nearest() allows a third; a repair without asking wants to be surer.
    if (found.empty()) return {};
    std::size_t same = 0;
    const std::size_t shorter = std::min(found.size(), loose.size());
    while (same < shorter && found[same] == loose[same]) ++same;
    std::size_t tail = 0;
    while (tail < shorter - same && found[found.size() - 1 - tail] == loose[loose.size() - 1 - tail]) ++tail;
    return std::max(found.size(), loose.size()) - same - tail <= 2 ? found : std::string();
}

// Salesforce's ids of 15 characters tell upper from lower case; the form of 18 has the case in its last three, five
// letters each, so that programs that fold case keep them apart.
std::string id_of_18(const std::string& id) {
    if (id.size() != 15 || !std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0; })) return id;
    std::string out = id;
    for (std::size_t part = 0; part < 15; part += 5) {
        std::size_t bits = 0;
        for (std::size_t i = 0; i < 5; ++i) bits |= static_cast<std::size_t>(id[part + i] >= 'A' && id[part + i] <= 'Z') << i;
        out += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits];
    }
    return out;
}

class StepImport {
  public:
    StepImport(store::Store& store, std::shared_ptr<const store::Viewer> viewer, const Step& step, Known& known, const std::string& folder, Id batch, const ProfileImportOptions& options)
        : store_(store), viewer_(std::move(viewer)), step_(step), known_(known), folder_(folder), batch_(batch), options_(options), catalog_(store.catalog()),
          entity_(catalog_->need(step.entity)), zone_(store.context().zone) {}

    Result<StepReport> run() {
        report_.entity = step_.entity;
        FAIRLEAD_ASSIGN(const bool there, read_rows());
        if (!there) return std::move(report_);
        if (!options_.dry_run) {
            FAIRLEAD_TRY(write_plans());
            known_.forget(entity_.name);
            for (const Wanted& wanted : wanted_) known_.forget(wanted.entity);
        }
        else FAIRLEAD_TRY(count_plans());
        finish_report();
        return std::move(report_);
    }

  private:
    // ---- Reading ----
    // Names whatever their case; of several that fit a pattern the last by name, which bears the latest date.
    std::string find_file(const std::vector<std::string>& names) const {
        for (const std::string& name : names) {
            if (const auto path = std::filesystem::path(folder_) / name; std::filesystem::is_regular_file(path)) return path.string();
            std::string best;
            for (const auto& entry : std::filesystem::directory_iterator(folder_))
                if (entry.is_regular_file() && fits(lower_ascii(entry.path().filename().string()), lower_ascii(name))) best = std::max(best, entry.path().string());
            if (!best.empty()) return best;
        }
        return {};
    }
    // "*" stands for any letters.
    static bool fits(std::string_view name, std::string_view pattern) {
        const auto star = pattern.find('*');
        if (star == std::string_view::npos) return name == pattern;
        if (!name.starts_with(pattern.substr(0, star))) return false;
        for (std::size_t at = star; at <= name.size(); ++at)
            if (fits(name.substr(at), pattern.substr(star + 1))) return true;
        return false;
    }

    Result<bool> read_rows() {
        if (!step_.rows.empty()) {
            report_.file = "(profile)";
            for (std::size_t i = 0; i < step_.rows.size(); ++i) FAIRLEAD_TRY(plan({static_cast<std::int64_t>(i) + 1, nullptr, nullptr, &step_.rows[i]}));
            return true;
        }
        report_.file = step_.files.front();
        const std::string path = find_file(step_.files);
        if (path.empty()) {
            report_.missing = true;
            if (step_.optional) return false;
            return refuse(Why::not_found, "no_such_file", "The folder " + folder_ + " has no file " + step_.files.front(), {}, {{"file", step_.files.front()}});
        }
        report_.file = std::filesystem::path(path).filename().string();
        if (!step_.heads.empty()) return rows_of_heads(path);
        for (const Move& move : step_.moves) FAIRLEAD_TRY(read_moves(move));
        for (auto& [key, moves] : moves_) settle(moves);
        return each_row(path, [&](const Row& row) { return plan(row); });
    }

    // `Date entered "Contract sent (Sales pipeline)"` names a stage and its pipeline.
    struct NamedStage {
        std::string head, stage, pipeline;
    };
    static std::optional<NamedStage> named_stage(const std::string& head, const std::string& begin) {
        if (!fold(head).starts_with(fold(begin))) return std::nullopt;
        std::string rest(trim(std::string_view(head).substr(begin.size())));
        while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.erase(0, 1);
        while (!rest.empty() && (rest.back() == '"' || rest.back() == '\'')) rest.pop_back();
        NamedStage named{head, rest, {}};
        const auto open = rest.rfind(" (");
        if (open != std::string::npos && rest.back() == ')') {
            named.stage = rest.substr(0, open);
            named.pipeline = rest.substr(open + 2, rest.size() - open - 3);
        }
        return named.stage.empty() ? std::nullopt : std::optional(named);
    }
    static Json as_row(const NamedStage& named) {
        Json row;
        row.kind = Json::Kind::object;
        for (const auto& [name, text] : {std::pair{"Stage", named.stage}, std::pair{"Pipeline", named.pipeline}}) {
            Json value;
            value.kind = Json::Kind::text;
            value.text = text;
            row.members.emplace_back(name, std::move(value));
        }
        return row;
    }
    Result<bool> rows_of_heads(const std::string& path) {
        auto opened = open_table(path);
        if (!opened) return in_file(path, opened.refused());
        for (const TableColumn& column : (*opened)->look().columns)
            if (const auto named = named_stage(column.name, step_.heads)) {
                const Json row = as_row(*named);
                FAIRLEAD_TRY(plan({1, nullptr, nullptr, &row}));
            }
        return true;
    }

    // Of several files a person must be told which one.
    static Refused in_file(const std::string& path, Refused refused) {
        for (Refusal& reason : refused.reasons) reason.message = std::filesystem::path(path).filename().string() + ": " + reason.message;
        return refused;
    }

    Result<bool> each_row(const std::string& path, const std::function<Result<void>(const Row&)>& take) {
        auto opened = open_table(path);
        if (!opened) return in_file(path, opened.refused());
        const auto table = std::move(*opened);
        std::unordered_map<std::string, int> heads;
        for (const TableColumn& column : table->look().columns) heads.emplace(fold(column.name), column.index);
        if (!step_.entered.empty() && entered_.empty())
            for (const TableColumn& column : table->look().columns)
                if (auto named = named_stage(column.name, step_.entered)) entered_.push_back(std::move(*named));
        TableRow cells;
        std::int64_t rows = 0;
        for (;;) {
            const auto next = table->next(cells);
            if (!next) return in_file(path, next.refused());
            if (*next == Table::Next::end) break;
            if (*next == Table::Next::ragged) {
                ++report_.read;
                report_.refused.push_back({cells.line, "ragged_row", "", "The row has " + std::to_string(cells.size()) + " fields, the head " + std::to_string(table->width())});
                continue;
            }
            FAIRLEAD_TRY(take({cells.line, &heads, &cells, nullptr}));
            if (options_.progress && ++rows % 2000 == 0) options_.progress("Reading " + report_.file, table->progress());
        }
        return true;
    }

    struct WrittenMove {
        Instant at;
        Patch patch;
    };
    Result<void> read_moves(const Move& move) {
        const std::string path = find_file(move.files);
        if (path.empty()) {
            if (!move.optional) leave_open("history", "there is no file " + move.files.front(), "");
            return {};
        }
        const auto empties = empties_;  // of the records, not of their steps
        FAIRLEAD_TRY(each_row(path, [&](const Row& row) -> Result<void> {
            if (move.take && text_of(*move.take, row).empty()) return {};
            const auto at = instant_of(row.at(move.at_column), move.at_as);
            if (!at) {
                leave_open("history", "the time of a move could not be read", row.at(move.at_column));
                return {};
            }
            Patch patch(entity_);
            for (const FieldSource& source : move.set) FAIRLEAD_TRY(set_from(source, row, patch));
            const std::string key = row.at(move.key_column);
            if (!patch.empty()) moves_[key].push_back({*at, std::move(patch)});
            Patch before(entity_);
            for (const FieldSource& source : move.before) FAIRLEAD_TRY(set_from(source, row, before));
            for (const auto& [slot, value] : before.sets) {
                const auto [known, made] = begins_[key].try_emplace(slot, *at, value);
                if (!made && *at < known->second.first) known->second = {*at, value};
            }
            return {};
        }));
        empties_ = empties;
        return {};
    }
    // In order of time; what a move repeats of the one before is left out.
    static void settle(std::vector<WrittenMove>& moves) {
        std::stable_sort(moves.begin(), moves.end(), [](const WrittenMove& a, const WrittenMove& b) { return a.at < b.at; });
        std::unordered_map<int, Value> held;
        for (WrittenMove& move : moves)
            std::erase_if(move.patch.sets, [&](const auto& set) {
                const auto known = held.find(set.first);
                if (known != held.end() && known->second == set.second) return true;
                held[set.first] = set.second;
                return false;
            });
        std::erase_if(moves, [&](const WrittenMove& move) { return move.patch.empty(); });
    }
    // Moves that the row itself tells, one for each head that names a stage of its pipeline.
    Result<void> moves_in_row(const Row& row, const std::string& key) {
        for (const NamedStage& named : entered_) {
            const std::string written = row.at(named.head);
            if (written.empty()) continue;
            const auto at = instant_of(written, step_.opened_as);
            if (!at) {
                leave_open("history", "the time of a move could not be read", written);
                continue;
            }
            const Json names = as_row(named);
            const Row as_names{row.line, nullptr, nullptr, &names};
            Patch patch(entity_);
            FAIRLEAD_ASSIGN(Value stage, reference_of(*step_.entered_stage, entity_.need("stage"), text_of(*step_.entered_stage, as_names)));
            if (stage.empty()) continue;
            patch.set("stage", std::move(stage));
            moves_[key].push_back({*at, std::move(patch)});
        }
        if (const auto found = moves_.find(key); found != moves_.end() && !entered_.empty()) settle(found->second);
        return {};
    }

    // ---- Values ----
    void repair(const std::string& field, const std::string& from, const std::string& to) {
        auto& known = repairs_[field + '\n' + from];
        known.field = field;
        known.from = from;
        known.to = to;
        ++known.rows;
    }
    void leave_open(const std::string& field, const std::string& why, const std::string& example) {
        auto& known = open_[field + '\n' + why];
        known.field = field;
        known.why = why;
        if (known.example.empty()) known.example = example;
        ++known.rows;
    }

    // RFC 3339 and its relatives: "2026-11-25 04:31", "2026-11-25T04:31:00.000+0000", "2026-11-25".
    static std::optional<Instant> iso_instant(std::string text, const std::string& zone) {
        if (text.size() > 5 && text[text.size() - 3] != ':' && (text[text.size() - 5] == '+' || text[text.size() - 5] == '-') && text.find(':') != std::string::npos)
            text.insert(text.size() - 2, ":");
        if (auto instant = Instant::parse(text)) return instant;
        const auto day = Date::parse(std::string_view(text).substr(0, 10));
        if (!day) return std::nullopt;
        if (text.size() == 10) return start_of_day(*day, zone);
        std::string clock = text.substr(0, 10) + "T" + text.substr(11);
        if (clock.size() == 16) clock += ":00";
        const auto shown = text[10] == ' ' || text[10] == 'T' ? Instant::parse(clock + "Z") : std::nullopt;
        if (!shown) return std::nullopt;
        // The moment at which a clock there shows this; an hour that a clock skips counts as the one after it.
        Instant at{shown->micros - (clock_reading(*shown, zone).micros - shown->micros)};
        at.micros += shown->micros - clock_reading(at, zone).micros;
        return at;
    }

    std::optional<Instant> instant_of(const std::string& text, const std::string& form) const {
        if (text.empty()) return std::nullopt;
        if (form.empty() || form == "iso" || form == "utc") return iso_instant(text, form == "utc" ? "UTC" : zone_);
        if (form == "epoch_ms") {
            const auto number = Decimal::parse(text);
            const auto whole = number ? number->whole() : std::nullopt;
            return whole ? std::optional(Instant{*whole * 1000}) : std::nullopt;
        }
        const auto day = date_as(text, form);
        return day ? std::optional(start_of_day(*day, zone_)) : std::nullopt;
    }

    // The written value after repairs and mapping.
    std::string text_of(const FieldSource& source, const Row& row) {
        for (const FieldSource& one : source.first)
            if (std::string text = text_of(one, row); !text.empty()) return text;
        if (source.value) return source.value->is(Json::Kind::boolean) ? (source.value->flag ? "true" : "false") : source.value->text;
        if (source.text.empty()) return written(source, row);
        // A text of texts that comes back to itself ends here.
        if (depth_ > 4) return {};
        ++depth_;
        std::string text = filled(source.text, row);
        --depth_;
        return meant(source, std::move(text));
    }
    static std::string meant(const FieldSource& source, std::string text) {
        for (const auto* words : {&source.only, &source.map})
            for (const auto& [from, to] : *words)
                if (fold(from) == fold(text)) return to;
        return source.only.empty() ? text : std::string();
    }
    std::string written(const FieldSource& source, const Row& row) {
        std::string text = row.of(source.columns);
        if (source.as == "id18") text = id_of_18(text);
        if (source.as == "first") text = std::string(trim(text.substr(0, text.find(';'))));
        if (!text.starts_with(source.begins)) return {};
        text = meant(source, std::move(text));
        if (text.empty() || source.known.empty()) return text;
        const std::string loose = loose_key(text);
        std::vector<std::string> names;
        for (const std::string& known : source.known) {
            if (known == text) return text;
            names.push_back(loose_key(known));
            if (names.back() == loose) {
                if (fold_case(known) != fold_case(text)) repair(source.field, text, known);
                return known;
            }
        }
        if (const std::string near = near_miss(loose, names); !near.empty()) {
            const std::string& known = source.known[static_cast<std::size_t>(std::find(names.begin(), names.end(), near) - names.begin())];
            repair(source.field, text, known);
            return known;
        }
        return text;
    }

    Result<Value> reference_of(const FieldSource& source, const FieldInfo& field, const std::string& text) {
        const std::string by = source.find.empty() ? catalog_->need(field.target).title : source.find;
        FAIRLEAD_ASSIGN(Known::Index * index, known_.of(field.target, by));
        if (const auto exact = index->exact.find(fold_case(text)); exact != index->exact.end()) return Value(exact->second);
        const std::string loose = loose_key(text);
        auto found = index->loose.find(loose);
        if (found == index->loose.end() && by != "external_id" && by != "code")
            if (const std::string near = near_miss(loose, index->names); !near.empty()) found = index->loose.find(near);
        if (found != index->loose.end()) {
            repair(source.field, text, index->written[found->first]);
            return Value(found->second);
        }
        if (!source.create) {
            leave_open(source.field, "there is no such " + field.target, text);
            return Value();
        }
        // Made together with the rows; in a dry run it has no id yet.
        const Id id = new_id();
        wanted_.push_back({field.target, by, text, id});
        Known::add(*index, by, text, id);
        return Value(id);
    }

    Result<void> set_from(const FieldSource& source, const Row& row, Patch& patch) {
        const FieldInfo& field = entity_.need(source.field);
        if (source.value && source.value->is(Json::Kind::null)) return {};
        const std::string text = text_of(source, row);
        if (text.empty()) {
            const bool known = std::any_of(source.columns.begin(), source.columns.end(), [&](const std::string& c) { return row.has(c); });
            if (known && !field.options.hidden) ++empties_[source.field];
            return {};
        }
        FAIRLEAD_ASSIGN(Value value, value_of(source, field, text, row));
        if (!value.empty()) patch.set_slot(field.slot, std::move(value));
        return {};
    }

    Result<Value> value_of(const FieldSource& source, const FieldInfo& field, const std::string& text, const Row& row) {
        const auto unreadable = [&](const char* what) {
            leave_open(source.field, std::string("not readable as ") + what, text);
            return Value();
        };
        switch (field.type) {
            case Type::text: return Value(text);
            case Type::choice: {
                for (const auto& choice : field.choices)
                    if (fold(choice.value) == fold(text) || fold(choice.label) == fold(text)) return Value(choice.value);
                return unreadable("one of its choices");
            }
            case Type::boolean: {
                const std::string word = fold(text);
                if (word == "true" || word == "yes" || word == "1" || word == "co" || word == "x") return Value(true);
                if (word == "false" || word == "no" || word == "0" || word == "khong") return Value(false);
                return unreadable("yes or no");
            }
            case Type::whole: {
                auto number = number_as(text);
                if (number && source.as == "hundredths" && text.find('%') == std::string::npos) number = multiply(*number, Decimal::of(100));
                const auto whole = number ? number->whole() : std::nullopt;
                return whole ? Value(*whole) : unreadable("a whole number");
            }
            case Type::decimal: {
                const auto number = number_as(text);
                return number ? Value(*number) : unreadable("a number");
            }
            case Type::percent: {
                const auto number = number_as(text);
                if (!number) return unreadable("a percentage");
                const bool of_hundred = source.as == "percent" || text.find('%') != std::string::npos;
                const auto share = of_hundred ? divide(*number, Decimal::of(100)) : number;
                return share ? Value(*share) : unreadable("a percentage");
            }
            case Type::money: {
                const auto number = number_as(text);
                const std::string named = source.currency_column.empty() ? std::string() : row.at(source.currency_column);
                const auto currency = Currency::parse(!named.empty() ? named : source.currency.empty() ? store_.context().currency.text() : source.currency);
                const auto scaled = number && source.as == "millions" ? multiply(*number, Decimal::of(1'000'000)) : number;
                const auto money = scaled && currency ? Money::of(*scaled, *currency) : std::nullopt;
                return money ? Value(*money) : unreadable("an amount");
            }
            case Type::date: {
                if (const auto at = instant_of(text, source.as)) return Value(date_in_zone(*at, zone_));
                return unreadable("a date");
            }
            case Type::instant: {
                const auto at = instant_of(text, source.as);
                return at ? Value(*at) : unreadable("a time");
            }
            case Type::duration: {
                const auto number = number_as(text);
                const auto seconds = number ? number->to_scaled(6, Rounding::half_even) : std::nullopt;
                return seconds ? Value(Duration{*seconds}) : unreadable("a duration in seconds");
            }
            case Type::reference: return reference_of(source, field, text);
            case Type::list: break;
        }
        return Value();
    }

    // "{product}, {account}": written values of the step's own sources by field; empty parts take their comma along.
    std::string filled(const std::string& form, const Row& row) {
        std::vector<std::string> parts;
        for (const std::string& piece : split(form, '|')) {
            std::string text;
            bool empty = false;
            for (std::size_t i = 0; i < piece.size(); ++i) {
                if (piece[i] != '{') {
                    text += piece[i];
                    continue;
                }
                const std::size_t end = piece.find('}', i);
                std::string name = piece.substr(i + 1, end - i - 1);
                const bool only_asked = name.ends_with('?');  // must be there, is not written
                if (only_asked) name.pop_back();
                const std::string value = named(name, row);
                empty |= value.empty();
                if (!only_asked) text += value;
                i = end == std::string::npos ? piece.size() : end;
            }
            if (!empty) parts.push_back(text);
        }
        return std::string(trim(join(parts, "")));
    }
    // A field's written value, as repaired for a reference; else a column.
    std::string named(const std::string& name, const Row& row) {
        for (const FieldSource& source : step_.set) {
            if (source.field != name) continue;
            const std::string text = source.text.empty() ? text_of(source, row) : written(source, row);
            const FieldInfo& field = entity_.need(name);
            if (field.type != Type::reference || text.empty()) return text;
            const std::string by = source.find.empty() ? catalog_->need(field.target).title : source.find;
            auto index = known_.of(field.target, by);
            if (!index) return text;
            const auto found = (*index)->written.find(loose_key(text));
            return found == (*index)->written.end() ? text : found->second;
        }
        return row.at(name);
    }

    // ---- Planning ----
    Result<void> plan(const Row& row) {
        if ((step_.skip && !text_of(*step_.skip, row).empty()) || (step_.take && text_of(*step_.take, row).empty())) {
            ++report_.left_out;
            return {};
        }
        ++report_.read;
        Patch patch(entity_);
        for (const FieldSource& source : step_.set) FAIRLEAD_TRY(set_from(source, row, patch));
        look_at_forms(row, patch);
        std::string key;
        for (const std::string& field : step_.key) {
            const Value* value = patch.find(entity_.slot(field));
            if (!value || value->empty()) {
                if (step_.distinct) {  // a row that names no such record, as an agent without a manager
                    ++report_.repeated;
                    return {};
                }
                report_.refused.push_back({row.line, "required", field, "The row has no " + entity_.need(field).label + ", by which it would be found again"});
                return {};
            }
            key += fold_case(to_text(*value)) + '\n';
        }
        if (!keys_.insert(key).second) {
            if (step_.distinct) ++report_.repeated;
            else report_.refused.push_back({row.line, "duplicate_row", step_.key.front(), "Another row of the file has the same " + entity_.need(step_.key.front()).label});
            return {};
        }
        if (!entered_.empty()) FAIRLEAD_TRY(moves_in_row(row, row.at(key_column())));
        plans_.push_back(with_history(row, std::move(patch)));
        return {};
    }

    // What is odd is kept as it is written, and reported.
    void look_at_forms(const Row& row, Patch& patch) {
        for (auto& [slot, value] : patch.sets) {
            const FieldInfo& field = entity_.by_slot(slot);
            const auto* text = value.get<std::string>();
            if (text == nullptr || !has_form(field)) continue;
            const std::string beside = country_beside(patch, nullptr), at_home = home_country(zone_);
            if (const auto odd = odd_form(field, *text, beside, at_home)) {
                OddValue& known = odd_[field.name + '\n' + odd->reason.code];
                if (++known.rows == 1) known.field = field.name, known.code = odd->reason.code, known.message = odd->reason.message, known.line = row.line;
            } else if (std::string kept = in_its_form(field, *text, beside, at_home); kept != *text) {
                value = Value(std::move(kept));
            }
        }
    }

    Plan with_history(const Row& row, Patch patch) {
        Plan plan;
        plan.line = row.line;
        if (step_.stage_column.empty() && step_.opened_column.empty()) {
            plan.way.push_back({std::nullopt, std::move(patch)});
            return plan;
        }
        const std::string opened_text = row.at(step_.opened_column), stage_text = row.at(step_.stage_column);
        const auto opened = instant_of(opened_text, step_.opened_as);
        if (!opened && !opened_text.empty()) leave_open("opened_on", "not readable as a date", opened_text);
        const bool closed_stage = (step_.closed_if && !text_of(*step_.closed_if, row).empty()) || std::any_of(step_.closed_stages.begin(), step_.closed_stages.end(), [&](const std::string& s) { return fold(s) == fold(stage_text); });
        const auto closed = closed_stage ? instant_of(row.at(step_.closed_column), step_.closed_as) : std::nullopt;
        Patch at_end(entity_);
        const auto take_out = [&](std::string_view field) {
            const int slot = entity_.slot(field);
            const auto found = std::find_if(patch.sets.begin(), patch.sets.end(), [&](const auto& set) { return set.first == slot; });
            if (found == patch.sets.end()) return Value();
            Value value = found->second;
            patch.sets.erase(found);
            return value;
        };
        // What is known only at the end is not carried back before it (decisions.md 9).
        const Value stage = take_out("stage");
        for (const std::string& field : step_.at_closing) {
            Value value = closed_stage ? take_out(field) : Value();
            if (!value.empty()) at_end.set(field, std::move(value));
        }
        if (opened) {
            patch.set("opened_on", date_in_zone(*opened, zone_));
        } else {
            patch.set("start_unknown", true);
            plan.start_unknown = true;
            ++report_.start_unknown;
        }
        const auto found_moves = moves_.find(row.at(key_column()));
        const bool has_moves = found_moves != moves_.end() && !found_moves->second.empty();
        const std::vector<WrittenMove> moves = has_moves ? std::move(found_moves->second) : std::vector<WrittenMove>();
        std::optional<Instant> begin = opened;
        if (has_moves && (!begin || moves.front().at < *begin)) begin = moves.front().at;
        // Where the moves tell a field's way, the record begins with what they know first, not with what holds now.
        std::map<int, Value> now, told;
        for (const WrittenMove& move : moves)
            for (const auto& [slot, value] : move.patch.sets) {
                told[slot] = value;
                if (const Value* current = patch.find(slot)) now[slot] = *current;
            }
        for (const auto& [slot, value] : now) std::erase_if(patch.sets, [&, at = slot](const auto& set) { return set.first == at; });
        const int stage_slot = step_.stage_column.empty() ? -1 : entity_.slot("stage");
        Value first = closed_stage ? Value() : stage;  // a closed record without a way begins where its pipeline does
        if (closed_stage && !step_.first_stage.empty())
            for (const FieldSource& source : step_.set)
                if (source.field == "stage") {
                    auto value = reference_of(source, entity_.need("stage"), step_.first_stage);
                    if (value && !value->empty()) first = *value;
                }
        const bool at_begin = has_moves && moves.front().at == *begin;
        if (has_moves)
            for (const auto& [slot, value] : moves.front().patch.sets) {
                if (slot == stage_slot) first = value;
                else patch.set_slot(slot, value);
            }
        if (const auto begins = begins_.find(row.at(key_column())); begins != begins_.end())
            for (const auto& [slot, at_and_value] : begins->second)
                if (told.contains(slot)) patch.set_slot(slot, at_and_value.second);
        if (first.empty() && !patch.find(entity_.slot("pipeline"))) first = stage;
        if (!first.empty()) patch.set("stage", first);
        plan.way.push_back({begin ? begin : closed, std::move(patch)});
        for (std::size_t i = at_begin ? 1 : 0; i < moves.size(); ++i) plan.way.push_back({moves[i].at, moves[i].patch});
        // What holds now and the moves do not tell.
        Patch rest(entity_);
        for (const auto& [slot, value] : now)
            if (told[slot] != value) rest.set_slot(slot, value);
        const bool told_stage = has_moves && told.contains(stage_slot) && told[stage_slot] == stage;
        if (closed_stage) {
            for (const auto& [slot, value] : rest.sets) at_end.set_slot(slot, value);
            at_end.set("stage", stage);
            if (closed) at_end.set("closed_on", date_in_zone(*closed, zone_)).set("close_date", date_in_zone(*closed, zone_));
            else leave_open("closed_on", "the day of closing is not given", stage_text);
            std::optional<Instant> when = closed;
            if (told_stage)
                for (const WrittenMove& move : moves)
                    if (const Value* to = move.patch.find(stage_slot); to && *to == stage) when = move.at;
            if (when && plan.way.back().effective && *when < *plan.way.back().effective) when = plan.way.back().effective;
            plan.way.push_back({when, std::move(at_end)});
        } else {
            if (has_moves && !told_stage && !stage.empty()) rest.set("stage", stage);
            if (!rest.empty()) plan.way.push_back({std::nullopt, std::move(rest)});
        }
        return plan;
    }
    std::string key_column() const {
        for (const FieldSource& source : step_.set)
            if (source.field == step_.key.front() && !source.columns.empty()) return source.columns.front();
        return {};
    }

    // ---- Writing ----
    struct Outcome {
        std::int64_t created = 0, updated = 0, unchanged = 0, kept = 0;
        std::vector<std::pair<std::string, Id>> titles;
    };

    Result<void> write_plans() {
        constexpr std::size_t whole = 10'000, slice = 500;
        const std::size_t size = plans_.size() <= whole ? std::max<std::size_t>(plans_.size(), 1) : slice;
        for (std::size_t begin = 0; begin < plans_.size() || begin == 0; begin += size) {
            FAIRLEAD_TRY(write_slice(begin, std::min(begin + size, plans_.size())));
            if (options_.progress) options_.progress("Writing " + entity_.label_plural, plans_.empty() ? 1 : static_cast<double>(std::min(begin + size, plans_.size())) / static_cast<double>(plans_.size()));
            if (plans_.empty()) break;
        }
        return {};
    }

    // A row that is refused is left out, and the slice is written without it.
    Result<void> write_slice(std::size_t begin, std::size_t end) {
        std::unordered_set<std::size_t> out;
        for (;;) {
            Outcome outcome;
            std::size_t at = begin;
            bool at_rows = false;
            store::Command command;
            command.viewer = viewer_;
            command.batch = batch_;
            command.id = "import";
            const auto written = store_.write(command, [&](store::Transaction& open) -> Result<Value> {
                outcome = {};
                at_rows = false;
                if (begin == 0) FAIRLEAD_TRY(make_wanted(open));
                expect(open, begin, end);
                at_rows = true;
                for (at = begin; at < end; ++at)
                    if (!out.contains(at)) FAIRLEAD_TRY(write_one(open, plans_[at], outcome));
                at = end;
                return Value();
            });
            if (written) {
                report_.created += outcome.created;
                report_.updated += outcome.updated;
                report_.unchanged += outcome.unchanged;
                report_.kept += outcome.kept;
                for (const auto& [title, id] : outcome.titles) note_title(title, id);
                return {};
            }
            if (written.refused().why == Why::unavailable || !at_rows || at >= end) return written.refused();
            out.insert(at);
            const Refusal& reason = written.refused().reasons.front();
            report_.refused.push_back({plans_[at].line, reason.code, reason.field, reason.message});
        }
    }

    void expect(store::Transaction& open, std::size_t begin, std::size_t end) const {
        std::vector<Value> keys;
        for (std::size_t i = begin; i < end; ++i)
            if (const Value* value = plans_[i].way.front().patch.find(entity_.slot(step_.key.front()))) keys.push_back(*value);
        store::expect_keys(open, entity_, step_.key.front(), keys);
    }

    void note_title(const std::string& title, Id id) { known_.note(entity_.name, entity_.title, title, id); }

    // The body may run again: what an earlier run made does not count.
    Result<void> make_wanted(store::Transaction& open) {
        made_.clear();
        for (const Wanted& wanted : wanted_) {
            Patch patch(catalog_->need(wanted.entity));
            patch.set(wanted.field, Value(wanted.text));
            store::WriteOptions options;
            options.as_system = true;
            FAIRLEAD_ASSIGN(const Id id, open.create(patch, options));
            made_.emplace(wanted.id, id);
        }
        return {};
    }

    std::optional<Record> existing(store::Transaction& open, const Patch& patch) const {
        const std::string& first = step_.key.front();
        const Value* value = patch.find(entity_.slot(first));
        if (!value) return std::nullopt;
        for (Record& record : open.where(entity_, first, *value)) {
            const bool same = std::all_of(step_.key.begin(), step_.key.end(), [&](const std::string& field) {
                const Value* wanted = patch.find(entity_.slot(field));
                return wanted && (*wanted == record[field] || (wanted->is<std::string>() && record[field].is<std::string>() && fold_case(wanted->as<std::string>()) == fold_case(record.text(field))));
            });
            if (same) return std::move(record);
        }
        return std::nullopt;
    }

    // A field that its record's stage (or another record) decides unless a person did is left to it where both say the same.
    // Once a record has a value of its own, every later one is said.
    void leave_to_others(store::Transaction& open, std::vector<Assertion>& way, const std::optional<Record>& known) const {
        for (const FieldSource& source : step_.set) {
            if (source.follows.empty()) continue;
            const auto dot = source.follows.find('.');
            const FieldInfo& by = entity_.need(source.follows.substr(0, dot));
            const int slot = entity_.slot(source.field);
            const std::string other_field = source.follows.substr(dot + 1);
            const auto record_of = [&](const Value& value) { return value.is<Id>() ? open.find(catalog_->need(by.target), value.as<Id>()) : std::nullopt; };
            std::optional<Record> other = known ? record_of(known->at(by.slot)) : std::nullopt;
            bool own = other && !known->at(slot).empty() && known->at(slot) != (*other)[other_field];
            for (Assertion& assertion : way) {
                if (const Value* to = assertion.patch.find(by.slot)) other = record_of(*to);
                const Value* value = assertion.patch.find(slot);
                if (!value || own) continue;
                own = !other || *value != (*other)[other_field];
                if (!own) std::erase_if(assertion.patch.sets, [&](const auto& set) { return set.first == slot; });
            }
        }
    }

    Result<void> write_one(store::Transaction& open, const Plan& planned, Outcome& outcome) const {
        Plan plan = planned;
        if (!made_.empty())
            for (Assertion& assertion : plan.way)
                for (auto& [slot, value] : assertion.patch.sets)
                    if (const auto made = value.is<Id>() ? made_.find(value.as<Id>()) : made_.end(); made != made_.end()) value = Value(made->second);
        const auto known = existing(open, plan.way.front().patch);
        leave_to_others(open, plan.way, known);
        if (known && step_.only_new) {
            ++outcome.unchanged;
            return {};
        }
        store::WriteOptions options;
        options.as_system = true;
        options.through_action = true;
        if (!known) {
            FAIRLEAD_ASSIGN(const Id id, create_along(open, plan.way, options));
            ++outcome.created;
            if (const auto made = open.find(entity_, id)) outcome.titles.emplace_back(to_text(made->at(entity_.title_slot)), id);
            return {};
        }
        // A repeat: the end of the way is what the source says now; what a person has edited since is kept.
        auto [effective, now] = end_of(entity_, plan.way);
        std::erase_if(now.sets, [&](const auto& set) { return known->at(set.first) == set.second; });
        if (const FieldInfo* unknown = entity_.field("start_unknown")) std::erase_if(now.sets, [&](const auto& set) { return set.first == unknown->slot; });
        if (now.empty()) {
            ++outcome.unchanged;
            return {};
        }
        std::vector<int> differing;
        for (const auto& [slot, value] : now.sets) differing.push_back(slot);
        if (const auto edited = edited_.of(*known, differing); !edited.empty()) {
            ++outcome.kept;
            const auto was_edited = [&](const auto& set) { return edited.contains(set.first); };
            std::erase_if(now.sets, was_edited);
            for (Assertion& assertion : plan.way) std::erase_if(assertion.patch.sets, was_edited);
            if (now.empty()) return {};
        }
        ++outcome.updated;
        // What happened at the source since the last time, step by step; then what else differs.
        const Value& newest = known->at(model::slot_effective_at);
        for (const Assertion& assertion : plan.way) {
            if (!assertion.effective || !newest.is<Instant>() || *assertion.effective <= newest.as<Instant>()) continue;
            if (assertion.patch.empty()) continue;
            options.effective = assertion.effective;
            FAIRLEAD_TRY(open.update(known->id(), assertion.patch, options));
        }
        const auto after = open.find(entity_, known->id());
        if (after) std::erase_if(now.sets, [&](const auto& set) { return after->at(set.first) == set.second; });
        if (now.empty()) return {};
        const bool moves = entity_.field("stage") && now.find(entity_.slot("stage"));
        options.effective = moves ? effective : std::nullopt;
        FAIRLEAD_TRY(open.update(known->id(), now, options));
        return {};
    }

    // What later steps would find, had this one been written.
    Result<void> count_plans() {
        for (const Plan& plan : plans_) {
            const Patch& patch = plan.way.front().patch;
            const std::string& field = step_.key.front();
            const Value* key = patch.find(entity_.slot(field));
            FAIRLEAD_ASSIGN(Known::Index * index, known_.of(entity_.name, field));
            const bool exists = key && index->exact.contains(fold_case(to_text(*key)));
            ++(exists ? report_.updated : report_.created);
            if (exists) continue;
            const Id id = new_id();
            for (const auto& [slot, value] : patch.sets)
                if (value.is<std::string>()) known_.note(entity_.name, entity_.by_slot(slot).name, value.as<std::string>(), id);
        }
        return {};
    }

    void finish_report() {
        for (auto& [key, repair] : repairs_) report_.repaired.push_back(repair);
        for (auto& [key, open] : open_) report_.left_open.push_back(open);
        for (auto& [key, odd] : odd_) report_.odd.push_back(odd);
        for (const auto& [field, rows] : empties_)
            if (entity_.need(field).type == Type::reference) report_.left_open.push_back({field, "the source gives none", "", rows});
        std::sort(report_.refused.begin(), report_.refused.end(), [](const RefusedRow& a, const RefusedRow& b) { return a.line < b.line; });
    }

    struct Wanted {
        std::string entity, field, text;
        Id id{};
    };
    store::Store& store_;
    std::shared_ptr<const store::Viewer> viewer_;
    const Step& step_;
    Known& known_;
    const std::string& folder_;
    Id batch_;
    const ProfileImportOptions& options_;
    std::shared_ptr<const model::Catalog> catalog_;
    const EntityInfo& entity_;
    std::string zone_;
    const EditedHere edited_{store_};
    StepReport report_;
    std::vector<Plan> plans_;
    std::unordered_set<std::string> keys_;
    std::unordered_map<std::string, std::vector<WrittenMove>> moves_;
    std::unordered_map<std::string, std::map<int, std::pair<Instant, Value>>> begins_;  // what the first move of a field says was before it
    std::vector<NamedStage> entered_;
    int depth_ = 0;
    std::vector<Wanted> wanted_;
    std::unordered_map<Id, Id> made_;  // the id that was planned -> the one it got
    std::map<std::string, Repair> repairs_;
    std::map<std::string, LeftOpen> open_;
    std::map<std::string, OddValue> odd_;
    std::map<std::string, std::int64_t> empties_;
};

}  // namespace

Result<ProfileReport> import_folder(store::Store& store, std::shared_ptr<const store::Viewer> viewer, const Profile& profile, const std::string& folder,
                                    const ProfileImportOptions& options) {
    if (!std::filesystem::is_directory(folder)) return refuse(Why::not_found, "no_such_folder", "There is no folder " + folder, {}, {{"folder", folder}});
    const auto begun = std::chrono::steady_clock::now();
    ProfileReport report;
    report.profile = profile.name;
    report.batch = new_id();
    report.dry_run = options.dry_run;
    const auto reader = viewer ? viewer : store::Viewer::system();
    Known known(store, *reader);
    for (const Step& step : profile.steps) {
        auto imported = StepImport(store, viewer, step, known, folder, report.batch, options).run();
        if (!imported) {
            // All or nothing across files: what earlier steps wrote is taken back.
            if (!options.dry_run && !report.steps.empty()) {
                store::Command command;
                command.viewer = viewer;
                (void)store.undo(command, report.batch);
            }
            return imported.refused();
        }
        report.steps.push_back(std::move(*imported));
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return report;
}

std::string to_json(const ProfileReport& report) {
    JsonWriter w;
    w.begin_object().text("profile", report.profile).text("batch", report.batch.text()).boolean("dry_run", report.dry_run);
    w.key("seconds").raw(std::to_string(report.seconds));
    std::int64_t read = 0, created = 0, updated = 0, unchanged = 0, refused = 0;
    for (const StepReport& step : report.steps) {
        read += step.read;
        created += step.created;
        updated += step.updated;
        unchanged += step.unchanged;
        refused += static_cast<std::int64_t>(step.refused.size());
    }
    w.number("read", read).number("created", created).number("updated", updated).number("unchanged", unchanged).number("refused", refused);
    w.key("steps").begin_array();
    for (const StepReport& step : report.steps) {
        w.begin_object().text("file", step.file).text("entity", step.entity).boolean("missing", step.missing);
        w.number("read", step.read).number("created", step.created).number("updated", step.updated).number("unchanged", step.unchanged);
        w.number("kept", step.kept).number("repeated", step.repeated).number("left_out", step.left_out).number("start_unknown", step.start_unknown);
        w.key("repaired").begin_array();
        for (const Repair& repair : step.repaired) w.begin_object().text("field", repair.field).text("from", repair.from).text("to", repair.to).number("rows", repair.rows).end_object();
        w.end_array().key("left_open").begin_array();
        for (const LeftOpen& open : step.left_open) w.begin_object().text("field", open.field).text("why", open.why).text("example", open.example).number("rows", open.rows).end_object();
        w.end_array().key("odd").begin_array();
        for (const OddValue& odd : step.odd) w.begin_object().text("field", odd.field).text("code", odd.code).text("message", odd.message).number("line", odd.line).number("rows", odd.rows).end_object();
        w.end_array().key("refused").begin_array();
        for (const RefusedRow& row : step.refused) w.begin_object().number("line", row.line).text("code", row.code).text("field", row.field).text("message", row.message).end_object();
        w.end_array().end_object();
    }
    return w.end_array().end_object().take();
}

}  // namespace fairlead::derive
