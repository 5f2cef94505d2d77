// A formula gives the same on a record as inside a database: generated formulas on generated records, seeded.
#include <doctest/doctest.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include <random>

#include "base/text.h"
#include "formula/formula.h"
#include "formula/sample_for_tests.h"
#include "support/postgres.h"

using namespace fairlead;
using namespace fairlead::formula;
using sample::currency;
using sample::day;
using sample::dec;
using sample::money;
using RecordPtr = std::shared_ptr<sample::Record>;

namespace {

const sample::Schema& schema() {
    static const sample::Schema made;
    return made;
}

// Tables as the store lays them out.
class Names final : public SqlNames {
  public:
    bool only_visible = false;
    std::string table(std::string_view entity) const override { return "\"" + std::string(entity) + "\""; }
    std::vector<std::string> columns(std::string_view entity, std::string_view field) const override {
        const std::string name(field);
        if (schema().field(entity, field)->type == Type::money) return {name, name + "_cur", name + "_rep"};
        return {name};
    }
    std::string back_column(std::string_view, std::string_view) const override { return "deal"; }
    std::string visible(std::string_view entity, std::string_view alias) const override {
        return only_visible && entity == "account" ? std::string(alias) + ".id <> 2" : "";
    }
    Formula computed(std::string_view entity, std::string_view field) const override {
        (void)entity, (void)field;
        return nullptr;
    }
};

struct Company {
    std::vector<RecordPtr> users, accounts, stages, deals;
};

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}
    int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
    bool chance(int percent) { return below(100) < percent; }
    template <class T>
    const T& pick(const std::vector<T>& from) { return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))]; }

  private:
    std::mt19937 engine_;
};

const std::vector<std::string> words = {"Hotel", "hotel", "Đặng", "đặng", "Straße", "STRASSE", "an giang", "An", "it's; \"x\",NULL", "Nguyễn", "ǅ", "İ", "ﬁn"};

