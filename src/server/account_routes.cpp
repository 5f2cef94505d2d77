// Addresses for signing in and out, the first set-up, passwords, tokens and sessions.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "derive/json.h"
#include "server/accounts.h"

namespace fairlead::server {
namespace {

using derive::Json;
using derive::JsonWriter;
using AccountsPointer = std::shared_ptr<Accounts>;

// A body of text fields: what was asked for, nothing else, nothing of another kind.
class Fields {
  public:
    static Result<Fields> read(const Request& request, std::initializer_list<std::string_view> known) {
        Fields fields;
        if (request.body.empty()) return fields;
        FAIRLEAD_ASSIGN(fields.json_, derive::parse_object(request.body));
        for (const auto& [name, value] : fields.json_.members)
            if (std::find(known.begin(), known.end(), name) == known.end())
                return refuse(Why::bad_request, "unknown_field", "The body has no field " + name + " here.", "/" + name, {{"name", name}});
        return fields;
    }
    Result<std::string> text(std::string_view name, bool required = true) const {
        const Json* value = json_.find(name);
        if (value == nullptr || value->is(Json::Kind::null)) {
            if (required) return refuse(Why::invalid, "required", "The field " + std::string(name) + " is missing.", std::string(name), {{"field", std::string(name)}});
            return std::string();
        }
        if (!value->is(Json::Kind::text)) return refuse(Why::bad_request, "wrong_type", "The field " + std::string(name) + " must be a text.", std::string(name), {{"field", std::string(name)}});
        return value->text;
    }
    Result<std::int64_t> whole(std::string_view name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
        const Json* value = json_.find(name);
        if (value == nullptr || value->is(Json::Kind::null)) return otherwise;
        char* end = nullptr;
        const long long number = std::strtoll(value->text.c_str(), &end, 10);
        if (!value->is(Json::Kind::number) || *end != '\0' || number < least || number > most)
            return refuse(Why::invalid, "out_of_range", "The field " + std::string(name) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".", std::string(name),
                          {{"least", std::to_string(least)}, {"most", std::to_string(most)}});
        return static_cast<std::int64_t>(number);
    }
    Result<bool> flag(std::string_view name) const {
        const Json* value = json_.find(name);
        if (value == nullptr || value->is(Json::Kind::null)) return false;
        if (!value->is(Json::Kind::boolean)) return refuse(Why::bad_request, "wrong_type", "The field " + std::string(name) + " must be true or false.", std::string(name), {{"field", std::string(name)}});
        return value->flag;
    }

