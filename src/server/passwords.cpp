// Setting, checking and resetting passwords.
#include "server/passwords.h"

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"
#include "derive/json.h"
#include "server/credentials.h"

namespace fairlead::server {
namespace {

constexpr std::size_t password_max = 128;  // characters

// What the commonest passwords of twelve characters and more are built from; the length rule excludes the rest.
constexpr std::array<std::string_view, 40> common_parts{
    "password", "passwort", "motdepasse", "matkhau", "contrasena", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "1234567890",
    "123456789", "12345678", "1234567", "123456", "0987654321", "987654321", "iloveyou", "letmein", "welcome", "administrator",
    "admin", "princess", "sunshine", "football", "baseball", "superman", "dragon", "monkey", "master", "secret", "login",
    "changeme", "trustno1", "1q2w3e4r", "q1w2e3r4", "abc123", "abcdef", "fairlead", "company", "111111"};

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void remove_all(std::string& text, std::string_view part) {
    if (part.size() < 3) return;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part)) text.erase(at, part.size());
}

bool few_characters(std::string_view text) {
    std::string seen;
    for (const char c : text)
        if (seen.find(c) == std::string::npos) seen += c;
    return seen.size() < 5;
}

// "abcdefghijkl", "987654321098": every step the same.
bool is_run(std::string_view text) {
    for (std::size_t i = 2; i < text.size(); ++i)
        if (text[i] - text[i - 1] != text[1] - text[0]) return false;
    return true;
}

}  // namespace

Result<void> check_password(std::string_view password, const std::vector<std::string>& context, std::size_t length_min) {
    if (!is_utf8(password)) return refuse(Why::invalid, "bad_text", "The password is not UTF-8.", "password");
    if (characters(password) < length_min)
        return refuse(Why::invalid, "password_short", "The password is too short: take at least " + std::to_string(length_min) + " characters, for example four words.", "password", {{"least", std::to_string(length_min)}});
    if (characters(password) > password_max)
        return refuse(Why::invalid, "password_long", "The password is longer than 128 characters.", "password");
    std::string rest = fold(password);
    const bool weak_form = few_characters(rest) || is_run(rest);
    for (const std::string& word : context)
        for (const std::string& part : split(fold(word), ' ')) remove_all(rest, part);
    for (const std::string_view part : common_parts) remove_all(rest, part);
    std::erase(rest, ' ');
    // What is left once the guessable parts are gone must still be worth guessing.
    if (weak_form || characters(rest) < 6)
        return refuse(Why::invalid, "password_guessable", "The password is one of the first that would be guessed: take words that have nothing to do with you or each other.", "password");
    return {};
}

Passwords::Passwords(store::Store& store, const Clock& clock, std::size_t length_min)
    : store_(store), clock_(clock), length_min_(length_min), nobodys_hash_(hash_password(random_token())) {}

Result<void> Passwords::set(Id user, std::string_view password, const std::vector<std::string>& context) {
    const std::string normal = to_nfc(password);
    FAIRLEAD_TRY(check_password(normal, context, length_min_));
    derive::JsonWriter w;
    w.begin_object().text("hash", hash_password(normal)).number("changed", clock_.now().micros).end_object();
    store_.put("password", user.text(), w.take());
    end_links(user);
    return {};
}

bool Passwords::matches(std::optional<Id> user, std::string_view password) {
    std::string hash = nobodys_hash_;
    bool known = false;
    if (const auto stored = user ? store_.fetch("password", user->text()) : std::nullopt) {
        if (const auto json = derive::parse_object(*stored); json && json->find("hash") != nullptr) {
            hash = json->find("hash")->text;
            known = true;
        }
    }
    const bool usable = password.size() <= 4 * password_max && is_utf8(password);
    const bool same = password_matches(usable ? to_nfc(password) : std::string("-"), hash);
    return same && known && usable;
}

void Passwords::forget(Id user) {
    store_.put("password", user.text(), {});
    end_links(user);
}

std::int64_t Passwords::changed(Id user) {
    const auto stored = store_.fetch("password", user.text());
    if (!stored) return 0;
    const auto json = derive::parse_object(*stored);
    const derive::Json* at = json ? json->find("changed") : nullptr;
    return at != nullptr ? std::strtoll(at->text.c_str(), nullptr, 10) : 0;
}

std::string Passwords::make_link(Id user, std::string_view email) {
    end_links(user);
    const std::string token = random_token();
    derive::JsonWriter w;
    w.begin_object().text("user", user.text()).text("email", email).number("changed", changed(user));
    w.number("expires", clock_.now().micros + link_life.micros).end_object();
    store_.put("reset", Credentials::key_of(token), w.take());
    return token;
}

Result<Id> Passwords::reset(std::string_view token, std::string_view password, const std::function<std::string(Id)>& email_of,
                            const std::function<std::vector<std::string>(Id)>& context_of) {
    const Refused dead = refuse(Why::not_found, "link_ended", "This link has been used, has expired, or never existed: ask an administrator for a new one.");
    if (token.empty() || token.size() > 200) return dead;
    const std::string key = Credentials::key_of(token);
    const std::lock_guard lock(links_);
    const auto stored = store_.fetch("reset", key);
    if (!stored) return dead;
    const auto json = derive::parse_object(*stored);
    const auto text = [&](std::string_view name) {
        const derive::Json* value = json ? json->find(name) : nullptr;
        return value != nullptr ? value->text : std::string();
    };
    const auto user = Id::parse(text("user"));
    const std::string email = user ? email_of(*user) : std::string();
    const bool good = user && !email.empty() && email == text("email") && text("changed") == std::to_string(changed(*user)) &&
                      std::strtoll(text("expires").c_str(), nullptr, 10) > clock_.now().micros;
    if (!good) {
        store_.put("reset", key, {});
        return dead;
    }
    FAIRLEAD_TRY(check_password(to_nfc(password), context_of(*user), length_min_));
    store_.put("reset", key, {});
    FAIRLEAD_TRY(set(*user, password, context_of(*user)));
    return *user;
}

void Passwords::end_links(Id user) {
    for (const auto& [key, stored] : store_.fetch_all("reset")) {
        const auto json = derive::parse_object(stored);
        if (!json || (json->find("user") != nullptr && json->find("user")->text == user.text())) store_.put("reset", key, {});
    }
}

}  // namespace fairlead::server
