// Accounts: the people who sign in, their passwords, sessions and tokens, and who is behind a request.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/credentials.h"
#include "server/feed.h"
#include "server/http.h"
#include "server/passwords.h"
#include "server/rate_limit.h"
#include "server/worker_pool.h"
#include "store/store.h"

namespace fairlead::server {

struct AccountOptions {
    Duration idle{30LL * 60 * 1'000'000};                 // of a session
    Duration absolute{12LL * 3600 * 1'000'000};
    Duration token_life_max{366LL * 24 * 3600 * 1'000'000};
    std::size_t password_min = 12;
    double requests_per_second = 5'000, requests_burst = 10'000;  // of one token or person
    std::size_t free_failures = 10;                       // of sign-in, in 15 minutes
    bool secure_cookies = false;
    std::string base_url;
};

// What a fresh installation begins with.
struct StartingChoices {
    std::string company, currency = "USD", zone = "UTC", language = "en";
    int fiscal_year_start_month = 1;
    std::string holidays;  // of this country ("VN"); empty: none
};
// Makes the records a new company needs (roles, stages, settings); given by the program, because this floor
// knows no module.
using StartingRecords = std::function<Result<void>(model::Records&, const StartingChoices&)>;

struct NewUser {
    std::string name, email, language = "en";
    std::string role;  // code of a role
};

class Accounts {
  public:
    Accounts(store::Store& store, const Clock& clock, AccountOptions options, StartingRecords starting);

    // ---- People
    std::optional<Id> user_by_email(std::string_view email);
    std::string email_of(Id user);                         // empty when the user is gone or inactive
    Result<Id> add_user(const NewUser& user, std::optional<std::string> password);
    Result<void> set_password(Id user, std::string_view password);
    std::vector<std::string> password_context(Id user);
    bool is_fresh();                                       // no administrator yet

    // ---- Set-up: once, by the token that the server printed
    std::string make_set_up_token();
    Result<Id> set_up(std::string_view token, const StartingChoices& choices, const NewUser& user, std::string_view password);

    // ---- Who asks
    // Fills viewer, session and language; or gives the response to send instead.
    std::optional<Response> authenticate(Request& request, Policy policy);
    // Asks the same again later, for streams: null when the right has ended. Does not count as use.
    std::function<std::shared_ptr<const store::Viewer>()> renewal(const Request& request);
    static std::string csrf_of(std::string_view session_token);
    std::string session_token(const Request& request) const;
    std::string cookie(std::string_view token) const;      // Set-Cookie; ends it when empty
    Result<void> same_origin(const Request& request) const;

    void on_change(const FeedEntry& entry);                // from the feed: rights that ended
    void flush();                                          // now and then

    store::Store& store() { return store_; }
    const Clock& clock() const { return clock_; }
    const AccountOptions& options() const { return options_; }
    Credentials& sessions() { return sessions_; }
    Credentials& tokens() { return tokens_; }
    Passwords& passwords() { return passwords_; }
    FailureLimit& failures() { return failures_; }
    FailureLimit& place_failures() { return place_failures_; }
    WorkerPool& sign_in_pool() { return sign_in_pool_; }

  private:
    std::optional<Response> authenticate_token(Request& request, Policy policy, std::string_view token);
    std::optional<Response> authenticate_session(Request& request, Policy policy, const std::string& token);
    std::optional<Response> take_from_bucket(Request& request, const std::string& key);
    void admit(Request& request, std::shared_ptr<const store::Viewer> viewer) const;
    void load_directory();

    store::Store& store_;
    const Clock& clock_;
    const AccountOptions options_;
    const StartingRecords starting_;
    Credentials sessions_, tokens_;
    Passwords passwords_;
    Buckets buckets_, open_buckets_;
    FailureLimit failures_, place_failures_;               // by person and place, and by place alone
    std::mutex set_up_mutex_;
    std::string set_up_digest_;                            // of the printed token; empty: none
    std::mutex directory_mutex_;
    std::unordered_map<std::string, Id> by_email_;         // folded address
    std::int64_t directory_seq_ = -1;
    WorkerPool sign_in_pool_;                              // two, as hashing is: nobody else waits for a sign-in
};

// Sessions, set-up, passwords, tokens (accounts_routes.cpp).
void add_account_routes(Router& router, const std::shared_ptr<Accounts>& accounts);

}  // namespace fairlead::server
