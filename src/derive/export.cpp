// GET /{plural}/export: what a list shows, as a file that is written while it is read.
#include <atomic>
#include <list>

#include "base/log.h"
#include "derive/exchange/export.h"
#include "derive/routes.h"

namespace fairlead::derive {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t queue_bytes = 1 << 20;  // written ahead of a slow line, for each export
constexpr std::size_t at_once = 4, at_once_each = 2;

// Pieces on their way from the thread that writes the file to the connection that sends it.
class Pipe {
  public:
    // Waits while enough is under way. False: nobody reads any more.
    bool push(std::string piece) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return abandoned_ || held_ < queue_bytes; });
        if (abandoned_) return false;
        held_ += piece.size();
        pieces_.push_back(std::move(piece));
        changed_.notify_all();
        return true;
    }
    void end(bool whole) {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
        whole_ = whole;
        changed_.notify_all();
    }
    void abandon() {
        const std::scoped_lock lock(mutex_);
        abandoned_ = true;
        changed_.notify_all();
    }
    // Whole, broken off, or not wanted any more.
    bool over() {
        const std::scoped_lock lock(mutex_);
        return ended_ || abandoned_;
    }
    // Empty at the end. Throws when the file could not be finished, so that nobody takes a part for the whole.
    std::string next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return abandoned_ || ended_ || !pieces_.empty(); });
        if (!pieces_.empty()) {
            std::string piece = std::move(pieces_.front());
            pieces_.pop_front();
            held_ -= piece.size();
            changed_.notify_all();
            return piece;
        }
        if (!whole_) throw std::runtime_error("an export ended before its time");
        return {};
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> pieces_;
    std::size_t held_ = 0;
    bool ended_ = false, whole_ = false, abandoned_ = false;
};

// The connection's end: when it goes, the writing stops.
struct Reader {
    std::shared_ptr<Pipe> pipe;
    explicit Reader(std::shared_ptr<Pipe> p) : pipe(std::move(p)) {}
    ~Reader() { pipe->abandon(); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
};

// RFC 6266, with a plain name beside for old programs.
std::string disposition(const std::string& name) {
    std::string plain;
    for (const char c : name)
        if ((c & 0xC0) != 0x80) plain += c >= ' ' && c < 0x7F && c != '"' && c != '\\' ? c : '_';
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + http::percent_encoded(name);
}

class Exports {
  public:
    explicit Exports(AppPointer app) : app_(std::move(app)) {}
    ~Exports() {
        for (const Running& one : running_) one.pipe->abandon();
        for (Running& one : running_) one.thread.join();
    }
    Exports(const Exports&) = delete;
    Exports& operator=(const Exports&) = delete;

    Result<void> start(Request& request, const http::Reply& reply) {
        FAIRLEAD_ASSIGN(ExportRequest read, read_export(*app_, request));
        const auto asked = std::make_shared<ExportRequest>(std::move(read));
        const std::scoped_lock lock(mutex_);
        FAIRLEAD_TRY(make_room(asked->viewer->user));
        Running& one = running_.emplace_back();
        one.user = asked->viewer->user;
        one.pipe = std::make_shared<Pipe>();
        one.ended = std::make_shared<std::atomic<bool>>(false);
        // The request lives until it has been answered; what is needed after that is copied.
        one.thread = std::thread([this, asked, &request, reply, pipe = one.pipe, ended = one.ended] {
            write(*asked, request, reply, pipe);
            *ended = true;
        });
        return {};
    }

  private:
    struct Running {
        Id user{};
        std::shared_ptr<Pipe> pipe;
        std::shared_ptr<std::atomic<bool>> ended;
        std::thread thread;
    };

    Result<void> make_room(Id user) {
        std::size_t all = 0, own = 0;
        for (auto one = running_.begin(); one != running_.end();) {
            if (*one->ended) {
                one->thread.join();
                one = running_.erase(one);
                continue;
            }
            const bool counts = !one->pipe->over();
            all += counts;
            own += counts && one->user == user;
            ++one;
        }
        if (all < at_once && own < at_once_each) return {};
        return refuse(Why::unavailable, "exports_busy", "Other exports are running: try again in a moment");
    }

    void write(const ExportRequest& asked, Request& request, const http::Reply& reply, const std::shared_ptr<Pipe>& pipe) {
        const std::string request_id = request.request_id, filter = asked.list.query.filter ? asked.list.query.filter->text : "";
        const std::string user = asked.viewer->user.text();
        bool answered = false;
        const auto answer = [&] {
            answered = true;
            Response response;
            response.type = std::string(export_media_type(asked.format));
            response.headers.emplace_back("Content-Disposition", disposition(export_file_name(asked, app_->store.context().now)));
            response.headers.emplace_back("Cache-Control", "no-store");
            response.stream = [reader = std::make_shared<Reader>(pipe)] { return reader->pipe->next(); };
            reply(std::move(response));
        };
        bool whole = false;
        std::int64_t rows = 0;
        try {
            const auto done = export_records(*app_, asked, [&](std::string piece) {
                if (!pipe->push(std::move(piece))) return false;
                if (!answered) answer();
                return true;
            });
            if (!done && !answered) return reply(http::problem(done.refused(), request));
            if (done) rows = done->rows;
            whole = done && !done->stopped;
        } catch (const std::exception& error) {
            if (!answered) return reply(failure(request, error));
            log(Level::error, "export_failed", {{"request_id", std::string_view(request_id)}, {"what", std::string_view(error.what())}});
        }
        // Who took what out of the house.
        log(Level::info, "export", {{"request_id", std::string_view(request_id)}, {"user", std::string_view(user)}, {"entity", std::string_view(asked.list.target->name)},
                                    {"rows", static_cast<long long>(rows)}, {"filter", std::string_view(filter)}, {"whole", std::string_view(whole ? "yes" : "no")}});
        pipe->end(whole);
        if (!answered) answer();
    }

    AppPointer app_;
    std::mutex mutex_;
    std::list<Running> running_;
};

}  // namespace

void add_export_routes(http::Router& router, const AppPointer& app) {
    router.add({http::Method::get, "/api/v1/{plural}/export", http::Policy::viewer,
                [exports = std::make_shared<Exports>(app)](Request& request, http::Reply reply) {
                    const auto started = exports->start(request, reply);
                    if (!started) reply(http::problem(started.refused(), request));
                }});
}

}  // namespace fairlead::derive
