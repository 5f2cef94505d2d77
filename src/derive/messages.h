// The words of refusals in languages other than English, keyed by the refusal's stable code.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace fairlead::http {

struct Message {
    std::string_view code;
    std::string_view text;  // "{name}" is filled from the refusal's parameters; "{field}" from its field
};
std::span<const Message> vietnamese_messages();

// The language of an Accept-Language header that we speak: "en" or "vi".
std::string language_of(std::string_view accept_language);
// The refusal's message in `language`; its own English where there is no other.
std::string message_in(const Refusal& refusal, std::string_view language);
// What a status is called.
std::string_view title_of(int status, std::string_view language);

}  // namespace fairlead::http