  private:
    Json json_;
};

Response json(std::string body, int status = 200) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

Response nothing() {
    Response response;
    response.status = 204;
    return response;
}

using Answering = std::function<Result<Response>(Accounts&, Request&)>;
Handler answering(const AccountsPointer& accounts, Answering answer) {
    return [accounts, answer = std::move(answer)](Request& request, Reply reply) {
        auto result = answer(*accounts, request);
        reply(result ? std::move(*result) : problem(result.refused(), request));
    };
}

// Hashing takes tens of milliseconds: two threads do that, and nobody else waits behind it.
Handler hashing(const AccountsPointer& accounts, Answering answer) {
    return [accounts, answer = std::move(answer)](Request& request, Reply reply) {
        const bool posted = accounts->sign_in_pool().post([accounts, answer, &request, reply] {
            try {
                auto result = answer(*accounts, request);
                reply(result ? std::move(*result) : problem(result.refused(), request));
            } catch (const std::exception& error) {
                log(Level::error, "request_failed", {{"request_id", std::string_view(request.request_id)}, {"what", std::string_view(error.what())}});
                throw;
            }
        });
        if (!posted) reply(problem(refuse(Why::unavailable, "overloaded", "Too many sign-ins wait: try again in a moment."), request));
    };
}

std::string session_json(Accounts& accounts, const store::Viewer& viewer, std::string_view token) {
    const auto record = accounts.store().get(*store::Viewer::system(), "user", viewer.user);
    JsonWriter w;
    w.begin_object().key("user").begin_object().text("id", viewer.user.text()).text("name", viewer.name);
    if (record) w.text("email", record->text("email"));
    w.boolean("administrator", viewer.is_administrator).text("language", viewer.language).text("zone", viewer.zone).end_object();
    if (!token.empty()) w.text("csrf", Accounts::csrf_of(token));
    // What is read from now on is at least this new: where to listen for changes from.
    w.number("seq", accounts.store().last_seq());
    return w.end_object().take();
}

std::string browser_of(const Request& request) { return std::string(request.header("user-agent").substr(0, 200)); }

// Opens a session and says so; an earlier one of the same browser ends (no fixation).
Result<Response> open_session(Accounts& accounts, Request& request, Id user) {
    const auto viewer = accounts.store().viewer(user);
    if (!viewer) return refuse(Why::unauthenticated, "wrong_sign_in", "E-mail or password is wrong.");
    if (const std::string old = accounts.session_token(request); !old.empty()) accounts.sessions().end_key(Credentials::key_of(old));
    const auto made = accounts.sessions().make(user, browser_of(request), request.remote, accounts.options().absolute, false);
    Response response = json(session_json(accounts, *viewer, made.token));
    response.headers.emplace_back("Set-Cookie", accounts.cookie(made.token));
    return response;
}

Result<Response> sign_in(Accounts& accounts, Request& request) {
    FAIRLEAD_ASSIGN(const Fields fields, Fields::read(request, {"email", "password"}));
    FAIRLEAD_ASSIGN(const std::string email, fields.text("email"));
    FAIRLEAD_ASSIGN(const std::string password, fields.text("password"));
    const std::string person = "person " + fold_case(is_utf8(email) ? email.substr(0, 320) : "") + " " + request.remote, place = "place " + request.remote;
    const long long wait = std::max(accounts.failures().wait(person), accounts.place_failures().wait(place));
    if (wait > 0) {
        request.reply_headers.emplace_back("Retry-After", std::to_string(wait));
        return refuse(Why::too_many, "too_many_sign_ins", "Too many failed sign-ins: wait " + std::to_string(wait) + " seconds.", {}, {{"seconds", std::to_string(wait)}});
    }
    const auto user = accounts.user_by_email(email);
    // The same work and the same words whether the person is unknown, has left, or mistyped.
    const bool good = accounts.passwords().matches(user, password) && accounts.store().viewer(*user) != nullptr;
    if (!good) {
        accounts.failures().failed(person);
        accounts.place_failures().failed(place);
        log(Level::warning, "sign_in_failed", {{"request_id", std::string_view(request.request_id)}, {"remote", std::string_view(request.remote)}});
        return refuse(Why::unauthenticated, "wrong_sign_in", "E-mail or password is wrong.");
    }
    accounts.failures().succeeded(person);
    return open_session(accounts, request, *user);
}

Result<Response> who(Accounts& accounts, Request& request) {
    return json(session_json(accounts, *request.viewer, request.session.empty() ? std::string() : accounts.session_token(request)));
}

Result<Response> sign_out(Accounts& accounts, Request& request) {
    accounts.sessions().end_key(Credentials::key_of(accounts.session_token(request)));
    Response response = nothing();
    response.headers.emplace_back("Set-Cookie", accounts.cookie({}));
    return response;
}

Result<Response> set_up_state(Accounts& accounts, Request&) {
    std::string company;
    const bool needed = accounts.is_fresh();
    if (!needed) {
        store::ListQuery query;
        query.entity = "company";
        query.limit = 1;
        query.count = store::Count::none;
        if (const auto page = accounts.store().list(*store::Viewer::system(), query); page && !page->records.empty()) company = page->records.front().text("name");
    }
    JsonWriter w;
    w.begin_object().boolean("needed", needed).text("version", FAIRLEAD_VERSION).text("company", company).end_object();
    return json(w.take());
}

Result<Response> set_up(Accounts& accounts, Request& request) {
    if (!accounts.is_fresh()) return refuse(Why::not_found, "no_such_address", "There is nothing at this address.");
    FAIRLEAD_ASSIGN(const Fields fields, Fields::read(request, {"token", "company", "email", "name", "password", "language", "currency", "zone", "fiscal_year_start_month", "holidays"}));
    StartingChoices choices;
    NewUser user;
    FAIRLEAD_ASSIGN(const std::string token, fields.text("token"));
    FAIRLEAD_ASSIGN(choices.company, fields.text("company"));
    FAIRLEAD_ASSIGN(user.email, fields.text("email"));
    FAIRLEAD_ASSIGN(user.name, fields.text("name"));
    FAIRLEAD_ASSIGN(const std::string password, fields.text("password"));
    FAIRLEAD_ASSIGN(const std::string language, fields.text("language", false));
    FAIRLEAD_ASSIGN(const std::string currency, fields.text("currency", false));
    FAIRLEAD_ASSIGN(const std::string zone, fields.text("zone", false));
    FAIRLEAD_ASSIGN(const std::int64_t month, fields.whole("fiscal_year_start_month", 1, 1, 12));
    FAIRLEAD_ASSIGN(const std::string holidays, fields.text("holidays", false));
    choices.holidays = upper_ascii(holidays);
    if (!language.empty()) choices.language = user.language = language;
    if (!zone.empty()) choices.zone = zone;
    if (!known_zone(choices.zone)) return refuse(Why::invalid, "unknown_zone", "There is no time zone " + choices.zone + ": take an IANA name, as Asia/Ho_Chi_Minh.", "zone", {{"zone", choices.zone}});
    if (!currency.empty()) choices.currency = upper_ascii(currency);
    if (!Currency::parse(choices.currency)) return refuse(Why::invalid, "unknown_currency", "A currency code has three letters, as USD.", "currency");
    choices.fiscal_year_start_month = static_cast<int>(month);
    FAIRLEAD_ASSIGN(const Id made, accounts.set_up(token, choices, user, password));
    return open_session(accounts, request, made);
}

Result<Response> reset_password(Accounts& accounts, Request& request) {
    FAIRLEAD_ASSIGN(const Fields fields, Fields::read(request, {"token", "password"}));
    FAIRLEAD_ASSIGN(const std::string token, fields.text("token"));
    FAIRLEAD_ASSIGN(const std::string password, fields.text("password"));
    FAIRLEAD_ASSIGN(const Id user, accounts.passwords().reset(token, password, [&](Id id) { return accounts.email_of(id); },
                                                              [&](Id id) { return accounts.password_context(id); }));
    accounts.sessions().end_all(user);
    return nothing();
}

Result<Id> user_of(Accounts& accounts, const Request& request) {
    const auto id = Id::parse(request.parts[0]);
    if (!id || accounts.email_of(*id).empty()) return refuse(Why::not_found, "not_found", "There is no active user with that id and an e-mail address.");
    return *id;
}

Result<Response> change_password(Accounts& accounts, Request& request) {
    FAIRLEAD_ASSIGN(const Fields fields, Fields::read(request, {"old", "password"}));
    FAIRLEAD_ASSIGN(const std::string password, fields.text("password"));
    const bool own = Id::parse(request.parts[0]) == request.viewer->user;
    if (!own && !request.viewer->is_administrator) return refuse(Why::not_found, "not_found", "There is no active user with that id.");
    FAIRLEAD_ASSIGN(const Id user, user_of(accounts, request));
    if (own) {
        FAIRLEAD_ASSIGN(const std::string old, fields.text("old"));
        const std::string key = "password " + user.text();
        if (const long long wait = accounts.failures().wait(key); wait > 0) {
            request.reply_headers.emplace_back("Retry-After", std::to_string(wait));
            return refuse(Why::too_many, "too_many_sign_ins", "Too many failed attempts: wait " + std::to_string(wait) + " seconds.", {}, {{"seconds", std::to_string(wait)}});
        }
        if (!accounts.passwords().matches(user, old)) {
            accounts.failures().failed(key);
            return refuse(Why::invalid, "wrong_password", "The old password is wrong.", "old");
        }
        accounts.failures().succeeded(key);
    }
    FAIRLEAD_TRY(accounts.set_password(user, password));
    accounts.sessions().end_all(user);
    if (!own) return nothing();
    return open_session(accounts, request, user);
}

Result<Response> make_reset_link(Accounts& accounts, Request& request) {
    if (!request.viewer->is_administrator) return refuse(Why::forbidden, "administrators_only", "Only an administrator may do this.");
    FAIRLEAD_ASSIGN(const Id user, user_of(accounts, request));
    const std::string token = accounts.passwords().make_link(user, accounts.email_of(user));
    JsonWriter w;
    w.begin_object().text("token", token).text("path", "/reset#token=" + token);
    w.text("expires_at", Instant{accounts.clock().now().micros + Passwords::link_life.micros}.text()).end_object();
    return json(w.take());
}

void write_credential(JsonWriter& w, const Credential& c) {
    w.begin_object().text("id", c.id).text("name", c.name).text("created_at", c.created.text()).text("expires_at", c.expires.text());
    w.text("last_used_at", c.used.text()).text("remote", c.remote);
}

Result<Response> list_tokens(Accounts& accounts, Request& request) {
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const Credential& c : accounts.tokens().of(request.viewer->user)) {
        write_credential(w, c);
        w.boolean("read_only", c.read_only).end_object();
    }
    return json(w.end_array().end_object().take());
}

Result<Response> make_token(Accounts& accounts, Request& request) {
    FAIRLEAD_ASSIGN(const Fields fields, Fields::read(request, {"name", "days", "read_only", "password"}));
    FAIRLEAD_ASSIGN(const std::string name, fields.text("name"));
    FAIRLEAD_ASSIGN(const std::int64_t days, fields.whole("days", 90, 1, 366));
    FAIRLEAD_ASSIGN(const bool read_only, fields.flag("read_only"));
    FAIRLEAD_ASSIGN(const std::string password, fields.text("password", false));
    if (name.empty() || name.size() > 200) return refuse(Why::invalid, "required", "Give the token a name by which you will know it again, up to 200 letters.", "name", {{"field", "name"}});
    // A token outlives the session: whoever only found an open browser must not make one.
    const auto session = accounts.sessions().find(accounts.session_token(request));
    const bool recent = session && accounts.clock().now().micros - session->created.micros < 15LL * 60 * 1'000'000;
    if (!recent && !accounts.passwords().matches(request.viewer->user, password))
        return refuse(Why::forbidden, "password_again", "Enter your password again to make a token.", "password");
    const auto made = accounts.tokens().make(request.viewer->user, name, request.remote, Duration{days * 24 * 3600 * 1'000'000}, read_only, "flt_");
    JsonWriter w;
    write_credential(w, made.credential);
    w.boolean("read_only", read_only).text("token", made.token).end_object();
    return json(w.take(), 201);
}

Result<Response> end_token(Accounts& accounts, Request& request) {
    if (!accounts.tokens().end(request.viewer->user, request.parts[0])) return refuse(Why::not_found, "not_found", "You have no token with that id.");
    return nothing();
}

Result<Response> list_sessions(Accounts& accounts, Request& request) {
    JsonWriter w;
    w.begin_object().key("data").begin_array();
    for (const Credential& c : accounts.sessions().of(request.viewer->user)) {
        write_credential(w, c);
        w.boolean("current", c.id == request.session).end_object();
    }
    return json(w.end_array().end_object().take());
}

Result<Response> end_session(Accounts& accounts, Request& request) {
    if (!accounts.sessions().end(request.viewer->user, request.parts[0])) return refuse(Why::not_found, "not_found", "You have no session with that id.");
    return nothing();
}

}  // namespace

