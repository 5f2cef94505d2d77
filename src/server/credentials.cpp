// Making, finding and ending sessions and tokens.
#include "server/credentials.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "derive/json.h"

namespace fairlead::server {
namespace {

constexpr auto recheck = std::chrono::seconds(1);

std::string to_json(const Credential& c) {
    derive::JsonWriter w;
    w.begin_object().text("id", c.id).text("user", c.user.text()).text("name", c.name).text("remote", c.remote);
    w.number("created", c.created.micros).number("expires", c.expires.micros).number("used", c.used.micros).boolean("read_only", c.read_only);
    return w.end_object().take();
}

std::int64_t whole(const derive::Json& json, std::string_view name) {
    const derive::Json* value = json.find(name);
    return value != nullptr ? std::strtoll(value->text.c_str(), nullptr, 10) : 0;
}

std::string text(const derive::Json& json, std::string_view name) {
    const derive::Json* value = json.find(name);
    return value != nullptr ? value->text : std::string();
}

// Nothing when what is stored is not ours: it is then no credential at all.
std::optional<Credential> from_json(std::string key, std::string_view stored) {
    const auto json = derive::parse_object(stored);
    if (!json) return std::nullopt;
    Credential c;
    c.key = std::move(key);
    c.id = text(*json, "id");
    const auto user = Id::parse(text(*json, "user"));
    if (!user || c.id.empty()) return std::nullopt;
    c.user = *user;
    c.name = text(*json, "name");
    c.remote = text(*json, "remote");
    c.created = Instant{whole(*json, "created")};
    c.expires = Instant{whole(*json, "expires")};
    c.used = Instant{whole(*json, "used")};
    const derive::Json* read_only = json->find("read_only");
    c.read_only = read_only == nullptr || read_only->flag;  // what cannot be read gives fewer rights, not more
    return c;
}

}  // namespace

Credentials::Credentials(store::Store& store, std::string kind, std::optional<Duration> idle, const Clock& clock)
    : store_(store), kind_(std::move(kind)), idle_(idle), clock_(clock) {}

std::string Credentials::key_of(std::string_view token) {
    const Digest digest = sha256(token);
    return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

bool Credentials::live(const Credential& c, Instant now) const {
    return now < c.expires && (!idle_ || now.micros - c.used.micros < idle_->micros);
}

void Credentials::keep(const Credential& c) { store_.put(kind_, c.key, to_json(c)); }

Credentials::Made Credentials::make(Id user, std::string name, std::string remote, Duration life, bool read_only, std::string_view prefix) {
    Made made;
    made.token = std::string(prefix) + random_token();
    Credential& c = made.credential;
    c.key = key_of(made.token);
    c.id = hex(random_bytes(8));
    c.user = user;
    c.name = std::move(name);
    c.remote = std::move(remote);
    c.created = c.used = clock_.now();
    c.expires = Instant{c.created.micros + life.micros};
    c.read_only = read_only;
    const std::lock_guard writing(writing_);
    keep(c);
    const std::lock_guard lock(mutex_);
    held_[c.key] = Held{c, std::chrono::steady_clock::now(), false};
    return made;
}

std::optional<Credential> Credentials::find(std::string_view token, Touch touch) {
    if (token.empty() || token.size() > 200) return std::nullopt;
    return find_key(key_of(token), touch);
}

std::optional<Credential> Credentials::find_key(const std::string& key, Touch touch) {
    const Instant now = clock_.now();
    const auto steady = std::chrono::steady_clock::now();
    std::uint64_t removals = 0;
    {
        const std::lock_guard lock(mutex_);
        removals = removals_;
        const auto it = held_.find(key);
        if (it != held_.end() && steady - it->second.checked < recheck) {
            Held& held = it->second;
            if (!live(held.credential, now)) return std::nullopt;
            if (touch == Touch::yes) {
                held.credential.used = now;
                held.dirty = true;
            }
            return held.credential;
        }
    }
    // Another server on the same database may have ended it.
    const auto stored = store_.fetch(kind_, key);
    auto found = stored ? from_json(key, *stored) : std::nullopt;
    std::unique_lock lock(mutex_);
    if (removals != removals_) {  // it may have ended while it was read: ask again
        lock.unlock();
        return find_key(key, touch);
    }
    const auto it = held_.find(key);
    if (!found) {
        if (it != held_.end()) held_.erase(it);
        return std::nullopt;
    }
    if (it != held_.end()) found->used = std::max(found->used, it->second.credential.used);
    if (!live(*found, now)) return std::nullopt;
    if (touch == Touch::yes) found->used = now;
    held_[key] = Held{*found, steady, touch == Touch::yes || (it != held_.end() && it->second.dirty)};
    return found;
}

std::vector<Credential> Credentials::of(Id user) {
    const Instant now = clock_.now();
    std::vector<Credential> own;
    for (auto& [key, stored] : store_.fetch_all(kind_)) {
        auto c = from_json(key, stored);
        if (!c || c->user != user) continue;
        {
            const std::lock_guard lock(mutex_);
            if (const auto it = held_.find(key); it != held_.end()) c->used = std::max(c->used, it->second.credential.used);
        }
        if (live(*c, now)) own.push_back(std::move(*c));
    }
    std::sort(own.begin(), own.end(), [](const Credential& a, const Credential& b) { return a.created > b.created; });
    return own;
}

void Credentials::remove(const std::string& key) {
    {
        const std::lock_guard lock(mutex_);
        held_.erase(key);
    }
    store_.put(kind_, key, {});
    // A reader may have fetched it between the two steps: it must not hold what it read.
    const std::lock_guard lock(mutex_);
    ++removals_;
    held_.erase(key);
}

void Credentials::end_key(const std::string& key) {
    const std::lock_guard writing(writing_);
    remove(key);
}

bool Credentials::end(Id user, std::string_view id) {
    for (const Credential& c : of(user)) {
        if (c.id != id) continue;
        end_key(c.key);
        return true;
    }
    return false;
}

std::size_t Credentials::end_all(Id user, std::string_view except_key) {
    const std::lock_guard writing(writing_);
    std::size_t ended = 0;
    for (const auto& [key, stored] : store_.fetch_all(kind_)) {
        const auto c = from_json(key, stored);
        if (!c || c->user != user || key == except_key) continue;
        remove(key);
        ++ended;
    }
    return ended;
}

void Credentials::flush() {
    const Instant now = clock_.now();
    std::vector<Credential> changed;
    std::vector<std::string> expired;
    const std::lock_guard writing(writing_);
    {
        const std::lock_guard lock(mutex_);
        for (auto& [key, held] : held_) {
            if (!live(held.credential, now)) expired.push_back(key);
            else if (std::exchange(held.dirty, false)) changed.push_back(held.credential);
        }
    }
    for (const Credential& c : changed) {
        // Ended elsewhere meanwhile: not to be brought back by its time of use.
        if (store_.fetch(kind_, c.key)) keep(c);
    }
    for (const std::string& key : expired) remove(key);
}

}  // namespace fairlead::server
