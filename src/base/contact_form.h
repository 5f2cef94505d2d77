// Whether an e-mail address, a telephone number or a web address can be one. Lenient: what real people have is let
// through as it is written; a slip that nobody could write to, ring or open is not.
#pragma once
#include <string_view>

namespace fairlead {

// One @ with something before it and a host with a dot after it: plus signs, dots, apostrophes and letters of any
// language (RFC 6531) are fine; blanks, commas and a name around it are not.
bool may_be_email(std::string_view text);
// At least three digits, at most fifteen in one number (ITU-T E.164); several numbers, extensions and a remark beside
// them are fine: "(028) 3822 1234 ext 12", "0912 345 678 / 0243 8345 678 (Lan)".
bool may_be_phone(std::string_view text);
// A host with a dot, with or without http(s):// before and a path behind it; letters of any language (IDN).
bool may_be_web_address(std::string_view text);

}  // namespace fairlead
