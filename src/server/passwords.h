// Passwords and the one-time links that set new ones. Only digests are stored.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace fairlead::server {

// What a password must be; `context` are words that must not make it up (name, e-mail, company).
Result<void> check_password(std::string_view password, const std::vector<std::string>& context, std::size_t length_min);

class Passwords {
  public:
    Passwords(store::Store& store, const Clock& clock, std::size_t length_min);

    Result<void> set(Id user, std::string_view password, const std::vector<std::string>& context);
    // Takes as long for a user without a password, or for none at all, as for a wrong one.
    bool matches(std::optional<Id> user, std::string_view password);
    void forget(Id user);

    static constexpr Duration link_life{30LL * 60 * 1'000'000};
    // A link works once, for 30 minutes, and until password or e-mail change; an older link ends.
    std::string make_link(Id user, std::string_view email);
    // Sets a password by a link, which is used up unless the password itself is refused. `email_of` gives the
    // address the user has now, empty when he is gone; `context_of` the words not to build it from.
    Result<Id> reset(std::string_view token, std::string_view password, const std::function<std::string(Id)>& email_of,
                     const std::function<std::vector<std::string>(Id)>& context_of);
    void end_links(Id user);

  private:
    std::int64_t changed(Id user);
    store::Store& store_;
    const Clock& clock_;
    const std::size_t length_min_;
    const std::string nobodys_hash_;
    std::mutex links_;  // a link is used by one of those who come at the same moment
};

}  // namespace fairlead::server
