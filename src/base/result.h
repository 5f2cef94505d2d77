// Results: what an operation gives back when it may refuse. A refusal is expected (the user or the data may
// not do this); a failure of the environment is an exception; a bug of ours is `ensure`.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fairlead {

// What kind of refusal; the server maps it to an HTTP status.
enum class Why {
    bad_request,            // 400: cannot be understood (syntax, unknown field, bad cursor)
    unauthenticated,        // 401
    forbidden,              // 403: the entity or action is not allowed at all
    not_found,              // 404: absent, or out of the reader's reach
    duplicate,              // 409: a unique key is taken; an action met a state that forbids it
    stale,                  // 412: the version has changed since it was read
    too_large,              // 413
    invalid,                // 422: understood, but breaks a rule
    precondition_required,  // 428: If-Match is missing
    too_many,               // 429
    unavailable,            // 503
};

// One reason. `code` is stable API ("required", "out_of_range"); `field` is a field name or JSON pointer, or
// empty; `message` is English with cause, place and repair; `params` fill the message in another language.
struct Refusal {
    std::string code;
    std::string field;
    std::string message;
    std::vector<std::pair<std::string, std::string>> params;
};

struct Refused {
    Why why = Why::invalid;
    std::vector<Refusal> reasons;  // at least one

    const std::string& message() const { return reasons.front().message; }
    const std::string& code() const { return reasons.front().code; }
};

inline Refused refuse(Why why, std::string code, std::string message, std::string field = {},
                      std::vector<std::pair<std::string, std::string>> params = {}) {
    return Refused{why, {Refusal{std::move(code), std::move(field), std::move(message), std::move(params)}}};
}

template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Refused refused) : state_(std::in_place_index<1>, std::move(refused)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(value()); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    T& value() {
        if (state_.index() != 0) throw std::logic_error("Result read although refused: " + refused().message());
        return std::get<0>(state_);
    }
    const T& value() const { return const_cast<Result*>(this)->value(); }
    const Refused& refused() const { return std::get<1>(state_); }

  private:
    std::variant<T, Refused> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Refused refused) : refused_(std::move(refused)), ok_(false) {}
    explicit operator bool() const { return ok_; }
    const Refused& refused() const { return refused_; }

  private:
    Refused refused_{};
    bool ok_ = true;
};

// Our own bug: the unit of work is rolled back, the request gets 500, the log names the place.
struct InvariantBroken : std::logic_error {
    using std::logic_error::logic_error;
};
inline void ensure(bool holds, std::string_view why_it_must_hold) {
    if (!holds) throw InvariantBroken(std::string(why_it_must_hold));
}

}  // namespace fairlead

// FAIRLEAD_TRY(expression): leaves the function with the refusal, if there is one.
#define FAIRLEAD_TRY(expression)                                        \
    do {                                                                \
        if (auto fairlead_try_ = (expression); !fairlead_try_) return fairlead_try_.refused(); \
    } while (false)
// FAIRLEAD_ASSIGN(auto x, expression): the value, or leaves the function with the refusal.
#define FAIRLEAD_CONCAT2(a, b) a##b
#define FAIRLEAD_CONCAT(a, b) FAIRLEAD_CONCAT2(a, b)
#define FAIRLEAD_ASSIGN(target, expression) FAIRLEAD_ASSIGN_(target, expression, FAIRLEAD_CONCAT(fairlead_r_, __LINE__))
#define FAIRLEAD_ASSIGN_(target, expression, name) \
    auto name = (expression);                      \
    if (!name) return name.refused();              \
    target = std::move(*name)
