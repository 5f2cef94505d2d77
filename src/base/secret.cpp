// Secrets and digests: SHA-256 by OpenSSL, random bytes and Argon2id by libsodium.
#include "base/secret.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <memory>
#include <semaphore>
#include <stdexcept>

#include "base/text.h"

namespace fairlead {
namespace {

constexpr unsigned long long argon_operations = 2;
constexpr std::size_t argon_memory = 19 * 1024 * 1024;
constexpr std::ptrdiff_t argon_at_a_time = 2;

std::counting_semaphore<argon_at_a_time>& argon_seats() {
    static std::counting_semaphore<argon_at_a_time> seats(argon_at_a_time);
    return seats;
}

// A wave of sign-ins must not take the machine's memory: a third one waits for a seat.
class Seat {
  public:
    Seat() { argon_seats().acquire(); }
    ~Seat() { argon_seats().release(); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
};

void start_sodium() {
    static const bool started = sodium_init() >= 0;
    if (!started) throw std::runtime_error("The cryptographic library cannot start: no source of random numbers");
}

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
    Digest digest{};
    static thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> own(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_MD_CTX* const context = own.get();
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available in OpenSSL");
    for (const std::string_view part : parts) EVP_DigestUpdate(context, part.data(), part.size());
    EVP_DigestFinal_ex(context, digest.data(), nullptr);
    return digest;
}

Digest sha256(std::string_view bytes) { return sha256({bytes}); }

std::string random_bytes(std::size_t count) {
    start_sodium();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string random_token() { return base64url(random_bytes(32)); }

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(std::string_view password) {
    start_sodium();
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    const Seat seat;
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), argon_operations, argon_memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::runtime_error("Not enough memory to hash a password (19 MiB are needed)");
    hash.resize(hash.find('\0'));
    return hash;
}

bool password_matches(std::string_view password, const std::string& hash) {
    start_sodium();
    const Seat seat;
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace fairlead