Money random_money(Random& random) { return Money{random.below(400'000) - 50'000, currency(random.chance(70) ? "USD" : random.chance(50) ? "EUR" : "VND")}; }

void set_money(sample::Record& record, const std::string& name, Random& random) {
    const Money amount = random_money(random);
    record.values[name] = amount;
    if (amount.currency == currency("USD")) record.reporting_minor[name] = amount.minor;
    else if (random.chance(85)) record.reporting_minor[name] = amount.minor * 11 / 10;  // else no rate was known
}

RecordPtr blank(Id id) {
    auto record = std::make_shared<sample::Record>();
    record->values["id"] = id;
    record->rates_stored = true;
    return record;
}

void point(sample::Record& record, const char* field, const RecordPtr& target) {
    record.values[field] = target->values["id"];
    record.references[field] = target;
}

Company make_company(Random& random) {
    Company c;
    for (int i = 1; i <= 3; ++i) {
        c.users.push_back(blank(Id{i}));
        c.users.back()->values["name"] = words[static_cast<std::size_t>(i)];
        if (i != 2) c.users.back()->values["team"] = i == 1 ? "North" : "South";
    }
    for (int i = 1; i <= 4; ++i) {
        c.accounts.push_back(blank(Id{i}));
        c.accounts.back()->values["name"] = random.pick(words);
        if (random.chance(70)) c.accounts.back()->values["industry"] = random.chance(50) ? "Retail" : "hotel";
        if (random.chance(70)) c.accounts.back()->values["employees"] = random.below(500);
        if (random.chance(70)) point(*c.accounts.back(), "owner", random.pick(c.users));
    }
    const char* kinds[] = {"open", "open", "won", "lost"};
    for (int i = 1; i <= 4; ++i) {
        c.stages.push_back(blank(Id{i}));
        c.stages.back()->values["name"] = std::string("Stage ") + std::to_string(i);
        c.stages.back()->values["kind"] = kinds[i - 1];
        if (i != 3) c.stages.back()->values["stale_days"] = i * 7;
    }
    for (int i = 1; i <= 60; ++i) {
        RecordPtr d = blank(Id{100 + i});
        auto& v = d->values;
        const auto some = [&] { return random.chance(75); };
        if (some()) v["name"] = random.pick(words);
        if (some()) v["note"] = random.pick(words);
        if (some()) set_money(*d, "amount", random);
        if (some()) set_money(*d, "price", random);
        if (some()) v["probability"] = Decimal::scaled(random.below(100), 2);
        if (some()) v["discount"] = Decimal::scaled(random.below(30), 2);
        if (some()) v["rate"] = Decimal::scaled(random.below(4'000'000) - 2'000'000, 6);
        if (some()) v["factor"] = Decimal::scaled(random.below(9) - 4, 0);
        if (some()) v["count"] = random.below(9) - 3;
        if (some()) v["days"] = random.below(40);
        if (some()) v["close_date"] = Date{day("2026-11-25").days + random.below(120) - 60};
        if (some()) v["begins_on"] = Date{day("2026-11-25").days + random.below(120) - 60};
        if (some()) v["created_at"] = Instant{sample::at("2026-11-25T04:31:00Z").micros + (random.below(240) - 120) * std::int64_t{1'800'000'000}};
        if (some()) v["entered_at"] = Instant{sample::at("2026-11-25T04:31:00Z").micros - random.below(240) * std::int64_t{1'800'000'000}};
        if (some()) v["length"] = Duration{random.below(100) * std::int64_t{60'000'000}};
        if (some()) v["done"] = random.chance(50);
        if (some()) v["kind"] = random.pick(std::vector<std::string>{"new", "renewal", "expansion"});
        if (some()) point(*d, "stage", random.pick(c.stages));
        if (some()) point(*d, "account", random.pick(c.accounts));
        if (some()) point(*d, "owner", random.pick(c.users));
        for (int n = random.below(4); n > 0; --n) {
            RecordPtr line = blank(Id{1000 + i * 10 + n});
            if (some()) set_money(*line, "amount", random);
            if (some()) line->values["quantity"] = Decimal::scaled(random.below(500), 2);
            if (some()) line->values["product"] = random.pick(words);
            if (some()) line->values["free"] = random.chance(30);
            if (some()) line->values["sent_on"] = Date{day("2026-11-25").days + random.below(60) - 30};
            if (some()) line->values["pieces"] = random.below(10);
            line->values["deal"] = Id{100 + i};
            d->relations["lines"].push_back(line);
        }
        c.deals.push_back(d);
    }
    return c;
}

// ---- Databases ---------------------------------------------------------------------------------------------

std::string literal(const Value& value, const FieldType& type, bool postgres) {
    if (value.empty()) return "NULL";
    if (const auto* flag = value.get<bool>()) return postgres ? (*flag ? "TRUE" : "FALSE") : (*flag ? "1" : "0");
    if (const auto* decimal = value.get<Decimal>()) return std::to_string(*decimal->to_scaled(type.scale, Rounding::half_even));
    if (const auto* date = value.get<Date>()) return std::to_string(date->days);
    if (const auto* moment = value.get<Instant>()) return std::to_string(moment->micros);
    if (const auto* length = value.get<Duration>()) return std::to_string(length->micros);
    if (const auto* text = value.get<std::string>()) {
        std::string out = "'";
        for (const char c : *text) out += c == '\'' ? std::string("''") : std::string(1, c);
        return out + "'";
    }
    return to_text(value);
}

std::vector<std::string> statements(const Company& company, bool postgres) {
    std::vector<std::string> all;
    const auto table = [&](const char* entity, const std::vector<RecordPtr>& records, const char* extra) {
        std::string create = std::string("CREATE TABLE \"") + entity + "\" (id BIGINT PRIMARY KEY" + extra;
        const auto& fields = schema().entities.at(entity);
        for (const auto& [name, type] : fields) {
            if (type.is_many || type.type == Type::list) continue;
            const bool text = type.type == Type::text || type.type == Type::choice;
            create += ", " + name + (text ? " TEXT" : type.type == Type::boolean ? " BOOLEAN" : " BIGINT");
            if (type.type == Type::money) create += ", " + name + "_cur TEXT, " + name + "_rep BIGINT";
        }
        all.push_back(create + ")");
        for (const RecordPtr& record : records) {
            std::string columns = "id", values = to_text(record->values.at("id"));
            if (*extra) {
                columns += ", deal";
                values += ", " + to_text(record->values.at("deal"));
            }
            for (const auto& [name, type] : fields) {
                const auto found = record->values.find(name);
                if (found == record->values.end() || type.is_many) continue;
                if (const auto* amount = found->second.get<Money>()) {
                    const auto rep = record->reporting_minor.find(name);
                    columns += ", " + name + ", " + name + "_cur, " + name + "_rep";
                    values += ", " + std::to_string(amount->minor) + ", '" + amount->currency.text() + "', " + (rep == record->reporting_minor.end() ? "NULL" : std::to_string(rep->second));
                } else {
                    columns += ", " + name;
                    values += ", " + literal(found->second, type, postgres);
                }
            }
            all.push_back(std::string("INSERT INTO \"") + entity + "\" (" + columns + ") VALUES (" + values + ")");
        }
    };
    std::vector<RecordPtr> lines;
    for (const RecordPtr& d : company.deals)
        for (const RecordPtr& l : d->relations["lines"]) lines.push_back(l);
    table("user", company.users, "");
    table("account", company.accounts, "");
    table("stage", company.stages, "");
    table("deal", company.deals, "");
    table("line", lines, ", deal BIGINT");
    return all;
}

class Sqlite {
  public:
    explicit Sqlite(const Company& company) {
        REQUIRE(sqlite3_open(":memory:", &db_) == SQLITE_OK);
        for (const SqlFunction& f : sqlite_functions())
            sqlite3_create_function_v2(db_, f.name, f.arity, SQLITE_UTF8 | SQLITE_DETERMINISTIC, const_cast<SqlFunction*>(&f), call, nullptr, nullptr, nullptr);
        for (const std::string& s : statements(company, false)) REQUIRE_MESSAGE(sqlite3_exec(db_, s.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, s);
    }
    ~Sqlite() { sqlite3_close(db_); }
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    std::vector<std::int64_t> ids(const Sql& where) {
        const std::string sql = "SELECT d.id FROM \"deal\" d WHERE " + where.text + " ORDER BY d.id";
        sqlite3_stmt* statement = nullptr;
        REQUIRE_MESSAGE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK, sql << "\n" << sqlite3_errmsg(db_));
        int index = 0;
        for (const Value& p : where.parameters) {
            ++index;
            if (const auto* text = p.get<std::string>()) sqlite3_bind_text(statement, index, text->c_str(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
            else if (const auto* flag = p.get<bool>()) sqlite3_bind_int64(statement, index, *flag ? 1 : 0);
            else sqlite3_bind_int64(statement, index, p.as<std::int64_t>());
        }
        std::vector<std::int64_t> found;
        int code = 0;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) found.push_back(sqlite3_column_int64(statement, 0));
        CHECK_MESSAGE(code == SQLITE_DONE, sqlite3_errmsg(db_));
        sqlite3_finalize(statement);
        return found;
    }

  private:
    static void call(sqlite3_context* context, int count, sqlite3_value** values) {
        std::vector<Value> arguments;
        for (int i = 0; i < count; ++i) {
            if (sqlite3_value_type(values[i]) == SQLITE_INTEGER) arguments.emplace_back(static_cast<std::int64_t>(sqlite3_value_int64(values[i])));
            else if (sqlite3_value_type(values[i]) == SQLITE_TEXT) arguments.emplace_back(std::string(reinterpret_cast<const char*>(sqlite3_value_text(values[i]))));
            else arguments.emplace_back();
        }
        const Value result = static_cast<const SqlFunction*>(sqlite3_user_data(context))->call(arguments);
        if (const auto* whole = result.get<std::int64_t>()) sqlite3_result_int64(context, *whole);
        else if (const auto* text = result.get<std::string>()) sqlite3_result_text(context, text->c_str(), -1, SQLITE_TRANSIENT);
        else sqlite3_result_null(context);
    }
    sqlite3* db_ = nullptr;
};

class Postgres {
  public:
    Postgres(const Company& company, const std::string& address) : connection_(PQconnectdb(address.c_str()), PQfinish) {
        REQUIRE_MESSAGE(PQstatus(connection_.get()) == CONNECTION_OK, PQerrorMessage(connection_.get()));
        for (const std::string& s : postgres_functions()) run(s);
        for (const std::string& s : statements(company, true)) run(s);
    }
    std::vector<std::int64_t> ids(const Sql& where) {
        const std::string sql = "SELECT d.id FROM \"deal\" d WHERE " + where.text + " ORDER BY d.id";
        std::vector<std::string> held;
        std::vector<const char*> values;
        std::vector<Oid> types;
        for (const Value& p : where.parameters) {
            held.push_back(p.is<bool>() ? (p.as<bool>() ? "true" : "false") : to_text(p));
            types.push_back(p.is<bool>() ? 16U : p.is<std::int64_t>() ? 20U : 25U);
        }
        for (const std::string& h : held) values.push_back(h.c_str());
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
            PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), types.data(), values.data(), nullptr, nullptr, 0), PQclear);
        REQUIRE_MESSAGE(PQresultStatus(result.get()) == PGRES_TUPLES_OK, sql << "\n" << PQerrorMessage(connection_.get()));
        std::vector<std::int64_t> found;
        for (int i = 0; i < PQntuples(result.get()); ++i) found.push_back(std::atoll(PQgetvalue(result.get(), i, 0)));
        return found;
    }
    std::string one(const std::string& sql) {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection_.get(), sql.c_str()), PQclear);
        REQUIRE_MESSAGE(PQresultStatus(result.get()) == PGRES_TUPLES_OK, sql << "\n" << PQerrorMessage(connection_.get()));
        return PQgetvalue(result.get(), 0, 0);
    }
    std::string literal_of(const std::string& text) {
        const std::unique_ptr<char, void (*)(void*)> quoted(PQescapeLiteral(connection_.get(), text.c_str(), text.size()), PQfreemem);
        return quoted.get();
    }

  private:
    void run(const std::string& sql) {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection_.get(), sql.c_str()), PQclear);
        REQUIRE_MESSAGE(PQresultStatus(result.get()) == PGRES_COMMAND_OK, sql.substr(0, 300) << "\n" << PQerrorMessage(connection_.get()));
    }
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

