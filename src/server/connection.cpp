// Connections: the life of a request from the first byte to the last.
#include "server/connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "derive/messages.h"
#include "server/response_head.h"
#include "store/database.h"

namespace fairlead::server {
namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {
constexpr std::uint64_t drain_max = 1 << 20;

std::string new_request_id() { return hex(random_bytes(8)); }

Response fault_response(int status, std::string_view code, std::string message, const Request& request) {
    Response response = problem(refuse(Why::bad_request, std::string(code), std::move(message)), request);
    response.status = status;
    // The title belongs to the status, not to the reason it was made from.
    const std::string wrong = std::string(http::title_of(400, request.language)), right = std::string(http::title_of(status, request.language));
    if (const auto at = response.body.find(wrong); at != std::string::npos) response.body.replace(at, wrong.size(), right);
    if (const auto at = response.body.find("\"status\":400"); at != std::string::npos) response.body.replace(at, 12, "\"status\":" + std::to_string(status));
    return response;
}
}  // namespace

// Answers 500 when a handler forgot to answer; keeps the request until the last copy of its Reply is gone.
struct ReplyGuard {
    std::shared_ptr<Connection> connection;
    std::shared_ptr<Request> request;
    std::atomic<bool> answered{false};

    ReplyGuard(std::shared_ptr<Connection> c, std::shared_ptr<Request> r) : connection(std::move(c)), request(std::move(r)) {}
    ReplyGuard(const ReplyGuard&) = delete;
    ReplyGuard& operator=(const ReplyGuard&) = delete;
    ~ReplyGuard() {
        fail("the handler gave no answer");
        if (!request->body_file.empty()) ::unlink(request->body_file.c_str());
    }
    void answer(Response response) {
        if (!answered.exchange(true)) connection->reply(request, std::move(response));
    }
    // A database that is away is back in a moment, and the client may ask again.
    void fail(const std::exception& error) {
        const auto* failure = dynamic_cast<const store::DatabaseError*>(&error);
        if (!failure || failure->kind != store::DatabaseError::connection) return fail(std::string_view(error.what()));
        log(Level::error, "database_unreachable", {{"request_id", std::string_view(request->request_id)}, {"what", std::string_view(error.what())}});
        answer(problem(refuse(Why::unavailable, "database_unreachable", "The database cannot be reached at the moment, and nothing was changed: try again in a moment"), *request));
    }
    void fail(std::string_view what) {
        if (answered.load()) return;
        log(Level::error, "request_failed", {{"request_id", std::string_view(request->request_id)}, {"path", std::string_view(request->path)}, {"what", what}});
        answer(fault_response(500, "internal", "The server met an error and has noted it under this request id; nothing was changed.", *request));
    }
};

Connection::Connection(std::shared_ptr<Shared> shared, std::shared_ptr<IoThread> thread, asio::ip::tcp::socket socket, std::string address)
    : shared_owner_(std::move(shared)), thread_owner_(std::move(thread)), shared_(*shared_owner_), thread_(*thread_owner_), socket_(std::move(socket)), address_(std::move(address)) {}

Connection::~Connection() {
    if (spool_file_ >= 0) ::close(spool_file_);
    if (!spool_path_.empty()) ::unlink(spool_path_.c_str());
    --shared_.connections;
    const std::lock_guard lock(shared_.addresses_mutex);
    if (const auto it = shared_.addresses.find(address_); it != shared_.addresses.end() && --it->second == 0) shared_.addresses.erase(it);
}

void Connection::start() {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    touch(shared_.options.header_seconds);
    read();
}

void Connection::read() {
    if (reading_ || state_ == State::closed) return;
    reading_ = true;
    socket_.async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
        self->reading_ = false;
        self->on_readable(error);
    });
}

