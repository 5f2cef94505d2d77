// What is exported: the columns, the records, slice by slice.
#include "derive/exchange/export.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "derive/company.h"
#include "derive/words.h"
#include "store/reading.h"

namespace fairlead::derive {

using model::FieldInfo;
using model::Record;
using Part = ExportColumn::Part;

namespace {

constexpr std::size_t slice_rows = 500, piece_bytes = 256 * 1024;

struct FormatName {
    std::string_view name, suffix, media_type;
    ExportFormat format;
};
constexpr FormatName formats[] = {
    {"csv", "csv", "text/csv; charset=utf-8; header=present", ExportFormat::csv},
    {"csv-excel", "csv", "text/csv; charset=utf-8; header=present", ExportFormat::csv_excel},
    {"xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ExportFormat::xlsx},
    {"jsonl", "jsonl", "application/jsonl", ExportFormat::jsonl},
};

const FormatName& named(ExportFormat format) {
    return *std::find_if(std::begin(formats), std::end(formats), [&](const FormatName& f) { return f.format == format; });
}

Result<ExportFormat> read_format(const std::string& text) {
    if (text.empty()) return ExportFormat::csv;
    for (const FormatName& format : formats)
        if (format.name == text) return format.format;
    return refuse(Why::bad_request, "unknown_format", "\"" + text + "\" is not a form of file: write csv, csv-excel, xlsx or jsonl", "format",
                  {{"value", text}});
}

bool is_own_id(const FieldInfo& field) { return field.system && field.slot == model::slot_id; }

bool same(const store::Reach& a, const store::Reach& b) {
    return a.everything == b.everything && a.owners == b.owners && a.teams == b.teams && a.territories == b.territories && a.records == b.records;
}

// Of what a person reads, only a part may be his to export. Decided on the whole record as it is now: a field that
// the person cannot see may be the one that gives him the record.
class ExportReach {
  public:
    ExportReach(App& app, const ExportRequest& request) : app_(app), request_(request) {
        const store::Viewer& viewer = *request.viewer;
        if (viewer.is_system || viewer.is_administrator) return;
        // Where access is inherited, the record above decides as well.
        const model::EntityInfo* entity = request.list.target.entity;
        for (int steps = 0; entity && steps < 5; ++steps) {
            const store::Reach& reach = viewer.reach(*entity, store::Right::export_);
            narrower_ = narrower_ || entity->administrators || (!reach.everything && !same(reach, viewer.reach(*entity, store::Right::read)));
            const bool inherits = entity->access == model::AccessKind::inherits;
            entity = inherits ? request.list.target.catalog->find(entity->by_slot(entity->parent_slot).target) : nullptr;
        }
    }
    Result<void> keep_allowed(std::vector<Record>& slice) const {
        if (!narrower_) return {};
        const model::EntityInfo& entity = *request_.list.target;
        std::vector<Id> ids;
        for (const Record& record : slice) ids.push_back(record.id());
        FAIRLEAD_ASSIGN(const auto whole, app_.store.get_many(*store::Viewer::system(), entity.name, ids));
        std::unordered_set<Id> allowed;
        const store::FindRecord parent = [&](const model::EntityInfo& of, Id id) -> std::optional<Record> {
            auto found = app_.store.get(*store::Viewer::system(), of.name, id);
            return found ? std::optional(std::move(*found)) : std::nullopt;
        };
        for (const Record& record : whole)
            if (store::within(*request_.viewer, *request_.list.target.catalog, record, store::Right::export_, parent)) allowed.insert(record.id());
        std::erase_if(slice, [&](const Record& record) { return !allowed.contains(record.id()); });
        return {};
    }

  private:
    App& app_;
    const ExportRequest& request_;
    bool narrower_ = false;
};

}  // namespace

namespace {

// What the view says and the parameters do not. Columns that this reader does not see are left out, as on the screen.
Result<void> take_view(App& app, const http::Request& request, std::string_view id, Json& asked) {
    FAIRLEAD_ASSIGN(const Target target, target_of(app, request));
    FAIRLEAD_ASSIGN(const Json definition, view_definition(app, request, *target, id));
    const auto given = [&](std::string_view name) { return asked.find(name) != nullptr; };
    for (const char* name : {"filter", "sort", "search"}) {
        const Json* said = definition.find(name);
        if (said != nullptr && said->is(Json::Kind::text) && !said->text.empty() && !given(name)) asked.members.emplace_back(name, *said);
    }
    const Json* columns = definition.find("columns");
    if (columns == nullptr || given("fields")) return {};
    Json fields;
    fields.kind = Json::Kind::array;
    for (const Json& column : columns->items) {
        const FieldInfo* field = target->field(column.text);
        if (field != nullptr && (request.viewer->is_system || request.viewer->reads(*target, *field))) fields.items.push_back(column);
    }
    if (!fields.items.empty()) asked.members.emplace_back("fields", std::move(fields));
    return {};
}

}  // namespace

Result<ExportRequest> read_export(App& app, const http::Request& request) {
    FAIRLEAD_TRY(only_parameters(request, {"format", "heads", "ids", "filter", "sort", "fields", "search", "as_of", "known_at", "bin", "view"}));
    ExportRequest out;
    out.viewer = request.viewer;
    out.language = request.language;
    out.zone = request.viewer->zone;
    FAIRLEAD_ASSIGN(out.format, read_format(std::string(request.parameter("format").value_or(""))));
    const std::string_view heads = request.parameter("heads").value_or("labels");
    if (heads != "labels" && heads != "names")
        return refuse(Why::bad_request, "wrong_type", "\"heads\" is labels or names", "heads", {{"wanted", "labels, names"}});
    out.names = heads == "names";
    FAIRLEAD_ASSIGN(out.ids, flag_parameter(request, "ids"));
    Json asked = parameters_as_json(request);
    std::erase_if(asked.members, [](const auto& member) { return member.first == "format" || member.first == "heads" || member.first == "ids" || member.first == "view"; });
    if (const auto view = request.parameter("view")) FAIRLEAD_TRY(take_view(app, request, *view, asked));
    FAIRLEAD_ASSIGN(out.list, read_list(app, request, asked));
    FAIRLEAD_TRY(may(*request.viewer, *out.list.target, store::Right::export_));
    FAIRLEAD_ASSIGN(const auto fields, texts_at(asked, "fields"));
    out.own_id = fields.empty() || std::find(fields.begin(), fields.end(), "id") != fields.end();
    // Without a wish, a list shows the newest first; words rank what they find.
    store::ListQuery& query = out.list.query;
    if (query.sort.empty() && query.search.empty()) query.sort.push_back({"id", true});
    query.count = store::Count::none;
    return out;
}

std::vector<ExportColumn> export_columns(const ExportRequest& request) {
    const bool vietnamese = request.language == "vi";
    const auto label = [&](const FieldInfo& field) {
        return request.names ? field.name : field_label(*request.list.target, field, request.language);
    };
    std::vector<ExportColumn> columns;
    const auto add = [&](const FieldInfo& field, Part part, std::string head) {
        const auto taken = [&](const std::string& name) {
            return std::any_of(columns.begin(), columns.end(), [&](const ExportColumn& c) { return c.head == name; });
        };
        // What the program keeps of every record gives way to a field of the same name.
        const bool gives_way = field.system && std::any_of(request.list.shape.parts.begin(), request.list.shape.parts.end(), [&](const Shape::Part& other) { return !other.field->system && label(*other.field) == head; });
        if (taken(head) || gives_way) head += " [" + field.name + "]";  // two fields may have one label
        columns.push_back({&field, part, std::move(head)});
    };
    for (const Shape::Part& part : request.list.shape.parts) {
        const FieldInfo& field = *part.field;
        if (is_own_id(field)) {
            if (request.own_id || request.ids) add(field, Part::id, label(field));
            continue;
        }
        add(field, Part::value, label(field));
        if (field.type == Type::money) add(field, Part::currency, request.names ? field.name + ".currency" : label(field) + (vietnamese ? " (tiền tệ)" : " (currency)"));
        if (field.type == Type::reference && request.ids) add(field, Part::id, request.names ? field.name + ".id" : label(field) + (vietnamese ? " (mã)" : " (id)"));
    }
    return columns;
}

bool is_written_text(const Value& value) { return value.is<std::string>() || value.is<Id>() || value.is<ValueList>(); }

std::string written_value(const ExportRequest& request, const FieldInfo& field, const Value& value, Source& source) {
    if (const auto* id = value.get<Id>()) {
        const model::EntityInfo* target = source.catalog().find(field.target);
        return target ? source.title(*target, *id).value_or("") : id->text();
    }
    if (const auto* text = value.get<std::string>()) {
        for (const model::ChoiceInfo& choice : field.choices)
            if (choice.value == *text) return choice_label(*request.list.target, field, choice, request.language);
        return *text;
    }
    if (const auto* list = value.get<ValueList>()) {
        std::string out;
        if (*list)
            for (const Value& each : **list) out += (out.empty() ? "" : "; ") + written_value(request, field, each, source);
        return out;
    }
    if (const auto* money = value.get<Money>()) return money->amount_text();
    if (const auto* flag = value.get<bool>()) return *flag ? "true" : "false";
    if (const auto* duration = value.get<Duration>()) return Decimal::scaled(duration->micros, 6).text();
    return to_text(value);
}

std::size_t significant_digits(std::string_view number) {
    std::size_t digits = 0, zeros = 0;
    for (const char c : number) {
        if (c < '0' || c > '9') continue;
        if (c == '0') {
            if (digits != 0) ++zeros;
            continue;
        }
        digits += zeros + 1;
        zeros = 0;
    }
    return digits;
}

Result<Exported> export_records(App& app, const ExportRequest& request, const ExportSink& sink, const std::function<void(std::int64_t)>& rows) {
    const auto writer = request.format == ExportFormat::xlsx ? workbook_writer(request) : text_writer(request);
    Exported done;
    std::vector<Record> slice;
    const auto hand_on = [&] {
        std::string piece = writer->piece();
        if (!piece.empty() && !sink(std::move(piece))) done.stopped = true;
        return !done.stopped;
    };
    const ExportReach reach(app, request);
    std::optional<Refused> refused;
    const auto write_slice = [&] {
        if (auto kept = reach.keep_allowed(slice); !kept) return refused = kept.refused(), false;
        StoreSource source(app.store, app.titles, request.viewer);  // what it remembers goes with the slice
        prefetch(slice, request.list.shape, source);
        for (const Record& record : slice) {
            writer->row(record, source);
            if (writer->ready() > piece_bytes && !hand_on()) return false;
        }
        done.rows += static_cast<std::int64_t>(slice.size());
        slice.clear();
        if (rows) rows(done.rows);
        return hand_on();
    };
    FAIRLEAD_TRY(app.store.each(*request.viewer, request.list.query, [&](const Record& record) {
        slice.push_back(record);
        return slice.size() < slice_rows || write_slice();
    }));
    if (!refused && !done.stopped && !slice.empty()) write_slice();
    if (refused) return *refused;
    if (done.stopped) return done;
    writer->finish();
    for (;;) {
        std::string piece = writer->piece();
        if (piece.empty()) return done;
        if (!sink(std::move(piece))) {
            done.stopped = true;
            return done;
        }
    }
}

std::string export_file_name(const ExportRequest& request, Instant now) {
    std::string name = entity_label_plural(*request.list.target, request.language) + " " + date_in_zone(now, request.zone).text();
    for (char& c : name)
        if (std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos) c = '-';
    return name + "." + std::string(named(request.format).suffix);
}

std::string_view export_media_type(ExportFormat format) { return named(format).media_type; }

}  // namespace fairlead::derive