// ---- Formulas ----------------------------------------------------------------------------------------------

class Generator {
  public:
    explicit Generator(Random& random) : random_(random) {}

    std::string condition(int depth) {
        if (depth <= 0) return simple();
        switch (random_.below(9)) {
            case 0: return "NOT(" + condition(depth - 1) + ")";
            case 1: return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
            case 2: return "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
            case 3: return number(depth - 1) + compare() + number(depth - 1);
            case 4: return "IF(" + condition(depth - 1) + ", " + number(depth - 1) + ", " + number(depth - 1) + ")" + compare() + "2";
            case 5: return amount(depth - 1) + compare() + (random_.chance(50) ? number(0) : amount(depth - 1));
            case 6: return text(depth - 1) + pick({" = ", " <> ", " < ", " >= "}) + text(depth - 1);
            case 7: return date(depth - 1) + compare() + date(depth - 1);
            default: return simple();
        }
    }

  private:
    std::string pick(std::initializer_list<const char*> from) { return *(from.begin() + random_.below(static_cast<int>(from.size()))); }
    std::string compare() { return pick({" = ", " <> ", " < ", " <= ", " > ", " >= "}); }
    std::string quoted() {
        std::string out = "\"";
        for (const char c : random_.pick(words)) out += c == '"' ? std::string("\"\"") : std::string(1, c);
        return out + "\"";
    }
    std::string simple() {
        switch (random_.below(16)) {
            case 0: return "ISBLANK(" + pick({"amount", "name", "stage", "account.industry", "account.owner.team", "close_date", "done"}) + ")";
            case 1: return pick({"done", "NOT done", "done = TRUE", "done <> FALSE"});
            case 2: return "stage = \"stage " + std::to_string(random_.below(5)) + "\"";
            case 3: return "stage" + pick({".kind = ", ".kind <> "}) + pick({"\"open\"", "\"won\"", "\"\""});
            case 4: return "kind " + pick({"IN (\"new\", \"RENEWAL\")", "NOT IN (\"new\")", "IN (\"\", \"expansion\")", "= \"new\"", "<> \"renewal\""});
            case 5: return pick({"close_date", "begins_on", "created_at", "entered_at"}) + compare() + pick({"TODAY()", "TODAY() - 10", "\"2026-11-25\"", "DATE(2026,12,1)"});
            case 6: return "IN_PERIOD(" + pick({"close_date", "created_at", "begins_on"}) + ", " + pick({"\"this week\"", "\"last 30 days\"", "\"next month\"", "\"2026-Q4\"", "\"past\""}) + ")";
            case 7: return pick({"amount", "price"}) + compare() + pick({"0", "1000", "1234.567", "99.99", "-3.5"});
            case 8: return pick({"rate", "factor", "probability", "count", "days"}) + compare() + pick({"0", "1", "0.5", "-1.25", "0.1234567", "3"});
            case 9: return pick({"name", "note", "account.name", "account.industry"}) + pick({" = ", " <> "}) + quoted();
            case 10: return pick({"CONTAINS", "BEGINS", "ENDS"}) + "(" + pick({"name", "note", "account.name"}) + ", " + pick({"\"an\"", "\"H\"", "\"ĐẶ\"", "\"ss\"", "\"\""}) + ")";
            case 11: return "owner " + pick({"= CURRENT_USER()", "<> CURRENT_USER()", "= \"1\"", "= 2", "IN (\"1\", \"3\")"});
            case 12: return "created_at" + compare() + pick({"NOW()", "NOW() - 1", "\"2026-11-25T04:31:00Z\""});
            case 13: return "account.employees" + compare() + pick({"100", "250.5", "days", "count"});
            case 14: return pick({"COUNT(lines)", "COUNTIF(lines, lines.free)", "SUM(lines.quantity)", "MAX(lines.pieces)", "COUNT(lines.amount)", "AVERAGE(lines.quantity)", "COUNTA(lines.product)"}) + compare() + pick({"0", "1", "2.5"});
            default: return pick({"ANY(lines.product = \"hotel\")", "EVERY(lines.quantity > 1)", "SUM(lines.amount) > amount", "SUMIF(lines.amount, lines.pieces > 3) > 100", "MIN(lines.sent_on) < close_date", "ANY(lines.amount > amount / 3)"});
        }
    }
    std::string number(int depth) {
        if (depth <= 0) return pick({"rate", "factor", "probability", "count", "days", "2", "0.5", "3", "account.employees", "stage.stale_days", "0"});
        switch (random_.below(8)) {
            case 0: return "(" + number(depth - 1) + " + " + number(depth - 1) + ")";
            case 1: return "(" + number(depth - 1) + " - " + number(depth - 1) + ")";
            case 2: return "(" + number(depth - 1) + " * " + number(depth - 1) + ")";
            case 3: return "(" + number(depth - 1) + " / " + number(depth - 1) + ")";
            case 4: return "-" + number(0);
            case 5: return pick({"ROUND", "ROUNDUP", "ROUNDDOWN"}) + "(" + number(depth - 1) + ", " + pick({"0", "1", "2", "-1"}) + ")";
            case 6: return pick({"ABS", "INT", "SIGN", "TRUNC"}) + "(" + number(depth - 1) + ")";
            default: return pick({"MONTH(close_date)", "YEAR(begins_on)", "LEN(name)", "DAY(close_date)", "(close_date - begins_on)", "IFERROR(rate / count, 7)", "COALESCE(rate, factor, 1)", "(amount / price)", "MOD(count, 3)"});
        }
    }
    std::string amount(int depth) {
        if (depth <= 0) return pick({"amount", "price"});
        switch (random_.below(4)) {
            case 0: return "(" + amount(depth - 1) + " * " + number(0) + ")";
            case 1: return "(" + amount(depth - 1) + " + " + amount(depth - 1) + ")";
            case 2: return "IF(" + simple() + ", " + amount(depth - 1) + ", 0)";
            default: return "amount";
        }
    }
    std::string text(int depth) {
        if (depth <= 0) return random_.chance(40) ? quoted() : pick({"name", "note", "account.name", "stage.name", "kind", "owner.team"});
        switch (random_.below(5)) {
            case 0: return "(" + text(depth - 1) + " & " + text(depth - 1) + ")";
            case 1: return "LEFT(" + text(depth - 1) + ", 2)";
            case 2: return "UPPER(" + text(depth - 1) + ")";
            case 3: return "IF(" + simple() + ", " + text(depth - 1) + ", \"\")";
            default: return text(0);
        }
    }
    std::string date(int depth) {
        if (depth <= 0) return pick({"close_date", "begins_on", "TODAY()", "DATE(2026,11,30)"});
        switch (random_.below(4)) {
            case 0: return "(" + date(depth - 1) + " + " + pick({"days", "count", "7", "stage.stale_days"}) + ")";
            case 1: return "EDATE(" + date(depth - 1) + ", " + pick({"1", "-2", "count"}) + ")";
            case 2: return "IF(" + simple() + ", close_date, begins_on)";
            default: return date(0);
        }
    }
    Random& random_;
};