void Connection::on_readable(const error_code& wait_error) {
    if (wait_error || state_ == State::closed) return close();
    error_code error;
    const std::size_t got = socket_.read_some(asio::buffer(thread_.buffer.data(), thread_.buffer.size()), error);
    if (error == asio::error::would_block) return read();
    if (error || got == 0) return close();
    if (state_ == State::draining) {
        drained_ += got;
        return drained_ > drain_max ? close() : read();
    }
    if (state_ == State::events) return close();  // a stream's client has nothing more to say
    in_.append(thread_.buffer.data(), got);
    advance();
}

void Connection::advance() {
    if (state_ == State::idle && !in_.empty()) {
        state_ = State::head;
        started_ = steady_clock::now();
        touch(shared_.options.header_seconds);
    }
    if (state_ == State::head) {
        switch (scanner_.scan(in_)) {
            case HeadScanner::State::more: return read();
            case HeadScanner::State::complete: return begin_request();
            case HeadScanner::State::fault:
                request_ = std::make_shared<Request>();
                request_->request_id = new_request_id();
                request_->remote = address_;
                return refuse(scanner_.fault().status, scanner_.fault().code, scanner_.fault().message);
        }
    }
    if (state_ == State::body) return read_body();
    if (state_ == State::idle) read();
}

void Connection::begin_request() {
    request_ = std::make_shared<Request>();
    Request& request = *request_;
    request.request_id = new_request_id();
    request.remote = address_;
    head_ = Head();
    chunks_ = ChunkDecoder();
    route_ = nullptr;
    const auto fault = parse_head(std::string_view(in_).substr(0, scanner_.end()), head_, request);
    in_.erase(0, scanner_.end());
    scanner_.reset();
    request.language = http::language_of(request.header("accept-language"));
    if (fault) return refuse(fault->status, fault->code, fault->message);
    keep_ = head_.keep_alive && ++served_ < shared_.options.requests_per_connection && !shared_.stopping;

    const auto host = parse_host(head_.host);
    const bool own = !shared_.own_host.name.empty() && host->name == shared_.own_host.name && host->port == shared_.own_host.port;
    // Without a configured name only addresses and localhost are ours: a foreign name that resolves to this
    // machine (DNS rebinding) is not.
    const bool local = host->name == "localhost" || is_ip_literal(host->name);
    if (!own && !local) return refuse(421, "wrong_host", "This server does not answer for the host that was asked.");

    std::vector<Method> allowed;
    route_ = shared_.router.match(request, allowed);
    if (route_ == nullptr && !allowed.empty()) {
        std::string names;
        for (const Method method : allowed) names += (names.empty() ? "" : ", ") + std::string(http::method_name(method));
        if (names.find("GET") != std::string::npos && names.find("HEAD") == std::string::npos) names += ", HEAD";
        request.reply_headers.emplace_back("Allow", names);
        return refuse(405, "method_not_allowed", "This address answers " + names + " only.", true);
    }
    if (route_ == nullptr) return refuse(404, "no_such_address", "There is nothing at this address.", true);
    prepare_body();
}

void Connection::prepare_body() {
    body_limit_ = route_->upload ? shared_.options.upload_max : shared_.options.body_max;
    body_got_ = 0;
    if (head_.length.value_or(0) > body_limit_)
        return refuse(413, "body_too_large", "The body is larger than the " + std::to_string(body_limit_) + " bytes that this address takes.");
    if (route_->upload) return authenticate_upload();  // nobody fills the disk without a right to
    if (!head_.chunked && head_.length.value_or(0) == 0) return body_complete();
    state_ = State::body;
    body_started_ = steady_clock::now();
    touch(shared_.options.header_seconds);
    if (head_.expects_continue && in_.empty()) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(socket_, asio::buffer(go_on), [self = shared_from_this()](const error_code& error, std::size_t) {
            if (error) self->close();
        });
    }
    read_body();
}

