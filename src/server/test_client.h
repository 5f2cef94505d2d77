// For tests: a client that speaks HTTP over a raw socket, so that it can also speak it wrongly.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace fairlead::server::test {

struct Answer {
    int status = 0;                                             // 0: the server closed without a word
    std::vector<std::pair<std::string, std::string>> headers;   // names in lower case
    std::string body;
    bool closed = false;                                        // the connection ended behind it
    std::string header(std::string_view name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
    std::string cookie(std::string_view name) const {
        for (const auto& [key, value] : headers) {
            const std::string begin = std::string(name) + "=";
            if (key == "set-cookie" && value.starts_with(begin)) return value.substr(begin.size(), value.find(';') - begin.size());
        }
        return {};
    }
};

class Client {
  public:
    explicit Client(int port) : port_(port) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
    }
    ~Client() { ::close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return;  // the server has closed; its answer tells why
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    using Headers = std::vector<std::pair<std::string, std::string>>;
    Answer ask(std::string_view method, std::string_view path, std::string_view body = {}, const Headers& headers = {}) {
        std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\n";
        bool host = false, type = false;
        for (const auto& [name, value] : headers) {
            host = host || lower_ascii(name) == "host";
            type = type || lower_ascii(name) == "content-type";
            text += name + ": " + value + "\r\n";
        }
        if (!host) text += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
        if (!body.empty() && !type) text += "Content-Type: application/json\r\n";
        if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        send(text + "\r\n" + std::string(body));
        return read_answer(method == "HEAD");
    }

    Answer read_answer(bool without_body = false) {
        Answer answer;
        while (buffer_.find("\r\n\r\n") == std::string::npos)
            if (!fill()) { answer.closed = true; return answer; }
        const auto end = buffer_.find("\r\n\r\n");
        const std::string head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        answer.status = std::stoi(head.substr(9, 3));
        std::size_t at = head.find("\r\n") + 2;
        while (at < head.size()) {
            const auto stop = head.find("\r\n", at), colon = head.find(':', at);
            answer.headers.emplace_back(lower_ascii(head.substr(at, colon - at)), std::string(trim(head.substr(colon + 1, stop - colon - 1))));
            at = stop + 2;
        }
        if (answer.status == 100) return read_answer(without_body);
        if (!without_body && answer.header("transfer-encoding") == "chunked") read_chunks(answer);
        else if (!without_body && answer.status != 204 && answer.status != 304 && !answer.header("content-length").empty()) {
            const auto length = std::stoul(answer.header("content-length"));
            while (buffer_.size() < length)
                if (!fill()) break;
            answer.body = buffer_.substr(0, length);
            buffer_.erase(0, answer.body.size());
        }
        if (answer.header("connection") == "close") answer.closed = !fill(3000);
        return answer;
    }

    // Says that nothing more comes, and takes what is answered until the server closes.
    void finish() { ::shutdown(socket_, SHUT_WR); }
    std::string read_rest(int milliseconds = 15'000) {
        while (fill(milliseconds)) {}
        return std::exchange(buffer_, {});
    }
    bool has_ended() const { return ended_; }

    // One line of a stream (server-sent events); empty at the end.
    std::string read_until(std::string_view mark, int milliseconds = 5000) {
        while (buffer_.find(mark) == std::string::npos)
            if (!fill(milliseconds)) return {};
        const auto end = buffer_.find(mark) + mark.size();
        const std::string text = buffer_.substr(0, end);
        buffer_.erase(0, end);
        return text;
    }
    bool ended(int milliseconds = 5000) {
        while (fill(milliseconds)) {}
        return ended_;
    }

  private:
    bool fill(int milliseconds = 15'000) {
        pollfd one{socket_, POLLIN, 0};
        if (::poll(&one, 1, milliseconds) <= 0) return false;
        char bytes[65536];
        const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
        if (n <= 0) { ended_ = true; return false; }
        buffer_.append(bytes, static_cast<std::size_t>(n));
        return true;
    }
    void read_chunks(Answer& answer) {
        for (;;) {
            while (buffer_.find("\r\n") == std::string::npos)
                if (!fill()) { answer.closed = true; return; }
            const auto line = buffer_.find("\r\n");
            const auto size = std::stoul(buffer_.substr(0, line), nullptr, 16);
            while (buffer_.size() < line + 2 + size + 2)
                if (!fill()) { answer.closed = true; return; }
            answer.body += buffer_.substr(line + 2, size);
            buffer_.erase(0, line + 2 + size + 2);
            if (size == 0) return;
        }
    }
    int port_;
    int socket_ = -1;
    bool ended_ = false;
    std::string buffer_;
};

}  // namespace fairlead::server::test