void add_account_routes(Router& router, const AccountsPointer& accounts) {
    router.add({Method::get, "/api/v1/set-up", Policy::open, answering(accounts, set_up_state)});
    router.add({Method::post, "/api/v1/set-up", Policy::open, hashing(accounts, set_up)});
    router.add({Method::post, "/api/v1/session", Policy::open, hashing(accounts, sign_in)});
    router.add({Method::get, "/api/v1/session", Policy::viewer, answering(accounts, who)});
    router.add({Method::delete_, "/api/v1/session", Policy::session, answering(accounts, sign_out)});
    router.add({Method::post, "/api/v1/password/reset", Policy::open, hashing(accounts, reset_password)});
    router.add({Method::post, "/api/v1/users/{id}/password", Policy::session, hashing(accounts, change_password)});
    router.add({Method::post, "/api/v1/users/{id}/actions/make_reset_link", Policy::session, answering(accounts, make_reset_link)});
    router.add({Method::get, "/api/v1/tokens", Policy::viewer, answering(accounts, list_tokens)});
    router.add({Method::post, "/api/v1/tokens", Policy::session, hashing(accounts, make_token)});
    router.add({Method::delete_, "/api/v1/tokens/{id}", Policy::viewer, answering(accounts, end_token)});
    router.add({Method::get, "/api/v1/sessions", Policy::session, answering(accounts, list_sessions)});
    router.add({Method::delete_, "/api/v1/sessions/{id}", Policy::session, answering(accounts, end_session)});
}

}  // namespace fairlead::server
