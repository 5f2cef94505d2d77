// Digests against published answers, passwords, tokens.
#include "base/secret.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace fairlead;

namespace {
std::string hex_of(const Digest& digest) { return hex({reinterpret_cast<const char*>(digest.data()), digest.size()}); }
}  // namespace

TEST_CASE("SHA-256 gives the published digests") {
    CHECK(hex_of(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex_of(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256({"a", "bc"}) == sha256("abc"));
}

TEST_CASE("A password matches its own hash and no other") {
    const std::string hash = hash_password("correct horse");
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(password_matches("correct horse", hash));
    CHECK_FALSE(password_matches("Correct horse", hash));
    CHECK_FALSE(password_matches("correct horse", ""));
    CHECK(hash_password("correct horse") != hash);
}

TEST_CASE("Tokens are long, different, and fit an address") {
    const std::string token = random_token();
    CHECK(token.size() == 43);
    CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos);
    CHECK(token != random_token());
    CHECK(same_secret("abc", "abc"));
    CHECK_FALSE(same_secret("abc", "abd"));
    CHECK_FALSE(same_secret("abc", "ab"));
}
