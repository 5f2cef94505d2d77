// A small company in columns and, beside it, in a plain list of records that answers the same questions the slow
// way: every figure of the columns is compared with it.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/text.h"
#include "store/columns/columns.h"

namespace fairlead::store::sample {

using namespace model;

inline constexpr Choice kinds[] = {{"new", "New"}, {"renewal", "Renewal"}, {"expansion", "Expansion"}};
inline constexpr Choice stage_kinds[] = {{"open", "Open"}, {"won", "Won"}, {"lost", "Lost"}};

inline constexpr Field user_fields[] = {text("name", "Name", {.search = true})};
inline constexpr Entity user_entity{.name = "user", .plural = "users", .label = "User", .label_plural = "Users", .title = "name", .fields = user_fields, .access = AccessKind::open};
inline constexpr Field team_fields[] = {text("name", "Name")};
inline constexpr Entity team_entity{.name = "team", .plural = "teams", .label = "Team", .label_plural = "Teams", .title = "name", .fields = team_fields, .access = AccessKind::open};
inline constexpr Field stage_fields[] = {
    text("name", "Name"),
    choice("kind", "Kind", stage_kinds),
    whole("position", "Position", {.meaning = Meaning::position}),
    whole("stale_days", "Stale after"),
};
inline constexpr Entity stage_entity{.name = "stage", .plural = "stages", .label = "Stage", .label_plural = "Stages", .title = "name", .fields = stage_fields, .access = AccessKind::open};
inline constexpr Field account_fields[] = {
    text("name", "Name", {.search = true}),
    text("phone", "Phone", {.search = true, .meaning = Meaning::phone}),
    text("city", "City"),
    choice("industry", "Industry", kinds),
    whole("employees", "Employees"),
    reference("parent", "Parent", "account"),
    reference("owner", "Owner", "user", {.meaning = Meaning::owner}),
    many("deals", "Deals", "deal", "account"),
};
inline constexpr Entity account_entity{.name = "account", .plural = "accounts", .label = "Account", .label_plural = "Accounts", .title = "name", .fields = account_fields};
inline constexpr Field deal_fields[] = {
    text("name", "Name", {.search = true}),
    text("note", "Note", {.search = true}),
    text("body", "Body", {.long_text = true}),
    reference("account", "Account", "account"),
    reference("owner", "Owner", "user", {.meaning = Meaning::owner}),
    reference("team", "Team", "team", {.meaning = Meaning::team}),
    reference("stage", "Stage", "stage"),
    money("amount", "Amount", {.measure = true}),
    percent("probability", "Probability", {.scale = 4}),
    decimal("rate", "Rate"),
    whole("pieces", "Pieces"),
    date("close_date", "Close date"),
    instant("stage_since", "Since"),
    duration("length", "Length"),
    boolean("done", "Done"),
    choice("kind", "Kind", kinds),
    computed("weighted", "Weighted", Type::money, "amount * probability"),
    computed("is_open", "Open", Type::boolean, "stage.kind = \"open\""),
    computed("is_late", "Late", Type::boolean, "NOT(done) AND close_date < TODAY()"),
    many("lines", "Lines", "line", "deal"),
};
inline constexpr Entity deal_entity{.name = "deal", .plural = "deals", .label = "Deal", .label_plural = "Deals", .title = "name", .fields = deal_fields};
inline constexpr Field line_fields[] = {
    reference("deal", "Deal", "deal", {.required = true, .meaning = Meaning::parent_access}),
    decimal("quantity", "Quantity"),
    money("price", "Price"),
};
inline constexpr Entity line_entity{.name = "line", .plural = "lines", .label = "Line", .label_plural = "Lines", .title = "id", .fields = line_fields, .access = AccessKind::inherits};
inline constexpr const Entity* entities[] = {&user_entity, &team_entity, &stage_entity, &account_entity, &deal_entity, &line_entity};
inline constexpr Module module{.name = "sample", .about = "For tests", .entities = entities};

inline std::shared_ptr<const Catalog> catalog(std::span<const CustomField> custom = {}) {
    static const Module* const modules[] = {&module};
    auto built = Catalog::build(modules, custom);
    REQUIRE_MESSAGE(built, (built ? std::string() : built.refused().message()));
    return *built;
}

inline formula::Context context() {
    formula::Context context;
    context.now = *Instant::parse("2026-11-25T04:31:00Z");
    context.zone = "Asia/Ho_Chi_Minh";
    context.user = Id{101};
    context.convert = [](const Money& money, Currency to, Date) -> std::optional<Money> {
        if (money.currency.text() == "EUR" && to.text() == "USD") return Money::of(*multiply(money.decimal(), *Decimal::parse("1.1")), to);
        return std::nullopt;
    };
    return context;
}

// The slow way.
class Plain {
  public:
    explicit Plain(std::shared_ptr<const Catalog> catalog_) : catalog(std::move(catalog_)) {}
    std::shared_ptr<const Catalog> catalog;
    std::map<std::string, std::map<std::int64_t, Record>> records;