void Connection::authenticate_upload() {
    state_ = State::waiting;
    keep_ = keep_ && !head_.expects_continue;
    const bool posted = shared_.workers->post([self = shared_from_this(), request = request_] {
        std::optional<Response> refused;
        try {
            refused = self->shared_.authenticate(*request, self->route_->policy);
        } catch (const std::exception& error) {
            log(Level::error, "request_failed", {{"request_id", std::string_view(request->request_id)}, {"what", std::string_view(error.what())}});
            refused = fault_response(500, "internal", "The server met an error and has noted it under this request id; nothing was changed.", *request);
        }
        asio::post(self->thread_.context, [self, request, refused = std::move(refused)]() mutable {
            if (self->state_ == State::closed) return;
            if (refused) {
                self->keep_ = false;
                return self->respond(std::move(*refused));
            }
            self->spool_path_ = self->shared_.spool_folder + "/upload-" + request->request_id;
            self->spool_file_ = ::open(self->spool_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
            if (self->spool_file_ < 0) return self->refuse(503, "overloaded", "The upload cannot be stored at the moment; try again later.");
            if (!self->head_.chunked && self->head_.length.value_or(0) == 0) return self->body_complete();
            self->state_ = State::body;
            self->body_started_ = steady_clock::now();
            self->touch(self->shared_.options.header_seconds);
            if (self->head_.expects_continue) {
                static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
                asio::async_write(self->socket_, asio::buffer(go_on), [self](const error_code& error, std::size_t) {
                    if (error) self->close();
                });
            }
            self->read_body();
        });
    });
    if (!posted) refuse(503, "overloaded", "The server has more work than it can take; try again in a moment.");
}

void Connection::read_body() {
    std::string& body = request_->body;
    const std::size_t before = body.size();
    bool complete = false;
    if (head_.chunked) {
        std::string_view input = in_;
        const auto state = chunks_.feed(input, body);
        in_.erase(0, in_.size() - input.size());
        if (state == ChunkDecoder::State::fault) return refuse(400, "bad_chunk", "The chunks of the body are malformed; extensions and trailers are not accepted.");
        complete = state == ChunkDecoder::State::done;
        body_got_ += body.size() - before;
    } else {
        const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(*head_.length - body_got_, in_.size()));
        body.append(in_, 0, take);
        in_.erase(0, take);
        body_got_ += take;
        complete = body_got_ == *head_.length;
    }
    if (body_got_ > body_limit_)
        return refuse(413, "body_too_large", "The body is larger than the " + std::to_string(body_limit_) + " bytes that this address takes.");
    if (spool_file_ >= 0 && !spool()) return refuse(503, "overloaded", "The upload cannot be stored at the moment; try again later.");
    if (complete) return body_complete();
    if (in_.capacity() > 256 * 1024 && in_.empty()) in_.shrink_to_fit();
    read();
}

bool Connection::spool() {
    std::string_view left = request_->body;
    while (!left.empty()) {
        const ssize_t wrote = ::write(spool_file_, left.data(), left.size());
        if (wrote <= 0) return false;
        left.remove_prefix(static_cast<std::size_t>(wrote));
    }
    request_->body.clear();
    return true;
}

void Connection::body_complete() {
    if (spool_file_ >= 0) {
        ::close(spool_file_);
        spool_file_ = -1;
        request_->body_file = std::move(spool_path_);
        spool_path_.clear();
    }
    handle();
}

void Connection::handle() {
    state_ = State::waiting;
    const bool posted = shared_.workers->post([self = shared_from_this(), request = request_, route = route_] {
        self->run_handler(request, *route, route->upload);
    });
    if (!posted) refuse(503, "overloaded", "The server has more work than it can take; try again in a moment.");
}

void Connection::run_handler(const std::shared_ptr<Request>& request, const Route& route, bool authenticated) {
    const auto guard = std::make_shared<ReplyGuard>(shared_from_this(), request);
    try {
        if (!authenticated)
            if (auto refused = shared_.authenticate(*request, route.policy)) return guard->answer(std::move(*refused));
        route.handler(*request, [guard](Response response) { guard->answer(std::move(response)); });
    } catch (const std::exception& error) {
        guard->fail(error);
    }
}

void Connection::reply(std::shared_ptr<Request> request, Response response) {
    asio::post(thread_.context, [self = shared_from_this(), request = std::move(request), response = std::move(response)]() mutable {
        if (self->state_ == State::waiting && self->request_ == request) self->respond(std::move(response));
    });
}

