// People who sign in: finding, adding, setting up the first of them.
#include "server/accounts.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"

namespace fairlead::server {

using model::Patch;
using model::Record;

Accounts::Accounts(store::Store& store, const Clock& clock, AccountOptions options, StartingRecords starting)
    : store_(store), clock_(clock), options_(std::move(options)), starting_(std::move(starting)),
      sessions_(store, "session", options_.idle, clock), tokens_(store, "token", std::nullopt, clock),
      passwords_(store, clock, options_.password_min), buckets_(options_.requests_per_second, options_.requests_burst),
      open_buckets_(50, 500), failures_(options_.free_failures), place_failures_(options_.free_failures * 10), sign_in_pool_(2, 2, 500) {}

void Accounts::load_directory() {
    const std::int64_t seq = store_.last_seq();
    if (directory_seq_ == seq) return;
    if (directory_seq_ >= 0) {
        const auto entries = store_.log_after(directory_seq_, 1'000);
        const bool users_changed = entries.size() == 1'000 || std::any_of(entries.begin(), entries.end(), [](const auto& e) { return e.entity == "user"; });
        if (!users_changed) {
            directory_seq_ = seq;
            return;
        }
    }
    by_email_.clear();
    store::ListQuery query;
    query.entity = "user";
    const auto read = store_.each(*store::Viewer::system(), query, [&](const Record& user) {
        const std::string email = fold_case(user.text("email"));
        if (!email.empty()) by_email_[email] = user.id();
        return true;
    });
    ensure(static_cast<bool>(read), "the system may read the users");
    directory_seq_ = seq;
}

std::optional<Id> Accounts::user_by_email(std::string_view email) {
    if (email.empty() || email.size() > 320 || !is_utf8(email)) return std::nullopt;
    const std::lock_guard lock(directory_mutex_);
    load_directory();
    const auto it = by_email_.find(fold_case(trim(email)));
    if (it == by_email_.end()) return std::nullopt;
    return it->second;
}

std::string Accounts::email_of(Id user) {
    if (!store_.viewer(user)) return {};
    const auto record = store_.get(*store::Viewer::system(), "user", user);
    return record ? record->text("email") : std::string();
}

std::vector<std::string> Accounts::password_context(Id user) {
    const auto record = store_.get(*store::Viewer::system(), "user", user);
    if (!record) return {};
    std::vector<std::string> words{record->text("name")};
    std::string email = record->text("email");
    for (char& c : email)
        if (c == '@' || c == '.' || c == '_' || c == '-' || c == '+') c = ' ';
    words.push_back(email);
    return words;
}

Result<void> Accounts::set_password(Id user, std::string_view password) {
    FAIRLEAD_TRY(passwords_.set(user, password, password_context(user)));
    return {};
}

bool Accounts::is_fresh() {
    // A password is what makes an account: without any, nobody can have been set up.
    return store_.fetch_all("password").empty();
}

namespace {

Result<Id> create_user(store::Transaction& tx, const NewUser& user) {
    const auto& entity = tx.catalog().need("user");
    Patch patch(entity);
    patch.set("name", user.name.empty() ? user.email : user.name).set("email", user.email).set("language", user.language);
    if (!user.role.empty()) {
        std::optional<Record> role;
        for (const Record& one : tx.all(tx.catalog().need("role")))
            if (one.text("code") == user.role || fold_case(one.text("name")) == fold_case(user.role)) role = one;
        if (role) patch.set("role", role->id());
        else if (user.role != "administrator")
            return refuse(Why::invalid, "unknown_role", "There is no role " + user.role + ": name one of the roles by its code or name.", "role", {{"role", user.role}});
        if (user.role == "administrator") patch.set("administrator", true);
    }
    model::WriteOptions options;
    options.as_system = true;
    return tx.create(patch, options);
}

}  // namespace

Result<Id> Accounts::add_user(const NewUser& user, std::optional<std::string> password) {
    if (user.email.find('@') == std::string::npos) return refuse(Why::invalid, "bad_email", "An e-mail address has an @.", "email");
    std::string context = user.email;
    for (char& c : context)
        if (c == '@' || c == '.') c = ' ';
    if (password) FAIRLEAD_TRY(check_password(to_nfc(*password), {user.name, context}, options_.password_min));
    const bool fresh = is_fresh();
    auto id = store_.write({}, [&](store::Transaction& tx) -> Result<Value> {
        if (fresh && starting_ && tx.all(tx.catalog().need("role")).empty()) FAIRLEAD_TRY(starting_(tx, {}));
        FAIRLEAD_ASSIGN(const Id made, create_user(tx, user));
        return Value(made);
    });
    if (!id) return id.refused();
    const Id made = id->as<Id>();
    if (password) FAIRLEAD_TRY(passwords_.set(made, *password, password_context(made)));
    return made;
}

std::string Accounts::make_set_up_token() {
    const std::lock_guard lock(set_up_mutex_);
    const std::string token = random_token();
    set_up_digest_ = Credentials::key_of(token);
    return token;
}

Result<Id> Accounts::set_up(std::string_view token, const StartingChoices& choices, const NewUser& user, std::string_view password) {
    // One at a time: of two who come at once, the second finds it done.
    const std::lock_guard lock(set_up_mutex_);
    if (!is_fresh()) return refuse(Why::not_found, "no_such_address", "There is nothing at this address.");
    if (set_up_digest_.empty() || !same_secret(set_up_digest_, Credentials::key_of(token)))
        return refuse(Why::forbidden, "set_up_token", "The set-up link is not the one this server printed when it started: open that one.", "token");
    if (user.email.find('@') == std::string::npos) return refuse(Why::invalid, "bad_email", "An e-mail address has an @.", "email");
    FAIRLEAD_TRY(check_password(to_nfc(password), {user.name, choices.company}, options_.password_min));
    auto id = store_.write({}, [&](store::Transaction& tx) -> Result<Value> {
        if (starting_) FAIRLEAD_TRY(starting_(tx, choices));
        NewUser first = user;
        first.role = "administrator";
        FAIRLEAD_ASSIGN(const Id made, create_user(tx, first));
        return Value(made);
    });
    if (!id) return id.refused();
    const Id made = id->as<Id>();
    FAIRLEAD_TRY(passwords_.set(made, password, {user.name, choices.company}));
    set_up_digest_.clear();
    return made;
}

void Accounts::on_change(const FeedEntry& entry) {
    if (entry.entity != "user") return;
    const auto changed = [&](std::string_view field) { return std::find(entry.fields.begin(), entry.fields.end(), field) != entry.fields.end(); };
    const bool gone = entry.kind != model::ChangeKind::create && store_.viewer(entry.record) == nullptr;
    if (entry.kind == model::ChangeKind::create) return;
    if (gone) {
        tokens_.end_all(entry.record);
        if (entry.kind == model::ChangeKind::erase) passwords_.forget(entry.record);
    }
    // A session made under other rights ends with them.
    if (gone || changed("role") || changed("administrator")) sessions_.end_all(entry.record);
    if (gone || changed("email")) passwords_.end_links(entry.record);
}

void Accounts::flush() {
    sessions_.flush();
    tokens_.flush();
}

}  // namespace fairlead::server
