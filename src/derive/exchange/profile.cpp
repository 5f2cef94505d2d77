// Reading profiles, strictly: a word that is not known is a mistake of the profile, told with its place.
#include "derive/exchange/profile.h"

#include <algorithm>

namespace fairlead::derive {
namespace {

class Reading {
  public:
    explicit Reading(const model::Catalog& catalog) : catalog_(catalog) {}

    Result<Profile> profile(const Json& json) {
        Profile profile;
        FAIRLEAD_TRY(only(json, "", {"name", "about", "steps"}));
        profile.name = text_in(json, "name");
        profile.about = text_in(json, "about");
        const Json* steps = json.find("steps");
        if (!steps || !steps->is(Json::Kind::array) || steps->items.empty()) return wrong("steps", "A profile has a list of steps");
        for (std::size_t i = 0; i < steps->items.size(); ++i) {
            FAIRLEAD_ASSIGN(Step one, step(steps->items[i], "steps/" + std::to_string(i)));
            profile.steps.push_back(std::move(one));
        }
        return profile;
    }

  private:
    static Refused wrong(const std::string& place, const std::string& message) { return refuse(Why::invalid, "bad_profile", place + ": " + message, place); }
    // A text, or a list of texts.
    static std::vector<std::string> texts(const Json& json, std::string_view name) {
        std::vector<std::string> all;
        const Json* value = json.find(name);
        if (!value) return all;
        if (value->is(Json::Kind::text)) all.push_back(value->text);
        for (const Json& item : value->items) all.push_back(item.text);
        return all;
    }
    static Result<void> only(const Json& json, const std::string& place, std::initializer_list<std::string_view> known) {
        if (!json.is(Json::Kind::object)) return wrong(place, "An object is expected");
        for (const auto& [name, value] : json.members)
            if (std::find(known.begin(), known.end(), name) == known.end()) return wrong(place + "/" + name, "This word is not known here");
        return {};
    }

    Result<FieldSource> source(const std::string& field, const Json& json, const std::string& place) {
        FieldSource source;
        source.field = field;
        if (json.is(Json::Kind::text)) {  // the short form: a column
            source.columns = {json.text};
            return source;
        }
        FAIRLEAD_TRY(only(json, place, {"column", "text", "value", "map", "only", "first", "begins", "as", "currency", "currency_column", "find", "create", "known", "follows"}));
        if (const Json* first = json.find("first"))
            for (std::size_t i = 0; i < first->items.size(); ++i) {
                FAIRLEAD_ASSIGN(FieldSource one, this->source(field, first->items[i], place + "/first/" + std::to_string(i)));
                source.first.push_back(std::move(one));
            }
        if (const Json* named = json.find("only"))
            for (const auto& [from, to] : named->members) source.only.emplace_back(from, to.text);
        source.begins = text_in(json, "begins");
        source.currency_column = text_in(json, "currency_column");
        source.follows = text_in(json, "follows");
        source.columns = texts(json, "column");
        source.text = text_in(json, "text");
        if (const Json* value = json.find("value")) source.value = *value;
        if (const Json* map = json.find("map"))
            for (const auto& [from, to] : map->members) source.map.emplace_back(from, to.text);
        source.as = text_in(json, "as");
        source.currency = text_in(json, "currency");
        source.find = text_in(json, "find");
        source.create = flag_in(json, "create");
        source.known = texts(json, "known");
        if (source.columns.empty() && source.text.empty() && !source.value && source.first.empty())
            return wrong(place, "Say where the value comes from: column, text, value or first");
        return source;
    }

    Result<std::vector<FieldSource>> sources(const Json* json, const model::EntityInfo& entity, const std::string& place) {
        std::vector<FieldSource> all;
        if (!json) return all;
        for (const auto& [field, from] : json->members) {
            const model::FieldInfo* info = entity.field(field);
            if (!info || !info->is_stored()) return wrong(place + "/" + field, entity.name + " has no such field");
            FAIRLEAD_ASSIGN(FieldSource one, source(field, from, place + "/" + field));
            all.push_back(std::move(one));
        }
        return all;
    }

    // Whether something is so: a source that gives a value says so.
    Result<std::optional<FieldSource>> condition(const Json& json, std::string_view name, const std::string& place) {
        const Json* value = json.find(name);
        if (!value) return std::optional<FieldSource>();
        FAIRLEAD_ASSIGN(FieldSource one, source(std::string(name), *value, place + "/" + std::string(name)));
        return std::optional<FieldSource>(std::move(one));
    }