// `keep`: the body, if there is one, is known to have been read or to be absent.
void Connection::refuse(int status, const char* code, std::string message, bool keep) {
    const bool body_left = head_.chunked || head_.length.value_or(0) > 0;
    if (!keep || body_left) keep_ = false;
    respond(fault_response(status, code, std::move(message), *request_));
}

void Connection::respond(Response response) {
    if (state_ == State::closed) return;
    if (shared_.stopping) keep_ = false;
    response_ = std::move(response);
    state_ = State::writing;
    bytes_out_ = 0;
    touch(shared_.options.write_seconds);
    HeadOptions options;
    options.tls = shared_.options.secure_cookies;
    const bool without_body = request_->method == Method::head || response_.status == 204 || response_.status == 304;
    const bool endless = static_cast<bool>(response_.events), pieces = endless || response_.stream;
    if (pieces && !without_body) {
        options.chunked = !head_.http_1_0;
        if (head_.http_1_0) keep_ = false;
    } else if (!pieces) {
        options.length = response_.body_static.empty() ? response_.body.size() : response_.body_static.size();
    }
    options.keep_alive = keep_;
    out_head_ = response_head(response_, *request_, options);
    if (without_body || !pieces) return write_whole();
    asio::async_write(socket_, asio::buffer(out_head_), [self = shared_from_this(), endless](const error_code& error, std::size_t n) {
        self->bytes_out_ += n;
        if (error) return self->close();
        if (endless) return self->begin_events();
        self->state_ = State::streaming;
        self->next_piece();
    });
}

void Connection::write_whole() {
    const bool without_body = request_->method == Method::head || response_.status == 204 || response_.status == 304;
    const std::string_view body = without_body ? std::string_view() : response_.body_static.empty() ? std::string_view(response_.body) : response_.body_static;
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(out_head_), asio::buffer(body.data(), body.size())};
    // Progress renews the time-out: a slow line is no reason to cut a download that goes on.
    const auto go_on = [self = shared_from_this()](const error_code& error, std::size_t) -> std::size_t {
        if (error) return 0;
        self->touch(self->shared_.options.write_seconds);
        return 64 * 1024;
    };
    asio::async_write(socket_, buffers, go_on, [self = shared_from_this()](const error_code& error, std::size_t n) {
        self->bytes_out_ += n;
        if (error) return self->close();
        self->after_response();
    });
}

void Connection::after_response() {
    log_response();
    request_.reset();
    response_ = Response();
    out_head_.clear();
    if (!keep_ || shared_.stopping) return drain();
    state_ = State::idle;
    touch(shared_.options.idle_seconds);
    if (in_.empty()) return read();
    // Pipelined requests are answered one after another, each from a fresh stack.
    asio::post(thread_.context, [self = shared_from_this()] { self->advance(); });
}

void Connection::next_piece() {
    deadline_ = std::chrono::steady_clock::time_point::max();  // now it is we who are waited for
    const bool posted = shared_.workers->post([self = shared_from_this()] {
        std::string piece;
        bool failed = false;
        try {
            piece = self->response_.stream();
        } catch (const std::exception& error) {
            failed = true;
            log(Level::error, "stream_failed", {{"request_id", std::string_view(self->request_->request_id)}, {"what", std::string_view(error.what())}});
        }
        asio::post(self->thread_.context, [self, piece = std::move(piece), failed]() mutable {
            if (failed) return self->close();  // without the last chunk: the client sees that it is not whole
            const bool last = piece.empty();
            self->write_chunk(std::move(piece), last);
        });
    });
    if (!posted) close();
}

