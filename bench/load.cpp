// A load generator for HTTP: N connections that are kept open, each sending its next request when the answer to
// the last has come; prints rate and latencies. One thread, epoll, nothing else.
//
//   fairlead_load --port 8080 --token flt_... --connections 64 --seconds 10 --request "GET /api/v1/accounts?limit=50"
//   fairlead_load ... --request 'POST /api/v1/accounts {"name":"Load {n}"}'
//
// Several --request are sent in turn; {n} is a number that grows with every request, {r} a random one below a million,
// {id} the next line of the file named by --ids, from its beginning again at its end. --header "If-Match: *" is sent with each.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Request {
    std::string method, path, body;
};

struct Options {
    int port = 8080, connections = 64;
    double seconds = 10, warm_up = 1;
    std::string token;
    std::vector<Request> requests;
    std::vector<std::string> ids;
    std::string headers;
};

struct Connection {
    int socket = -1;
    std::string out, in;
    std::size_t sent = 0;
    Clock::time_point begun{};
};

class Load {
  public:
    explicit Load(Options options) : options_(std::move(options)), connections_(static_cast<std::size_t>(options_.connections)) {}

    int run() {
        poll_ = ::epoll_create1(0);
        for (Connection& connection : connections_) open(connection);
        const auto begin = Clock::now();
        const auto warm = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.warm_up));
        const auto end = warm + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
        std::vector<epoll_event> events(1024);
        while (Clock::now() < end) {
            counting_ = Clock::now() >= warm;
            const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
            for (int i = 0; i < count; ++i) handle(connections_[events[static_cast<std::size_t>(i)].data.u32], events[static_cast<std::size_t>(i)].events);
        }
        report();
        return latencies_.empty() ? 1 : 0;
    }

  private:
    void open(Connection& connection) {
        if (connection.socket >= 0) ::close(connection.socket);
        connection.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            std::fprintf(stderr, "cannot connect to port %d\n", options_.port);
            std::exit(3);
        }
        ::fcntl(connection.socket, F_SETFL, O_NONBLOCK);
        const int on = 1;
        ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = static_cast<std::uint32_t>(&connection - connections_.data());
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, connection.socket, &event);
        connection.in.clear();
        begin(connection);
    }

    std::string filled(std::string text) {
        for (auto at = text.find("{n}"); at != std::string::npos; at = text.find("{n}")) text.replace(at, 3, std::to_string(number_));
        for (auto at = text.find("{r}"); at != std::string::npos; at = text.find("{r}")) {
            random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
            text.replace(at, 3, std::to_string((random_ >> 33) % 1'000'000));
        }
        for (auto at = text.find("{id}"); at != std::string::npos && !options_.ids.empty(); at = text.find("{id}"))
            text.replace(at, 4, options_.ids[next_id_++ % options_.ids.size()]);
        return text;
    }

    void begin(Connection& connection) {
        const Request& request = options_.requests[number_ % options_.requests.size()];
        ++number_;
        const std::string body = filled(request.body);
        std::string& out = connection.out;
        out = request.method + " " + filled(request.path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n";
        if (!options_.token.empty()) out += "Authorization: Bearer " + options_.token + "\r\n";
        if (!body.empty()) out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        out += options_.headers + "\r\n" + body;
        connection.sent = 0;
        connection.begun = Clock::now();
        send(connection);
    }

    void send(Connection& connection) {
        while (connection.sent < connection.out.size()) {
            const ssize_t n = ::send(connection.socket, connection.out.data() + connection.sent, connection.out.size() - connection.sent, MSG_NOSIGNAL);
            if (n <= 0) break;
            connection.sent += static_cast<std::size_t>(n);
        }
        epoll_event event{};
        event.events = EPOLLIN;
        if (connection.sent < connection.out.size()) event.events |= EPOLLOUT;
        event.data.u32 = static_cast<std::uint32_t>(&connection - connections_.data());
        ::epoll_ctl(poll_, EPOLL_CTL_MOD, connection.socket, &event);
    }

    void handle(Connection& connection, std::uint32_t events) {
        if ((events & EPOLLOUT) != 0) send(connection);
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
        static char bytes[256 * 1024];
        const ssize_t n = ::recv(connection.socket, bytes, sizeof bytes, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            ++broken_;
            return open(connection);
        }
        connection.in.append(bytes, static_cast<std::size_t>(n));
        std::size_t length = 0;
        if (!complete(connection.in, length)) return;
        const bool close = connection.in.substr(0, connection.in.find("\r\n\r\n")).find("\r\nConnection: close") != std::string::npos;
        if (counting_) {
            latencies_.push_back(static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.begun).count()));
            ++statuses_[std::atoi(connection.in.c_str() + 9)];
            bytes_ += length;
        }
        connection.in.erase(0, length);
        if (close) open(connection);
        else begin(connection);
    }

    static bool complete(const std::string& in, std::size_t& length) {
        const auto end = in.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const auto at = in.find("Content-Length: ");
        if (at != std::string::npos && at < end) {
            length = end + 4 + std::strtoul(in.c_str() + at + 16, nullptr, 10);
            return in.size() >= length;
        }
        if (in.compare(0, end, "") != 0 && in.substr(0, end).find("chunked") == std::string::npos) {
            length = end + 4;
            return true;
        }
        const auto last = in.find("\r\n0\r\n\r\n", end);
        length = last == std::string::npos ? 0 : last + 7;
        return last != std::string::npos;
    }

    void report() {
        std::sort(latencies_.begin(), latencies_.end());
        const auto at = [&](double share) {
            return latencies_.empty() ? 0.0 : latencies_[std::min(latencies_.size() - 1, static_cast<std::size_t>(share * static_cast<double>(latencies_.size())))] / 1000.0;
        };
        const double rate = static_cast<double>(latencies_.size()) / options_.seconds;
        std::string statuses;
        for (const auto& [status, count] : statuses_) statuses += (statuses.empty() ? "\"" : ", \"") + std::to_string(status) + "\": " + std::to_string(count);
        std::printf("{\"requests\": %zu, \"per_second\": %.0f, \"p50_ms\": %.2f, \"p90_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, \"mb_per_second\": %.1f, \"broken\": %zu, \"statuses\": {%s}}\n",
                    latencies_.size(), rate, at(0.5), at(0.9), at(0.99), at(1), static_cast<double>(bytes_) / options_.seconds / 1e6, broken_, statuses.c_str());
    }

    Options options_;
    std::vector<Connection> connections_;
    int poll_ = -1;
    bool counting_ = false;
    std::uint64_t number_ = 0, random_ = 42, bytes_ = 0;
    std::size_t broken_ = 0, next_id_ = 0;
    std::vector<std::uint32_t> latencies_;
    std::map<int, std::size_t> statuses_;
};

Request parse_request(std::string_view text) {
    Request request;
    const auto first = text.find(' ');
    if (first == std::string_view::npos) return {"GET", std::string(text), {}};
    request.method = text.substr(0, first);
    text.remove_prefix(first + 1);
    const auto second = text.find(' ');
    request.path = text.substr(0, second);
    if (second != std::string_view::npos) request.body = text.substr(second + 1);
    return request;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* value = argv[i + 1];
        if (name == "--port") options.port = std::atoi(value);
        else if (name == "--connections") options.connections = std::atoi(value);
        else if (name == "--seconds") options.seconds = std::atof(value);
        else if (name == "--warm-up") options.warm_up = std::atof(value);
        else if (name == "--token") options.token = value;
        else if (name == "--header") options.headers += std::string(value) + "\r\n";
        else if (name == "--ids") {
            std::ifstream file(value);
            for (std::string line; std::getline(file, line);)
                if (!line.empty()) options.ids.push_back(line);
        }
        else if (name == "--request") options.requests.push_back(parse_request(value));
        else {
            std::fprintf(stderr, "unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (options.requests.empty()) options.requests.push_back({"GET", "/health", {}});
    return Load(std::move(options)).run();
}
