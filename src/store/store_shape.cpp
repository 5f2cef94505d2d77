// What the store derives from its catalogue and settings, and their change at run time: custom fields, the company's
// currency, calendar and rates.
#include "base/text.h"
#include "store/database_store.h"
#include "store/schema.h"

namespace fairlead::store {
namespace {

std::string custom_text(const model::CustomField& field) {
    std::string text;
    const auto line = [&](std::string_view value) {
        for (const char c : value) text += c == '\n' ? ' ' : c;
        text += '\n';
    };
    line(field.entity);
    line(field.name);
    line(field.label);
    line(field.help);
    line(std::to_string(static_cast<int>(field.type)));
    line(field.target);
    line(std::string(field.required ? "1" : "0") + (field.search ? "1" : "0") + (field.dimension ? "1" : "0") + (field.measure ? "1" : "0"));
    line(std::to_string(field.scale));
    for (const auto& choice : field.choices) {
        line(choice.value);
        line(choice.label);
    }
    return text;
}

model::CustomField custom_field(const std::string& text) {
    const std::vector<std::string> lines = split(text, '\n');
    model::CustomField field;
    ensure(lines.size() >= 8, "a kept custom field has eight lines or more");
    field.entity = lines[0];
    field.name = lines[1];
    field.label = lines[2];
    field.help = lines[3];
    field.type = static_cast<Type>(std::stoi(lines[4]));
    field.target = lines[5];
    field.required = lines[6][0] == '1';
    field.search = lines[6][1] == '1';
    field.dimension = lines[6][2] == '1';
    field.measure = lines[6][3] == '1';
    field.scale = std::stoi(lines[7]);
    for (std::size_t i = 8; i + 1 < lines.size(); i += 2) field.choices.push_back({lines[i], lines[i + 1]});
    return field;
}

void keep_custom_fields(Connection& connection, const std::vector<model::CustomField>& fields) {
    Statement& clear = connection.prepare("DELETE FROM kept WHERE org_id = $1 AND kind = 'custom_field'");
    clear.bind(1, organisation_id);
    clear.run();
    for (const model::CustomField& field : fields) {
        Statement& keep = connection.prepare("INSERT INTO kept (org_id, kind, name, value) VALUES ($1, 'custom_field', $2, $3)");
        const std::string name = field.entity + "." + field.name, text = custom_text(field);
        keep.bind(1, organisation_id);
        keep.bind(2, std::string_view(name));
        keep.bind(3, std::string_view(text));
        keep.run();
    }
}

}  // namespace

std::shared_ptr<const Shape> DatabaseStore::shape() const {
    const std::shared_lock lock(shape_mutex_);
    return shape_;
}

std::shared_ptr<const Settings> DatabaseStore::settings() const {
    const std::shared_lock lock(shape_mutex_);
    return settings_;
}

void DatabaseStore::set_shape(std::shared_ptr<const model::Catalog> catalog) {
    auto made = make_shape(std::move(catalog), organisation_id);
    const std::scoped_lock lock(shape_mutex_);
    if (shape_) past_shapes_.push_back(shape_);
    shape_ = std::move(made);
}

void DatabaseStore::reload_settings(Connection& connection) {
    auto loaded = Settings::load(connection, *shape(), options_.zone);
    const std::scoped_lock lock(shape_mutex_);
    settings_ = std::move(loaded);
}

void DatabaseStore::settings_moved(Connection& connection) {
    const std::string before = shape()->catalog->currency();
    if (const auto followed = follow_currency(connection); !followed) throw InvariantBroken(followed.refused().message());
    if (shape()->catalog->currency() != before) forget_reporting(connection);
    reload_settings(connection);
    keeper_.adopt(shape(), context());
}

// Of records in the bin, which alone may have amounts when the reporting currency changes: should one come back, its
// amounts are priced anew (pricing.h).
void DatabaseStore::forget_reporting(Connection& connection) {
    const auto now = shape();
    connection.begin();
    for (const auto& entity : now->catalog->entities()) {
        if (!entity->logged) continue;
        for (const FieldInfo& field : entity->fields) {
            if (field.type != Type::money || !field.is_stored()) continue;
            const auto columns = field.columns();
            const std::string amount = quoted(columns.at(0)), code = quoted(columns.at(1)), reporting = quoted(columns.at(2));
            connection.exec("UPDATE " + now->table(*entity).name() + " SET " + reporting + " = CASE WHEN " + code + " = '" + now->catalog->currency() + "' THEN " + amount + " END WHERE org_id = " +
                            std::to_string(organisation_id) + " AND deleted_at IS NOT NULL AND " + amount + " IS NOT NULL");
        }
    }
    connection.commit();
}

// Formulas compare amounts with plain numbers in the company's currency.
Result<void> DatabaseStore::follow_currency(Connection& connection) {
    const auto before = shape()->catalog;
    if (!before->find("company")) return {};
    Statement& company = connection.prepare("SELECT currency FROM company WHERE org_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1");
    company.bind(1, organisation_id);
    std::string currency;
    if (company.step() && !company.is_null(0)) currency = std::string(company.text(0));
    company.reset();
    if (currency.empty() || currency == before->currency()) return {};
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, before->custom_fields(), currency));
    set_shape(catalog);
    return {};
}

Result<void> DatabaseStore::load_custom_fields(Connection& connection) {
    std::vector<model::CustomField> fields;
    Statement& statement = connection.prepare("SELECT value FROM kept WHERE org_id = $1 AND kind = 'custom_field' ORDER BY name");
    statement.bind(1, organisation_id);
    while (statement.step()) fields.push_back(custom_field(std::string(statement.text(0))));
    if (fields.empty()) return {};
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, fields, shape()->catalog->currency()));
    set_shape(catalog);
    return {};
}

Result<void> DatabaseStore::set_custom_fields(const std::vector<model::CustomField>& fields) {
    if (!writer_) return refuse(Why::unavailable, "read_only", "This store was opened for reading only");
    Result<void> outcome;
    writer_->exclusively([&](Connection& connection) { outcome = change_custom_fields(connection, fields); });
    pool_.clear();
    return outcome;
}

// Between two groups: nothing else writes while the tables change.
Result<void> DatabaseStore::change_custom_fields(Connection& connection, const std::vector<model::CustomField>& fields, const std::vector<std::string>& agreed, const std::function<void(Connection&)>& beside) {
    FAIRLEAD_ASSIGN(const auto catalog, model::Catalog::build(base_modules_, fields, shape()->catalog->currency()));
    // The fields are kept in the commit that makes their columns: a start after a crash finds both or neither.
    FAIRLEAD_TRY(migrate(connection, *make_shape(catalog, organisation_id), agreed, [&](Connection& inside) {
        keep_custom_fields(inside, fields);
        if (beside) beside(inside);
    }));
    set_shape(catalog);
    connection.forget();
    reload_settings(connection);
    keeper_.adopt(shape(), context());
    ++access_version_;
    return {};
}

}  // namespace fairlead::store
