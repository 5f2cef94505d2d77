// Rows taken in many at a time are the same as rows put one by one, whatever is committed meanwhile.
#include "store/columns/bulk.h"

#include "store/columns/sample_for_tests.h"
#include "store/columns/state.h"

namespace fairlead::store::sample {

using columns::Bulk;
using columns::Table;

namespace {

struct Random {
    std::mt19937_64 engine{7};
    std::int64_t up_to(std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(engine); }
    bool one_in(int n) { return up_to(n - 1) == 0; }
};

// A record with anything that a column has to hold.
Record any_record(Random& random, const EntityInfo& entity, std::int64_t id, std::int64_t others) {
    Record record(entity);
    record.slots.resize(record.slots.size() + 4);
    int extra = entity.slots;
    for (const FieldInfo& field : entity.fields) {
        if (field.slot < 0 || !field.is_stored()) continue;
        const int reporting = field.type == Type::money ? extra++ : -1;
        if (random.one_in(5) || field.options.long_text) continue;
        Value& value = record.at(field.slot);
        switch (field.type) {
            case Type::boolean: value = Value(random.one_in(2)); break;
            case Type::whole: value = Value(random.one_in(3000) ? INT64_MIN : random.one_in(50) ? INT64_MAX : random.up_to(300) - 100); break;
            case Type::decimal:
            case Type::percent: value = Value(Decimal::scaled(random.one_in(9) ? random.up_to(std::int64_t{1} << 61) : random.up_to(10'000), field.options.scale)); break;
            case Type::money:
                value = Value(Money{random.up_to(5000) * (random.one_in(3) ? 1 : 100'000), *Currency::parse(random.one_in(4) ? "EUR" : "USD")});
                if (random.one_in(2)) record.at(reporting) = Value(random.up_to(1'000'000));
                break;
            case Type::text: value = Value(field.name == "name" ? "N\xC3\xA0me " + std::to_string(random.up_to(1'000'000)) : "note " + std::to_string(random.up_to(40))); break;
            case Type::choice: value = Value("renewal"); break;
            case Type::date: value = Value(Date{static_cast<std::int32_t>(random.up_to(40'000))}); break;
            case Type::instant: value = Value(Instant{random.up_to(std::int64_t{1} << 51)}); break;
            case Type::duration: value = Value(Duration{random.up_to(1'000'000) * 60'000'000}); break;
            case Type::reference: value = Value(Id{1 + random.up_to(others)}); break;
            default: break;
        }
    }
    record.at(slot_id) = Value(Id{id});
    record.at(slot_version) = Value(std::int64_t{5});
    record.at(slot_deleted_at) = random.one_in(20) ? Value(Instant{9}) : Value();
    record.at(slot_merged_into) = random.one_in(40) ? Value(Id{1 + random.up_to(others)}) : Value();
    return record;
}

void put_into(Bulk& bulk, const Record& record) {
    const std::uint32_t row = bulk.count();
    bulk.ids.push_back(record.id().value);
    int extra = record.entity->slots;
    for (const FieldInfo& field : record.entity->fields) {
        if (field.slot < 0 || !field.is_stored()) continue;
        const int reporting = field.type == Type::money ? extra++ : -1;
        Bulk::Part& part = bulk.parts[static_cast<std::size_t>(field.slot)];
        const Value& value = record.at(field.slot);
        if (!part.field || value.empty()) continue;
        if (const auto* text = value.get<std::string>()) part.texts.put(row, *text);
        if (const auto* flag = value.get<bool>()) bulk.put(field.slot, row, *flag);
        if (const auto* whole = value.get<std::int64_t>()) bulk.put(field.slot, row, *whole);
        if (const auto* decimal = value.get<Decimal>()) bulk.put(field.slot, row, decimal->to_scaled(field.options.scale, Rounding::half_even).value());
        if (const auto* date = value.get<Date>()) bulk.put(field.slot, row, date->days);
        if (const auto* instant = value.get<Instant>()) bulk.put(field.slot, row, instant->micros);
        if (const auto* duration = value.get<Duration>()) bulk.put(field.slot, row, duration->micros);
        if (const auto* id = value.get<Id>()) bulk.put(field.slot, row, id->value);
        if (const auto* money = value.get<Money>()) {
            bulk.put(field.slot, row, money->minor);
            part.texts.put(row, money->currency.text());
            if (const auto* minor = record.at(reporting).get<std::int64_t>()) Bulk::Part::put(part.reporting, row, *minor);
        }
    }
}

void put_plainly(Columns::State& state, Record record) {
    state.complete(record);
    state.need(record.entity->name).put(record, ++state.stamp);
}

void check_same(const Table& one, const Table& other, const std::vector<Record>& records) {
    CHECK(one.live().count() == other.live().count());
    CHECK(one.bin().count() == other.bin().count());
    int different = 0;
    for (const Record& record : records) {
        const auto a = one.row_of(record.id()), b = other.row_of(record.id());
        REQUIRE(a.has_value() == b.has_value());
        if (!a) continue;
        different += one.state(*a) != other.state(*b) || one.live().has(*a) != other.live().has(*b);
        if (one.state(*a) != columns::RowState::absent) !(one.record(*a).slots == other.record(*b).slots);
    }
    CHECK(different == 0);
}

}  // namespace

TEST_CASE("Columns: rows taken in many at a time hold what rows put one by one hold") {
    const auto declared = catalog();
    Columns::State quick(declared, context(), {}), plain(declared, context(), {});
    Random random;
    constexpr std::int64_t accounts = 3000;
    const std::size_t sizes[] = {columns::chunk_rows, 300, 5000};  // the second begins a chunk, the third does not
    std::map<std::string, std::vector<Record>> all;
    for (const char* name : {"user", "team", "stage", "account"})
        for (std::int64_t id = 1; id <= accounts; ++id) all[name].push_back(any_record(random, declared->need(name), id * (name[0] == 's' ? 2 : 1), 2 * accounts));
    std::int64_t next = 10;
    for (const std::size_t size : sizes)
        for (std::size_t i = 0; i < size; ++i) all["deal"].push_back(any_record(random, declared->need("deal"), next += 1 + random.up_to(3), 2 * accounts));

    for (const char* name : {"account", "user", "team", "stage", "deal"}) {
        const EntityInfo& entity = declared->need(name);
        const std::vector<Record>& records = all[name];
        Table& table = quick.need(name);
        table.loading = true;
        Bulk bulk;
        std::size_t at = 0;
        for (const std::size_t size : sizes) {
            bulk.begin(entity);
            for (std::size_t i = 0; i < size && at < records.size(); ++i) put_into(bulk, records[at++]);
            if (bulk.count() > 0) quick.take(bulk);
        }
        table.finish_load();
    }
    for (const auto& [name, records] : all) {
        for (Table& table = quick.need(name); !table.resolved();) table.resolve(100);
        for (const Record& record : records) put_plainly(plain, record);
    }
    for (const auto& [name, records] : all) check_same(quick.need(name), plain.need(name), records);

    // What comes afterwards finds its place in either.
    Record later = any_record(random, declared->need("deal"), 5, accounts);
    for (Columns::State* state : {&quick, &plain}) {
        put_plainly(*state, later);
        Record changed = all["deal"][70];
        changed.at(slot_version) = Value(std::int64_t{6});
        changed.at(declared->need("deal").slot("name")) = Value("quite another");
        put_plainly(*state, changed);
    }
    all["deal"].push_back(later);
    check_same(quick.need("deal"), plain.need("deal"), all["deal"]);
    CHECK(to_text(quick.need("deal").value(*quick.need("deal").column("name"), *quick.need("deal").row_of(all["deal"][70].id()))) == "quite another");
}

TEST_CASE("Columns: what is committed while rows are taken in stands") {
    const auto declared = catalog();
    const EntityInfo& deal = declared->need("deal");
    Random random;
    std::vector<Record> records;
    for (std::int64_t id = 100; id < 1100; ++id) {
        records.push_back(any_record(random, deal, id, 50));
        records.back().at(slot_deleted_at) = records.back().at(slot_merged_into) = Value();
    }
    Columns::State quick(declared, context(), {}), plain(declared, context(), {});
    Table& table = quick.need("deal");
    const auto newer = [&](std::size_t i) {
        Record record = any_record(random, deal, records[i].id().value, 50);
        record.at(slot_version) = Value(std::int64_t{9});
        record.at(slot_deleted_at) = record.at(slot_merged_into) = Value();
        quick.complete(record);
        return record;
    };
    std::vector<Record> expected = records;
    const auto change = [&](std::size_t i) {
        expected[i] = newer(i);
        table.put(expected[i], ++quick.stamp);
    };
    std::vector<std::size_t> erased;
    const auto erase = [&](std::size_t i) {
        erased.push_back(i);
        table.erase(records[i].id(), ++quick.stamp);
    };
    table.loading = true;
    change(10);                             // known before its row is read
    erase(20);
    table.row_for(records[30].id());        // another record refers to it
    Bulk bulk;
    bulk.begin(deal);
    for (const Record& record : records) put_into(bulk, record);
    Table::Filling filling;
    std::vector<Record> known = table.reserve(bulk, filling);
    CHECK(known.size() == 3);
    for (Record& record : known) quick.complete(record), table.put(record, ++quick.stamp);
    change(40);                             // while the columns are filled
    table.prepare(bulk, filling);
    erase(50);
    const std::size_t half = bulk.parts.size() / 2;
    for (std::size_t part = 0; part < bulk.parts.size(); ++part) {
        if (part == half) change(60), erase(70), change(80), erase(80);
        table.find_targets(bulk, filling, part);
        table.fill(bulk, filling, part);
    }
    table.settle(bulk, filling, ++quick.stamp);
    change(90);                             // while references are still open
    table.finish_load();
    while (!table.resolved()) table.resolve(7);
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (std::find(erased.begin(), erased.end(), i) == erased.end()) plain.need("deal").put(expected[i], ++plain.stamp);
    // Computed fields of the bulk were not asked for here: they are compared above.
    int different = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const bool gone = std::find(erased.begin(), erased.end(), i) != erased.end();
        const auto row = table.row_of(records[i].id()), other = plain.need("deal").row_of(records[i].id());
        REQUIRE((gone || (row && other)));
        if (gone) different += row && table.state(*row) != columns::RowState::absent;
        else
            for (int slot = 0; slot < deal.stored_slots; ++slot) different += !(table.record(*row).at(slot) == plain.need("deal").record(*other).at(slot));
    }
    CHECK(different == 0);
    CHECK(table.live().count() == expected.size() - erased.size());
}

}  // namespace fairlead::store::sample