    Result<Step> step(const Json& json, const std::string& place) {
        FAIRLEAD_TRY(only(json, place, {"file", "optional", "rows", "entity", "key", "distinct", "only_new", "skip", "take", "heads", "set", "history"}));
        Step step;
        step.files = texts(json, "file");
        step.optional = flag_in(json, "optional");
        if (const Json* rows = json.find("rows")) step.rows = rows->items;
        if (step.files.empty() == step.rows.empty()) return wrong(place, "A step has either a file or rows of its own");
        step.entity = text_in(json, "entity");
        const model::EntityInfo* entity = catalog_.find(step.entity);
        if (!entity) return wrong(place + "/entity", "There are no records named " + step.entity);
        step.key = texts(json, "key");
        if (step.key.empty()) return wrong(place + "/key", "Name the fields by which a record is found again");
        for (const std::string& field : step.key)
            if (!entity->field(field)) return wrong(place + "/key", entity->name + " has no field " + field);
        step.distinct = flag_in(json, "distinct");
        step.only_new = flag_in(json, "only_new");
        step.heads = text_in(json, "heads");
        FAIRLEAD_ASSIGN(step.skip, condition(json, "skip", place));
        FAIRLEAD_ASSIGN(step.take, condition(json, "take", place));
        FAIRLEAD_ASSIGN(step.set, sources(json.find("set"), *entity, place + "/set"));
        if (const Json* history = json.find("history")) FAIRLEAD_TRY(read_history(step, *history, *entity, place + "/history"));
        return step;
    }

    Result<void> read_history(Step& step, const Json& json, const model::EntityInfo& entity, const std::string& place) {
        FAIRLEAD_TRY(only(json, place, {"opened", "opened_as", "closed", "closed_as", "stage", "first_stage", "closed_stages", "closed_if", "at_closing", "moves", "entered", "entered_stage"}));
        step.opened_column = text_in(json, "opened");
        step.opened_as = text_in(json, "opened_as");
        step.closed_column = text_in(json, "closed");
        step.closed_as = text_in(json, "closed_as");
        step.stage_column = text_in(json, "stage");
        step.first_stage = text_in(json, "first_stage");
        step.closed_stages = texts(json, "closed_stages");
        step.at_closing = texts(json, "at_closing");
        FAIRLEAD_ASSIGN(step.closed_if, condition(json, "closed_if", place));
        step.entered = text_in(json, "entered");
        if (const Json* stage = json.find("entered_stage")) {
            FAIRLEAD_ASSIGN(step.entered_stage, source("stage", *stage, place + "/entered_stage"));
        }
        if (step.entered.empty() != !step.entered_stage) return wrong(place + "/entered", "Heads that name stages need both entered and entered_stage");
        for (const std::string& field : step.at_closing)
            if (!entity.field(field)) return wrong(place + "/at_closing", entity.name + " has no field " + field);
        const Json* moves = json.find("moves");
        if (!moves) return {};
        if (!moves->is(Json::Kind::array)) return read_moves(step, *moves, entity, place + "/moves");
        for (std::size_t i = 0; i < moves->items.size(); ++i) FAIRLEAD_TRY(read_moves(step, moves->items[i], entity, place + "/moves/" + std::to_string(i)));
        return {};
    }
    Result<void> read_moves(Step& step, const Json& json, const model::EntityInfo& entity, const std::string& place) {
        FAIRLEAD_TRY(only(json, place, {"file", "key", "at", "at_as", "stage", "set", "before", "take", "optional"}));
        Move move{texts(json, "file"), text_in(json, "key"), text_in(json, "at"), text_in(json, "at_as"), text_in(json, "stage"), {}, {}, {}, flag_in(json, "optional")};
        if (move.files.empty() || move.key_column.empty() || move.at_column.empty()) return wrong(place, "Moves need file, key and at");
        FAIRLEAD_ASSIGN(move.set, sources(json.find("set"), entity, place + "/set"));
        if (json.find("before") != nullptr) {
            FAIRLEAD_ASSIGN(move.before, sources(json.find("before"), entity, place + "/before"));
        }
        FAIRLEAD_ASSIGN(move.take, condition(json, "take", place));
        step.moves.push_back(std::move(move));
        return {};
    }

    const model::Catalog& catalog_;
};

}  // namespace

Result<Profile> read_profile(std::string_view json, const model::Catalog& catalog) {
    FAIRLEAD_ASSIGN(const Json parsed, parse_object(json));
    return Reading(catalog).profile(parsed);
}

}  // namespace fairlead::derive
