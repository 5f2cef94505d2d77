// What every entity must do, whatever it is: made, read, changed, refused, deleted and brought back through the
// interface, by walking the catalogue.
#include <doctest/doctest.h>

#include <set>

#include "derive/rest_for_tests.h"

#include "store/sqlite/plans_for_tests.h"
using namespace fairlead;
using namespace fairlead::derive;
using namespace fairlead::derive::testing;
using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;

namespace {

bool served(const EntityInfo& entity) { return entity.access != model::AccessKind::system && entity.logged; }

bool settable(const FieldInfo& field) {
    return field.is_stored() && !field.system && !field.options.read_only && field.options.changed_by.empty();
}

constexpr std::string_view only_one = "company";  // its record is there from the start, and no other is made

// Makes plausible values for the fields of any entity, the records that references need included.
class Maker {
  public:
    explicit Maker(Company& company) : company_(company) {}

    // JSON for a field; `turn` gives different values. Empty: leave the field out.
    std::string value(const EntityInfo& entity, const FieldInfo& field, int turn) {
        switch (field.type) {
            case Type::boolean: return turn % 2 ? "true" : "false";
            case Type::whole: return field.options.meaning == Meaning::any_record ? "\"" + std::to_string(existing("account").value) + "\"" : whole(field, turn);
            case Type::decimal: return "\"" + bounded(field, turn + 1).text() + "\"";
            case Type::percent: return turn % 2 ? "\"0.5\"" : "\"0.25\"";
            case Type::money: return R"({"amount":")" + std::to_string(100 + turn) + R"(.00","currency":"USD"})";
            case Type::date: return "\"" + Date{20'500 + turn + order_of(field)}.text() + "\"";
            case Type::instant: return "\"2026-03-0" + std::to_string(1 + turn % 2) + "T08:00:00Z\"";
            case Type::duration: return std::to_string(60 * (turn + 1));
            case Type::choice: return in_quotes(field.choices[static_cast<std::size_t>(turn) % field.choices.size()].value);
            case Type::text: return text(entity, field, turn);
            case Type::reference: {
                const Id target = field.target == entity.name ? Id{} : existing(field.target);
                return target ? "\"" + target.text() + "\"" : "";
            }
            case Type::list: return "";
        }
        return "";
    }

    // A body with all fields that may be set, or only those that must be.
    std::vector<std::pair<std::string, std::string>> fields(const EntityInfo& entity, bool all, int turn = 0) {
        std::vector<std::pair<std::string, std::string>> out;
        for (const FieldInfo& field : entity.fields) {
            if (!settable(field) || (!all && !(field.options.required && !field.initial))) continue;
            const std::string json = value(entity, field, turn);
            if (!json.empty()) out.emplace_back(field.name, json);
        }
        return out;
    }

    static std::string object(const std::vector<std::pair<std::string, std::string>>& fields) {
        std::string out = "{";
        for (const auto& [name, json] : fields) out += (out.size() > 1 ? "," : "") + in_quotes(name) + ":" + json;
        return out + "}";
    }

    Id existing(const std::string& entity) {
        if (const auto known = made_.find(entity); known != made_.end()) return known->second;
        made_[entity] = Id{};  // a circle of references ends here
        const EntityInfo& info = company_.catalog->need(entity);
        if (entity == only_one) return made_[entity] = *Id::parse(company_.get(company_.administrator, info.plural).json.find("data")->items.at(0).find("id")->text);
        const Answer answer = company_.post(company_.administrator, info.plural, object(fields(info, true)));
        CAPTURE(entity);
        CAPTURE(answer.body);
        REQUIRE(answer.status == 201);
        return made_[entity] = *Id::parse(answer.text("id"));
    }

  private:
    static std::string whole(const FieldInfo& field, int turn) {
        std::int64_t value = 1 + turn;
        value = std::max(value, field.options.least == INT64_MIN ? value : field.options.least + turn);
        return std::to_string(std::min(value, field.options.most));
    }
    static Decimal bounded(const FieldInfo& field, int turn) {
        std::int64_t value = turn;
        if (field.options.least != INT64_MIN) value = std::max(value, field.options.least);
        return Decimal::of(std::min(value, field.options.most));
    }
    // What ends comes after what begins.
    static int order_of(const FieldInfo& field) { return field.name.starts_with("end") || field.name.starts_with("close") ? 30 : 0; }

    std::string text(const EntityInfo& entity, const FieldInfo& field, int turn) {
        const std::string number = std::to_string(++count_);
        if (field.options.length_max == 3) return field.options.unique ? (turn % 2 ? "\"JOD\"" : "\"KWD\"") : turn % 2 ? "\"EUR\"" : "\"USD\"";
        if (field.options.meaning == Meaning::email) return "\"p" + number + "@example.com\"";
        if (field.options.meaning == Meaning::phone) return "\"0912 34 " + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number + "\"";
        if (field.options.meaning == Meaning::url) return "\"www.p" + number + ".example.com\"";
        if (field.name == "zone") return turn % 2 ? "\"Asia/Ho_Chi_Minh\"" : "\"UTC\"";
        if (field.name == "entity") return "\"account\"";
        if (field.name == "field") return turn % 2 ? "\"name\"" : "\"phone\"";
        if (field.name == "condition") return turn % 2 ? "\"amount > 1\"" : "\"NOT(ISBLANK(name))\"";
        return in_quotes(entity.name + " " + number);
    }

    Company& company_;
    std::map<std::string, Id> made_;
    int count_ = 0;
};

// The JSON of a value as it will be read back.
void check_same(const EntityInfo& entity, const FieldInfo& field, const Json& sent, const Json* got) {
    CAPTURE(entity.name);
    CAPTURE(field.name);
    REQUIRE(got);
    if (field.type == Type::reference) CHECK((got->find("id") && got->find("id")->text == sent.text));
    else CHECK(to_json(*got) == to_json(sent));
}

}  // namespace

TEST_CASE("Every entity is made, read, changed, deleted and brought back, and its history tells") {
    Company company;
    Maker maker(company);
    const Id ada = company.administrator;
    for (const auto& entity : company.catalog->entities()) {
        if (!served(*entity) || entity->name == only_one) continue;
        CAPTURE(entity->name);
        const auto sent = maker.fields(*entity, true);
        const Answer made = company.post(ada, entity->plural, Maker::object(sent));
        CAPTURE(Maker::object(sent));
        CAPTURE(made.body);
        REQUIRE(made.status == 201);
        CHECK(made.etag() == "\"1\"");
        const std::string address = entity->plural + "/" + made.text("id");
        CHECK(made.headers.at("Location") == "/api/v1/" + address);
        Answer read = company.get(ada, address);
        REQUIRE(read.status == 200);
        for (const auto& [name, json] : sent) check_same(*entity, entity->need(name), *parse_json(json), read.json.find(name));
        // Each field by itself, with the version that was read.
        for (const FieldInfo& field : entity->fields) {
            if (!settable(field)) continue;
            const std::string json = maker.value(*entity, field, 1);
            if (json.empty()) continue;
            const std::string etag = read.etag();
            const Answer changed = company.patch(ada, address, Maker::object({{field.name, json}}), etag);
            CAPTURE(field.name);
            CAPTURE(changed.body);
            if (changed.status == 422) continue;  // a rule of the entity's own stands against this value alone
            REQUIRE(changed.status == 200);
            check_same(*entity, field, *parse_json(json), changed.json.find(field.name));
            if (changed.etag() != etag) {
                CHECK(company.patch(ada, address, Maker::object({{field.name, json}}), etag).status == 412);
                const Answer history = company.get(ada, address + "/history?limit=1");
                REQUIRE(history.json.find("data")->items.size() == 1);
                const Json& entry = history.json.find("data")->items[0];
                CHECK(entry.find("actor")->find("id")->text == ada.text());
                CHECK(std::any_of(entry.find("fields")->items.begin(), entry.find("fields")->items.end(),
                                  [&](const Json& f) { return f.find("name")->text == field.name; }));
            }
            read = company.get(ada, address);
        }
        // The bin.
        CHECK(company.remove(ada, address, "").status == 428);
        CHECK(company.remove(ada, address, "\"999\"").status == 412);
        const Answer removed = company.remove(ada, address, read.etag());
        CAPTURE(removed.body);
        REQUIRE(removed.status == 204);
        const std::string only = entity->plural + "?filter=" + http::percent_encoded("id = \"" + made.text("id") + "\"");
        CHECK(company.get(ada, only).json.find("data")->items.empty());
        CHECK(company.get(ada, only + "&bin=true").json.find("data")->items.size() == 1);
        CHECK(company.post(ada, address + "/restore", "").status == 200);
        CHECK(company.get(ada, only).json.find("data")->items.size() == 1);
    }
}

TEST_CASE("The id of a record of any kind is a text of digits in JSON, and is found by it") {
    Company company;
    const Id ada = company.administrator;
    const Id account = company.make("account", {{"name", "Acme"}});
    const Id tag = company.make("tag", {{"name", "Key account"}});
    const std::string body = "{\"tag\":\"" + tag.text() + "\",\"entity\":\"account\",\"record\":";
    const Answer made = company.post(ada, "record_tags", body + "\"" + account.text() + "\"}");
    REQUIRE(made.status == 201);
    CHECK(made.json.find("record")->is(Json::Kind::text));
    CHECK(made.text("record") == account.text());
    CHECK(company.get(ada, "record_tags?fields=record").json.find("data")->items[0].find("record")->text == account.text());
    for (const std::string& id : {"\"" + account.text() + "\"", account.text()})
        CHECK(company.get(ada, "record_tags?filter=" + http::percent_encoded("record = " + id)).json.find("data")->items.size() == 1);
    CHECK(company.get(ada, "record_tags?filter=" + http::percent_encoded("record = \"Acme\"")).status == 400);
    CHECK(company.post(ada, "record_tags", body + "\"Acme\"}").status == 422);
}

TEST_CASE("Every entity refuses what it must: unknown and read-only fields, wrong types, empty required ones") {
    Company company;
    Maker maker(company);
    const Id ada = company.administrator;
    for (const auto& entity : company.catalog->entities()) {
        if (!served(*entity)) continue;
        CAPTURE(entity->name);
        const auto good = maker.fields(*entity, true);
        const std::int64_t before = company.store->last_seq();
        const auto with = [&](const std::string& name, const std::string& json) {
            auto fields = good;
            std::erase_if(fields, [&](const auto& f) { return f.first == name; });
            if (!json.empty()) fields.emplace_back(name, json);
            return company.post(ada, entity->plural, Maker::object(fields));
        };
        const Answer unknown = with("no_such_field", "1");
        CHECK(unknown.status == 400);
        CHECK(unknown.faults() == std::vector<std::string>{"/no_such_field unknown_field"});
        for (const FieldInfo& field : entity->fields) {
            CAPTURE(field.name);
            if (field.is_many() || field.system || field.is_computed() || field.options.read_only) {
                const Answer refused = with(field.name, "null");
                CHECK(refused.status == 422);
                CHECK(refused.faults() == std::vector<std::string>{"/" + field.name + " read_only"});
                continue;
            }
            if (!settable(field)) continue;
            const Answer wrong = with(field.name, "[1]");
            CHECK(wrong.status == 422);
            CHECK(wrong.faults() == std::vector<std::string>{"/" + field.name + " wrong_type"});
            if (field.options.required && !field.initial) {
                const Answer missing = with(field.name, "");
                CHECK(missing.status == 422);
                const auto faults = missing.faults();
                CHECK(std::find(faults.begin(), faults.end(), "/" + field.name + " required") != faults.end());
            }
            if (field.type == Type::choice) CHECK(with(field.name, "\"no_such_choice\"").code() == "unknown_choice");
            if (field.type == Type::reference) CHECK(with(field.name, "\"1\"").code() == "unknown_reference");
            if (field.type == Type::text) CHECK(with(field.name, in_quotes(std::string(static_cast<std::size_t>(field.options.length_max) + 1, 'x'))).status == 422);
        }
        CHECK(company.post(ada, entity->plural + "?no_such_parameter=1", Maker::object(good)).code() == "unknown_parameter");
        CHECK(company.get(ada, entity->plural + "?filter=no_such_field%20%3D%201").code() == "unknown_field");
        CHECK(company.get(ada, entity->plural + "?sort=no_such_field").code() == "unknown_field");
        CHECK(company.get(ada, entity->plural + "?fields=no_such_field").code() == "unknown_field");
        CHECK(company.get(ada, entity->plural + "/999").status == 404);
        CHECK(company.get(ada, entity->plural + "/abc").status == 404);
        CHECK(company.store->last_seq() == before);  // nothing of all this was written
    }
}

TEST_CASE("A list of every entity sorts, selects and opens by any of its fields") {
    Company company;
    Maker maker(company);
    const Id ada = company.administrator;
    for (const auto& entity : company.catalog->entities()) {
        if (!served(*entity)) continue;
        maker.existing(entity->name);
        for (const FieldInfo& field : entity->fields) {
            if (field.is_many()) continue;
            CAPTURE(entity->name);
            CAPTURE(field.name);
            const Answer sorted = company.get(ada, entity->plural + "?sort=-" + field.name + "&fields=" + field.name);
            CAPTURE(sorted.body);
            if (field.options.long_text) {
                CHECK(sorted.json.find("code")->text == "not_sortable");
                continue;
            }
            CHECK(sorted.status == 200);
            REQUIRE(sorted.json.find("data"));
            CHECK(!sorted.json.find("data")->items.empty());
            CHECK(sorted.json.find("page")->find("count")->text == std::to_string(sorted.json.find("data")->items.size()));
            for (const Json& record : sorted.json.find("data")->items) CHECK(record.members.size() == (field.name == "id" ? 1 : 2));
            if (field.type == Type::reference && field.name != "id") CHECK(company.get(ada, entity->plural + "?expand=" + field.name).status == 200);
            const Answer grouped = company.post(ada, entity->plural + "/query", "{\"group\":[" + in_quotes(field.name) + "]}");
            CAPTURE(grouped.body);
            CHECK(grouped.status == 200);
        }
    }
}

TEST_CASE("The catalogue has every field with a label, in English and in Vietnamese") {
    Company company;
    for (const char* language : {"en", "vi"}) {
        const Answer answer = company.get(company.administrator, "catalog", {{"accept-language", language}});
        REQUIRE(answer.status == 200);
        CHECK(answer.text("language") == language);
        std::size_t entities = 0;
        for (const Json& entity : answer.json.find("entities")->items) {
            const EntityInfo& info = company.catalog->need(entity.find("name")->text);
            CHECK(!entity.find("label")->text.empty());
            std::size_t shown = 0;
            for (const FieldInfo& field : info.fields)
                if (!field.options.hidden) ++shown;
            CHECK(entity.find("fields")->items.size() == shown);
            for (const Json& field : entity.find("fields")->items) CHECK(!field.find("label")->text.empty());
            ++entities;
        }
        CHECK(entities > 30);
        const Answer again = company.get(company.administrator, "catalog", {{"accept-language", language}, {"if-none-match", answer.etag()}});
        CHECK(again.status == 304);
        CHECK(again.body.empty());
    }
}