    const Record* find(const std::string& entity, Id id) const {
        const auto of = records.find(entity);
        if (of == records.end()) return nullptr;
        const auto found = of->second.find(id.value);
        return found == of->second.end() ? nullptr : &found->second;
    }
    static bool is_live(const Record& record) { return record.at(slot_deleted_at).empty() && record.at(slot_merged_into).empty(); }

    bool visible(const Viewer& viewer, const Record& record) const {
        const EntityInfo& entity = *record.entity;
        if (viewer.is_system) return true;
        const Reach& reach = viewer.reach(entity, Right::read);
        if (reach.nothing()) return false;
        if (reach.records.count(record.id().value)) return true;
        if (entity.access == AccessKind::inherits) {
            const Value& parent = record.at(entity.parent_slot);
            const Record* above = parent.is<Id>() ? find(entity.by_slot(entity.parent_slot).target, parent.as<Id>()) : nullptr;
            return above && visible(viewer, *above);
        }
        if (reach.everything || entity.access == AccessKind::open) return true;
        const auto within = [&](int slot, const std::unordered_set<std::int64_t>& ids) {
            return slot >= 0 && record.at(slot).is<Id>() && ids.count(record.at(slot).as<Id>().value);
        };
        return within(entity.owner_slot, reach.owners) || within(entity.team_slot, reach.teams) || within(entity.territory_slot, reach.territories);
    }

    class Row final : public formula::Row {
      public:
        Row(const Plain& plain, const Viewer& viewer, const formula::Context& context, const Record& record)
            : plain_(plain), viewer_(viewer), context_(context), record_(record) {}
        Value value(const std::vector<formula::PathStep>& path) const override {
            const FieldInfo* field = nullptr;
            const Record* at = end(path, field);
            if (!at) return Value();
            if (!field->is_computed()) return at->at(field->slot);
            auto value = formula::evaluate(*field->formula, Row(plain_, *Viewer::system(), context_, *at), context_);
            return value ? *value : Value();
        }
        std::optional<std::int64_t> reporting(const std::vector<formula::PathStep>& path) const override {
            const FieldInfo* field = nullptr;
            const Record* at = end(path, field);
            return at ? plain_.reporting(*at, *field, context_) : std::nullopt;
        }
        void related(const std::vector<formula::PathStep>& path, const std::function<void(const formula::Row&)>& each) const override {
            const FieldInfo* field = record_.entity->field(path.front().name);
            const auto all = plain_.records.find(field->target);
            if (all == plain_.records.end()) return;
            for (const auto& [id, other] : all->second)
                if (other.reference(field->back) == record_.id() && is_live(other) && plain_.visible(viewer_, other))
                    each(Row(plain_, viewer_, context_, other));
        }

      private:
        const Record* end(const std::vector<formula::PathStep>& path, const FieldInfo*& field) const {
            const Record* at = &record_;
            for (std::size_t i = 0; i < path.size(); ++i) {
                field = at->entity->field(path[i].name);
                if (i + 1 == path.size()) return at;
                const Value& next = at->at(field->slot);
                if (!next.is<Id>()) return nullptr;
                at = plain_.find(field->target, next.as<Id>());
                if (!at || !is_live(*at) || !plain_.visible(viewer_, *at)) return nullptr;
            }
            return nullptr;
        }
        const Plain& plain_;
        const Viewer& viewer_;
        const formula::Context& context_;
        const Record& record_;
    };

    // Stored beside the amount; for a computed one, the formula on the amounts stored.
    std::optional<std::int64_t> reporting(const Record& record, const FieldInfo& field, const formula::Context& context) const {
        int slot = record.entity->slots;
        for (const FieldInfo& other : record.entity->fields) {
            if (other.type != Type::money || !other.is_stored()) continue;
            if (&other == &field) {
                const Money* money = record.at(field.slot).get<Money>();
                if (money && money->currency.text() == "USD") return money->minor;
                const std::int64_t* minor = record.at(slot).get<std::int64_t>();
                return money && minor ? std::optional(*minor) : std::nullopt;
            }
            ++slot;
        }
        if (!field.is_computed() || field.type != Type::money) return std::nullopt;
        const auto own = formula::evaluate(*field.formula, Row(*this, *Viewer::system(), context, record), context);
        const Money* money = own ? own->get<Money>() : nullptr;
        if (!money) return std::nullopt;
        if (money->currency.text() == "USD") return money->minor;
        Record at_home = record;
        int extra = record.entity->slots;
        for (const FieldInfo& other : record.entity->fields) {
            if (other.type != Type::money || !other.is_stored()) continue;
            if (const auto* minor = record.at(extra++).get<std::int64_t>()) at_home.at(other.slot) = Money{*minor, *Currency::parse("USD")};
        }
        const auto value = formula::evaluate(*field.formula, Row(*this, *Viewer::system(), context, at_home), context);
        const Money* home = value ? value->get<Money>() : nullptr;
        return home && home->currency.text() == "USD" ? std::optional(home->minor) : std::nullopt;
    }