void Connection::write_chunk(std::string piece, bool last) {
    if (state_ == State::closed) return;
    if (head_.http_1_0) {
        out_piece_ = std::move(piece);
    } else if (last) {
        out_piece_ = "0\r\n\r\n";
    } else {
        char size[20];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        out_piece_ = size + piece + "\r\n";
    }
    touch(shared_.options.write_seconds);
    const auto go_on = [self = shared_from_this()](const error_code& error, std::size_t) -> std::size_t {
        if (error) return 0;
        self->touch(self->shared_.options.write_seconds);
        return 64 * 1024;
    };
    asio::async_write(socket_, asio::buffer(out_piece_), go_on, [self = shared_from_this(), last](const error_code& error, std::size_t n) {
        self->bytes_out_ += n;
        if (error) return self->close();
        if (last) return self->after_response();
        if (self->state_ == State::streaming) return self->next_piece();
        self->events_busy_ = false;
        self->events_written_ = steady_clock::now();
        if (self->events_again_) self->poll_events();
    });
}

void Connection::begin_events() {
    state_ = State::events;
    events_written_ = steady_clock::now();
    keep_ = false;
    if (response_.subscribe) {
        response_.subscribe([weak = weak_from_this(), &context = thread_.context] {
            if (const auto self = weak.lock()) asio::post(context, [self] { self->poll_events(); });
        });
    }
    read();  // to notice when the client goes
    poll_events();
}

void Connection::poll_events() {
    if (state_ != State::events) return;
    events_again_ = events_busy_;
    if (events_busy_) return;
    events_busy_ = true;
    const bool posted = shared_.workers->post([self = shared_from_this()] {
        std::optional<std::string> text;
        try {
            text = self->response_.events();
        } catch (const std::exception& error) {
            log(Level::error, "stream_failed", {{"what", std::string_view(error.what())}});
        }
        asio::post(self->thread_.context, [self, text = std::move(text)]() mutable {
            if (self->state_ != State::events) return;
            if (!text) return self->write_chunk({}, true);
            const bool quiet = steady_clock::now() - self->events_written_ > std::chrono::seconds(14);
            if (text->empty() && quiet) *text = ": still here\n\n";
            if (!text->empty()) return self->write_chunk(std::move(*text), false);
            self->events_busy_ = false;
            if (self->events_again_) self->poll_events();
        });
    });
    if (!posted) close();
}

void Connection::log_response() const {
    if (!shared_.options.log_requests || !request_) return;
    const double milliseconds = std::chrono::duration<double, std::milli>(steady_clock::now() - started_).count();
    const std::string user = request_->viewer ? request_->viewer->user.text() : std::string();
    log(response_.status >= 500 ? Level::error : Level::info, "request",
        {{"request_id", std::string_view(request_->request_id)}, {"method", std::string_view(head_.method_text)},
         {"path", std::string_view(request_->path)}, {"status", static_cast<long long>(response_.status)},
         {"bytes", static_cast<long long>(bytes_out_)}, {"ms", milliseconds}, {"remote", std::string_view(request_->remote)},
         {"user", std::string_view(user)}});
}

// Closes without cutting off what was written: the rest of an unread body would otherwise reset the connection.
void Connection::drain() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    state_ = State::draining;
    touch(2);
    in_.clear();
    read();
}

void Connection::close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    error_code ignored;
    socket_.close(ignored);
}

void Connection::sweep(SteadyTime now) {
    if (state_ == State::closed || state_ == State::waiting) return;
    if (state_ == State::events) {
        // Every second: rights that ended end the stream.
        if (events_busy_ && now > deadline_) return close();
        return poll_events();
    }
    if (state_ == State::body) {
        const double seconds = std::chrono::duration<double>(now - body_started_).count();
        if (now > deadline_ && static_cast<double>(body_got_) < seconds * static_cast<double>(shared_.options.body_bytes_per_second))
            refuse(408, "too_slow", "The body came too slowly.");
        return;
    }
    if (now <= deadline_) return;
    if (state_ == State::head) {
        request_ = std::make_shared<Request>();
        request_->request_id = new_request_id();
        request_->remote = address_;
        head_ = Head();
        return refuse(408, "too_slow", "The head of the request came too slowly.");
    }
    close();
}

void Connection::close_if_idle() {
    if (state_ == State::idle || state_ == State::events || state_ == State::draining) close();
    else if (state_ == State::head) close();
}

}  // namespace fairlead::server
