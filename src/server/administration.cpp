// The commands: users, tokens, backup, checks.
#include "server/administration.h"

#include <map>

#include "base/text.h"
#include "derive/json.h"
#include "store/drop_field.h"

namespace fairlead::server {
namespace {

using derive::Json;
using derive::JsonWriter;
using model::Record;

class Arguments {
  public:
    explicit Arguments(const Json& json) : json_(json) {}
    std::string text(std::string_view name) const {
        const Json* value = json_.find(name);
        return value != nullptr && value->is(Json::Kind::text) ? value->text : std::string();
    }
    bool has(std::string_view name) const { return json_.find(name) != nullptr; }

  private:
    const Json& json_;
};

Result<Id> user_named(Accounts& accounts, const std::string& email) {
    const auto user = accounts.user_by_email(email);
    if (!user) return refuse(Why::not_found, "unknown_user", "There is no user with the e-mail address " + email + ".", "email", {{"email", email}});
    return *user;
}

Result<std::string> user_add(Accounts& accounts, const Arguments& a) {
    NewUser user;
    user.email = std::string(trim(a.text("email")));
    user.name = a.text("name");
    user.role = a.text("role");
    if (const auto language = a.text("language"); !language.empty()) user.language = language;
    std::optional<std::string> password;
    if (a.has("password")) password = a.text("password");
    FAIRLEAD_ASSIGN(const Id id, accounts.add_user(user, password));
    JsonWriter w;
    w.begin_object().text("id", id.text()).text("email", user.email).end_object();
    return w.take();
}

Result<std::string> user_list(Accounts& accounts, const Arguments&) {
    std::map<std::int64_t, std::string> roles;
    store::ListQuery query;
    query.entity = "role";
    FAIRLEAD_TRY(accounts.store().each(*store::Viewer::system(), query, [&](const Record& role) {
        roles[role.id().value] = role.text("name");
        return true;
    }));
    query.entity = "user";
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    FAIRLEAD_TRY(accounts.store().each(*store::Viewer::system(), query, [&](const Record& user) {
        w.begin_object().text("id", user.id().text()).text("email", user.text("email")).text("name", user.text("name"));
        w.text("role", roles[user.reference("role").value]).boolean("active", user["active"] == Value(true)).end_object();
        return true;
    }));
    return w.end_array().end_object().take();
}

Result<std::string> user_reset(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_ASSIGN(const Id user, user_named(accounts, a.text("email")));
    const std::string email = accounts.email_of(user);
    if (email.empty()) return refuse(Why::invalid, "inactive_user", "This person is not active: activate the account first.", "email");
    JsonWriter w;
    const std::string token = accounts.passwords().make_link(user, email);
    w.begin_object().text("token", token).text("path", "/reset#token=" + token).end_object();
    return w.take();
}

Result<std::string> user_deactivate(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_ASSIGN(const Id user, user_named(accounts, a.text("email")));
    FAIRLEAD_ASSIGN(const Id successor, user_named(accounts, a.text("successor")));
    const auto done = accounts.store().write({}, [&](store::Transaction& tx) -> Result<Value> {
        model::WriteOptions options;
        options.as_system = true;
        return tx.act(tx.catalog().need("user"), user, "deactivate", {{"successor", Value(successor)}}, options);
    });
    if (!done) return done.refused();
    accounts.sessions().end_all(user);
    accounts.tokens().end_all(user);
    accounts.passwords().end_links(user);
    JsonWriter w;
    w.begin_object().text("id", user.text()).text("handed_over", to_text(*done)).end_object();
    return w.take();
}

Result<std::string> token_create(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_ASSIGN(const Id user, user_named(accounts, a.text("email")));
    if (!accounts.store().viewer(user)) return refuse(Why::invalid, "inactive_user", "This person is not active: activate the account first.", "email");
    const std::string asked = a.text("days");
    const long long days = asked.empty() ? 90 : std::strtoll(asked.c_str(), nullptr, 10);
    if (days < 1 || days > 366) return refuse(Why::invalid, "out_of_range", "A token lives from 1 to 366 days.", "days", {{"least", "1"}, {"most", "366"}});
    const std::string name = a.text("name");
    const auto made = accounts.tokens().make(user, name.empty() ? "command line" : name, "command line", Duration{days * 24 * 3600 * 1'000'000}, a.text("read_only") == "true", "flt_");
    JsonWriter w;
    w.begin_object().text("token", made.token).text("id", made.credential.id).text("expires_at", made.credential.expires.text()).end_object();
    return w.take();
}

Result<std::string> token_list(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_ASSIGN(const Id user, user_named(accounts, a.text("email")));
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const Credential& c : accounts.tokens().of(user)) {
        w.begin_object().text("id", c.id).text("name", c.name).text("created_at", c.created.text()).text("expires_at", c.expires.text());
        w.text("last_used_at", c.used.text()).boolean("read_only", c.read_only).end_object();
    }
    return w.end_array().end_object().take();
}

Result<std::string> token_revoke(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_ASSIGN(const Id user, user_named(accounts, a.text("email")));
    if (!accounts.tokens().end(user, a.text("id"))) return refuse(Why::not_found, "not_found", "This person has no token with that id.", "id");
    return std::string("{}");
}

Result<std::string> backup(Accounts& accounts, const Arguments& a) {
    FAIRLEAD_TRY(accounts.store().backup(a.text("file")));
    JsonWriter w;
    w.begin_object().text("file", a.text("file")).end_object();
    return w.take();
}

Result<std::string> check(Accounts& accounts, const Arguments&) {
    bool ok = true;
    JsonWriter w;
    w.begin_object().key("checks").begin_array();
    for (const auto& one : accounts.store().check()) {
        ok = ok && one.ok;
        w.begin_object().text("name", one.name).boolean("ok", one.ok).text("detail", one.detail).end_object();
    }
    return w.end_array().boolean("ok", ok).end_object().take();
}

// Without "agree" it tells what would go.
Result<std::string> field_drop(Accounts& accounts, const Arguments& a) {
    const bool tells = a.text("agree").empty();
    FAIRLEAD_ASSIGN(const store::FieldLoss loss, tells ? store::loss_of(accounts.store(), a.text("entity"), a.text("name")) : store::drop_field(accounts.store(), a.text("entity"), a.text("name"), a.text("agree")));
    JsonWriter w;
    w.begin_object().text("entity", a.text("entity")).text("name", a.text("name")).boolean("dropped", !tells).text("agree", loss.step);
    w.number("values", loss.values).number("in_bin", loss.in_bin).number("requirements", loss.requirements).number("views", loss.views);
    return w.end_object().take();
}

Result<std::string> field_list(Accounts& accounts, const Arguments&) {
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const model::CustomField& field : accounts.store().catalog()->custom_fields())
        w.begin_object().text("entity", field.entity).text("name", field.name).text("label", field.label).text("type", type_name(field.type)).end_object();
    return w.end_array().end_object().take();
}

}  // namespace

Result<std::string> administer(Accounts& accounts, std::string_view command, std::string_view arguments) {
    using Run = Result<std::string> (*)(Accounts&, const Arguments&);
    static const std::map<std::string_view, Run> commands{
        {"user add", user_add}, {"user list", user_list}, {"user reset", user_reset}, {"user deactivate", user_deactivate},
        {"token create", token_create}, {"token list", token_list}, {"token revoke", token_revoke}, {"backup", backup}, {"check", check},
        {"field list", field_list}, {"field drop", field_drop}};
    const auto found = commands.find(command);
    if (found == commands.end()) return refuse(Why::bad_request, "unknown_command", "The server does not know the command " + std::string(command) + ".");
    FAIRLEAD_ASSIGN(const Json json, derive::parse_object(arguments));
    return found->second(accounts, Arguments(json));
}

}  // namespace fairlead::server
