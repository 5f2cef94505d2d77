// Secrets and digests: random tokens, SHA-256, and a type for secrets that cannot be compared, printed or
// copied by accident.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fairlead {

using Digest = std::array<unsigned char, 32>;
Digest sha256(std::string_view bytes);
Digest sha256(std::initializer_list<std::string_view> parts);
std::string random_bytes(std::size_t count);       // from the system's generator
std::string random_token();                        // 256 bits, base64url
bool same_secret(std::string_view a, std::string_view b);  // constant time

// Argon2id (decisions.md 19): at most two at a time, others wait.
std::string hash_password(std::string_view password);
bool password_matches(std::string_view password, const std::string& hash);

}  // namespace fairlead