std::vector<std::int64_t> ids_on_records(const Checked& checked, const Company& company, const Context& context) {
    std::vector<std::int64_t> found;
    for (const RecordPtr& d : company.deals)
        if (holds(checked, *d, context)) found.push_back(d->values.at("id").as<Id>().value);
    return found;
}

}  // namespace

TEST_CASE("Generated conditions find the same records on SQLite as the evaluator does") {
    Random random(20261125);
    const Company company = make_company(random);
    Sqlite sqlite(company);
    Generator generator(random);
    const Names names;
    const Context context = sample::context();
    int some = 0, plain = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::string text = generator.condition(1 + i % 4);
        const auto checked = check(text, schema(), "deal", {.expected = Type::boolean});
        if (!checked) {
            REQUIRE_MESSAGE(checked.refused().code() == "unknown_choice", text << ": " << checked.refused().message());
            continue;
        }
        const auto sql = to_sql(**checked, Dialect::sqlite, names, "d", context);
        REQUIRE_MESSAGE(sql, text);
        const auto expected = ids_on_records(**checked, company, context);
        some += !expected.empty() && expected.size() < company.deals.size() ? 1 : 0;
        plain += sql->text.find("fairlead_formula") == std::string::npos ? 1 : 0;
        CHECK_MESSAGE(sqlite.ids(*sql) == expected, text << "\n" << sql->text);
    }
    CHECK(some > 1000);  // conditions that tell records apart, or nothing was tested
    CHECK(plain > 300);
}

