// Sessions and API tokens: who holds one is signed in. Kept in the store by the digest of the token alone, and
// in memory, so that a request costs no database read; checked again against the store once a second.
#pragma once
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace fairlead::server {

struct Credential {
    std::string key;                  // hex of the token's SHA-256
    std::string id;                   // what lists and addresses call it; no secret
    Id user{};
    std::string name;                 // of a token; the browser of a session
    std::string remote;               // where it was made from
    Instant created{}, expires{}, used{};
    bool read_only = false;
};

class Credentials {
  public:
    // `idle`: ends when not used for so long; none for tokens.
    Credentials(store::Store& store, std::string kind, std::optional<Duration> idle, const Clock& clock);

    // The token, shown this once.
    struct Made {
        std::string token;
        Credential credential;
    };
    Made make(Id user, std::string name, std::string remote, Duration life, bool read_only, std::string_view prefix = {});

    enum class Touch { yes, no };     // whether this counts as use
    std::optional<Credential> find(std::string_view token, Touch touch = Touch::yes);
    static std::string key_of(std::string_view token);
    std::optional<Credential> find_key(const std::string& key, Touch touch);

    std::vector<Credential> of(Id user);              // live ones, newest first
    bool end(Id user, std::string_view id);           // false: this user has no such one
    void end_key(const std::string& key);
    std::size_t end_all(Id user, std::string_view except_key = {});
    void flush();                                     // keeps times of use, forgets the expired; now and then

  private:
    struct Held {
        Credential credential;
        std::chrono::steady_clock::time_point checked{};
        bool dirty = false;
    };
    bool live(const Credential& credential, Instant now) const;
    void keep(const Credential& credential);
    void remove(const std::string& key);

    store::Store& store_;
    const std::string kind_;
    const std::optional<Duration> idle_;
    const Clock& clock_;
    std::mutex mutex_;                                // of held_
    std::mutex writing_;                              // taken before mutex_; one writer, so that what ended stays ended
    std::unordered_map<std::string, Held> held_;
    std::uint64_t removals_ = 0;                      // what was read before one of them is not to be held
};

}  // namespace fairlead::server