    bool holds(const Viewer& viewer, const formula::Formula& filter, const formula::Context& context, const Record& record) const {
        return !filter || formula::holds(*filter, Row(*this, viewer, context, record), context);
    }
};

// Records at random, the same in both.
class Company {
  public:
    explicit Company(unsigned seed, int deals, Columns::Limits limits = {})
        : catalog(sample::catalog()), columns(catalog, context(), limits), plain(catalog), random(seed) {
        for (const auto& entity : catalog->entities()) columns.begin_load(*entity);
        for (int i = 0; i < 6; ++i) put(make("user", Id{100 + i}, {{"name", Value("User " + std::string(1, static_cast<char>('F' - i)))}}));
        for (int i = 0; i < 3; ++i) put(make("team", Id{200 + i}, {{"name", Value("Team " + std::to_string(i))}}));
        const char* names[] = {"Prospecting", "Engaging", "Won", "Lost"};
        for (int i = 0; i < 4; ++i)
            put(make("stage", Id{300 + i}, {{"name", Value(names[i])}, {"kind", Value(i < 2 ? "open" : i == 2 ? "won" : "lost")}, {"position", Value(3 - i)},
                                            {"stale_days", i < 2 ? Value(10 + i * 20) : Value()}}));
        for (int i = 0; i < 40; ++i) put(account(Id{1000 + i}));
        for (int i = 0; i < deals; ++i) put(deal(Id{10'000 + 3 * i}));
        for (int i = 0; i < deals / 2; ++i) put(line(Id{900'000 + i}));
        for (const auto& entity : catalog->entities()) columns.finish_load(*entity);
        loading = false;
    }

    std::shared_ptr<const Catalog> catalog;
    Columns columns;
    Plain plain;
    std::mt19937 random;
    bool loading = true;

    int any(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
    bool chance(int percent) { return any(100) < percent; }

    Record make(const std::string& entity, Id id, std::map<std::string, Value> values) {
        Record record(catalog->need(entity));
        int money_fields = 0;
        for (const FieldInfo& field : record.entity->fields) money_fields += field.type == Type::money && field.is_stored();
        record.slots.resize(record.slots.size() + static_cast<std::size_t>(money_fields));
        record.at(slot_id) = id;
        record.at(slot_version) = std::int64_t{1};
        record.at(slot_created_at) = Instant{1'700'000'000'000'000 + id.value * 60'000'000};
        for (auto& [name, value] : values) record.set(name, std::move(value));
        int slot = record.entity->slots;
        for (const FieldInfo& field : record.entity->fields) {
            if (field.type != Type::money || !field.is_stored()) continue;
            // EUR has a stored rate, GBP has none.
            const Money* money = record.at(field.slot).get<Money>();
            if (money && money->currency.text() == "EUR") record.at(slot) = money->minor * 6 / 5;
            ++slot;
        }
        return record;
    }
    void put(Record record) {
        if (loading) {
            columns.add({&record, 1});
        } else {
            Applied applied{record.entity, record.id(), &record};
            columns.apply({&applied, 1});
        }
        plain.records[record.entity->name].insert_or_assign(record.id().value, std::move(record));
    }
    void erase(const std::string& entity, Id id) {
        Applied applied{&catalog->need(entity), id, nullptr};
        columns.apply({&applied, 1});
        plain.records[entity].erase(id.value);
    }
    std::string word() {
        static const char* words[] = {"Đường", "Dương", "duong", "Hà Nội", "Acme", "renewal", "Ánh", "anh", "ÁNH", "an", "An Giang", "Phở", "x", "Ngọc", "o-ring", "Zeta 9"};
        return words[any(16)];
    }
    std::string phrase() {
        std::string text = word();
        for (int i = any(3); i > 0; --i) text += " " + word();
        return text;
    }
    Value maybe(int percent_empty, Value value) { return chance(percent_empty) ? Value() : value; }

    Record account(Id id) {
        return make("account", id, {{"name", maybe(5, Value(phrase()))}, {"phone", maybe(40, Value("+84 9" + std::to_string(any(10)) + " " + std::to_string(100 + any(900)) + "-" + std::to_string(100 + any(900))))},
                                    {"city", maybe(30, Value(word()))}, {"industry", maybe(20, Value(std::string(kinds[any(3)].value)))},
                                    {"employees", maybe(20, Value(any(50) * any(50)))}, {"parent", maybe(60, Value(Id{1000 + any(40)}))}, {"owner", Value(Id{100 + any(6)})}});
    }
    Record deal(Id id) {
        static const char* currencies[] = {"USD", "USD", "USD", "EUR", "GBP"};
        const auto amount = Value(Money{any(2000) * (chance(50) ? 100 : 1) - 500, *Currency::parse(currencies[any(5)])});
        return make("deal", id,
                    {{"name", maybe(5, Value(phrase()))}, {"note", maybe(50, Value(phrase() + " " + (chance(30) ? "po-kh" : "") + std::to_string(chance(30) ? 100'000 + any(9'000) : any(100))))}, {"body", Value("long")},
                     {"account", maybe(10, Value(Id{1000 + any(44)}))}, {"owner", maybe(3, Value(Id{100 + any(6)}))}, {"team", maybe(10, Value(Id{200 + any(3)}))},
                     {"stage", maybe(5, Value(Id{300 + any(4)}))}, {"amount", maybe(15, amount)}, {"probability", maybe(20, Value(Decimal::scaled(any(11) * 10, 2)))},
                     {"rate", maybe(20, Value(Decimal::scaled(any(100'000) - 50'000, any(6))))}, {"pieces", maybe(20, Value(any(20) - 5))},
                     {"close_date", maybe(10, Value(Date{20'700 + any(200)}))}, {"stage_since", maybe(10, Value(Instant{1'795'000'000'000'000 + any(2'000'000) * std::int64_t{1'000'000}}))},
                     {"length", maybe(30, Value(Duration{any(50) * std::int64_t{600'000'000}}))}, {"done", maybe(15, Value(chance(50)))},
                     {"kind", maybe(15, Value(std::string(kinds[any(3)].value)))},
                     {"deleted_at", chance(4) ? Value(Instant{1}) : Value()}, {"merged_into", chance(2) ? Value(Id{10'000}) : Value()}});
    }
    Record line(Id id) {
        return make("line", id, {{"deal", Value(Id{10'000 + 3 * any(60)})}, {"quantity", maybe(10, Value(Decimal::of(any(9))))}, {"price", maybe(10, Value(Money{any(900), *Currency::parse("USD")}))}});
    }

    formula::Formula check(const std::string& text, const std::string& entity = "deal") {
        auto checked = formula::check(text, *catalog, entity);
        REQUIRE_MESSAGE(checked, (text + (checked ? "" : ": " + checked.refused().message())));
        return *checked;
    }
    std::vector<Id> slow(const Viewer& viewer, const formula::Formula& filter, const std::string& entity = "deal", bool in_bin = false) {
        std::vector<Id> ids;
        const formula::Context at = context();
        for (const auto& [id, record] : plain.records[entity]) {
            const bool binned = !record.at(slot_deleted_at).empty() && record.at(slot_merged_into).empty();
            if ((in_bin ? binned : Plain::is_live(record)) && plain.visible(viewer, record) && plain.holds(viewer, filter, at, record)) ids.push_back(Id{id});
        }
        return ids;
    }
    // A rep: own accounts and deals, those of a team, and a few shared ones.
    std::shared_ptr<Viewer> rep(Id user) {
        auto viewer = std::make_shared<Viewer>();
        viewer->user = user;
        viewer->entities.resize(catalog->entities().size() + 8);
        for (const auto& entity : catalog->entities()) {
            EntityAccess& access = viewer->entities[static_cast<std::size_t>(entity->number)];
            Reach& reach = access.reach[static_cast<int>(Right::read)];
            if (entity->access == AccessKind::open) reach.everything = true;
            reach.owners.insert(user.value);
            if (entity->name == "deal") reach.teams.insert(201);
            if (entity->name == "deal") reach.records.insert(10'003);
        }
        return viewer;
    }
};

inline std::vector<Id> all_pages(const Company& company, const Viewer& viewer, ListQuery query, int limit = 500) {
    std::vector<Id> ids;
    query.limit = limit;
    for (int pages = 0; pages < 10'000; ++pages) {
        auto page = company.columns.list(viewer, query, context());
        REQUIRE_MESSAGE(page, (page ? std::string() : page.refused().message()));
        ids.insert(ids.end(), page->ids.begin(), page->ids.end());
        if (page->next.empty()) break;
        query.cursor = page->next;
    }
    return ids;
}

}  // namespace fairlead::store::sample