TEST_CASE("Records out of sight read as empty inside SQL") {
    Random random(5);
    const Company company = make_company(random);
    Sqlite sqlite(company);
    Names names;
    names.only_visible = true;
    const auto checked = check("account.name = account.name AND NOT ISBLANK(account.name)", schema(), "deal");
    const auto sql = to_sql(**checked, Dialect::sqlite, names, "d", sample::context());
    std::vector<std::int64_t> expected;
    for (const RecordPtr& d : company.deals)
        if (d->values.count("account") && d->values.at("account").as<Id>().value != 2) expected.push_back(d->values.at("id").as<Id>().value);
    CHECK(sqlite.ids(*sql) == expected);
}

TEST_CASE("Generated conditions that PostgreSQL can run find the same records there") {
    const std::string address = testing::fresh_postgres_database();
    if (address.empty()) return;
    Random random(20261126);
    const Company company = make_company(random);
    Postgres postgres(company, address);
    Generator generator(random);
    const Names names;
    const Context context = sample::context();
    int pushed = 0, refused = 0, some = 0;
    for (int i = 0; i < 4000; ++i) {
        const std::string text = generator.condition(1 + i % 3);
        const auto checked = check(text, schema(), "deal", {.expected = Type::boolean});
        if (!checked) continue;
        const auto sql = to_sql(**checked, Dialect::postgres, names, "d", context);
        if (!sql) {
            REQUIRE(sql.refused().code() == "no_push_down");
            ++refused;
            continue;
        }
        ++pushed;
        const auto expected = ids_on_records(**checked, company, context);
        some += !expected.empty() && expected.size() < company.deals.size() ? 1 : 0;
        CHECK_MESSAGE(postgres.ids(*sql) == expected, text << "\n" << sql->text);
    }
    MESSAGE("PostgreSQL ran " << pushed << " conditions and refused " << refused);
    CHECK(pushed > 1500);
    CHECK(some > 700);
}

TEST_CASE("PostgreSQL folds case as we do, for every letter of the alphabets in use") {
    const std::string address = testing::fresh_postgres_database();
    if (address.empty()) return;
    Random random(3);
    Postgres postgres({}, address);
    for (const char* text : {"Straße ẞ", "ĐẶNG ỲỴ", "NGUYE\u0302\u0303N", "İstanbul", "ΣΑΣ ς", "ǅ ǰ ŉ", "ﬁﬂ", "ԵՒև", "Ⅷ ⓐⒶ", "Ａａ", "plain ASCII", "Ꭰꭰ"})
        CHECK_MESSAGE(postgres.one("SELECT fairlead_fold_case(" + postgres.literal_of(text) + ")") == fold_case(text), text);
}
