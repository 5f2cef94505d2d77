// One request and one answer per connection: the command, a line break, its arguments as JSON; back come "+"
// and the answer, or "-", code, line break and message.
#include "server/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/log.h"

namespace fairlead::server {
namespace {

constexpr std::size_t message_max = 1 << 20;

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::string receive_all(int socket, int milliseconds) {
    std::string text;
    char bytes[4096];
    pollfd one{socket, POLLIN, 0};
    while (text.size() < message_max && ::poll(&one, 1, milliseconds) > 0) {
        const ssize_t n = ::recv(socket, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        text.append(bytes, static_cast<std::size_t>(n));
    }
    return text;
}

}  // namespace

ControlSocket::ControlSocket(std::string path, Run run) : path_(std::move(path)), run_(std::move(run)) {
    const auto address = address_of(path_);
    if (!address) throw std::runtime_error("the path of the local socket is too long: " + path_);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::unlink(path_.c_str());  // of a server that was killed; the database's lock says that none runs
    const mode_t old = ::umask(0177);
    const bool bound = listener_ >= 0 && ::bind(listener_, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
    ::umask(old);
    if (!bound || ::listen(listener_, 16) != 0 || ::pipe(wake_) != 0) {
        const std::string why = std::strerror(errno);
        if (listener_ >= 0) ::close(listener_);
        throw std::runtime_error("cannot listen on " + path_ + ": " + why);
    }
    thread_ = std::thread([this] { serve(); });
}

ControlSocket::~ControlSocket() {
    [[maybe_unused]] const auto woken = ::write(wake_[1], "x", 1);
    thread_.join();
    ::close(listener_);
    ::close(wake_[0]);
    ::close(wake_[1]);
    ::unlink(path_.c_str());
}

void ControlSocket::serve() {
    for (;;) {
        pollfd both[2] = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
        if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
        if (both[1].revents != 0) return;
        if (both[0].revents == 0) continue;
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        answer(client);
        ::close(client);
    }
}

void ControlSocket::answer(int client) const {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || (peer.uid != ::geteuid() && peer.uid != 0)) return;
    const std::string text = receive_all(client, 5'000);
    const auto line = text.find('\n');
    if (line == std::string::npos) return;
    try {
        const auto result = run_(std::string_view(text).substr(0, line), std::string_view(text).substr(line + 1));
        send_all(client, result ? "+" + *result : "-" + result.refused().code() + "\n" + result.refused().message());
    } catch (const std::exception& error) {
        log(Level::error, "control_failed", {{"what", std::string_view(error.what())}});
        send_all(client, std::string("-internal\nThe server met an error: ") + error.what());
    }
}

std::optional<Result<std::string>> ask_control(const std::string& path, std::string_view command, std::string_view arguments) {
    const auto address = address_of(path);
    if (!address) return std::nullopt;
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0) return std::nullopt;
    if (::connect(client, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
        ::close(client);
        return std::nullopt;
    }
    send_all(client, std::string(command) + "\n" + std::string(arguments));
    ::shutdown(client, SHUT_WR);
    const std::string text = receive_all(client, 600'000);  // a backup of a big database takes its time
    ::close(client);
    if (text.empty()) return Result<std::string>(refuse(Why::unavailable, "no_answer", "The running server gave no answer: look at its log."));
    if (text.front() == '+') return Result<std::string>(text.substr(1));
    const auto line = text.find('\n');
    return Result<std::string>(refuse(Why::invalid, text.substr(1, line == std::string::npos ? line : line - 1), line == std::string::npos ? text : text.substr(line + 1)));
}

}  // namespace fairlead::server
