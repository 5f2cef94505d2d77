// One client's connection: reads a request, has it answered, writes the response, and again. Lives on one
// io thread; only `reply` may be called from elsewhere.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "server/http.h"
#include "server/http_parse.h"
#include "server/worker_pool.h"

namespace fairlead::server {

class Connection;
using SteadyTime = std::chrono::steady_clock::time_point;

// What every connection of a server shares.
struct Shared {
    ServerOptions options;
    Router router;
    std::function<std::optional<Response>(Request&, Policy)> authenticate;
    std::unique_ptr<WorkerPool> workers;
    HostName own_host;                       // of base_url; name empty when there is none
    std::string spool_folder;
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> connections{0};
    std::mutex addresses_mutex;
    std::unordered_map<std::string, std::size_t> addresses;  // connections by client address
};

// An io thread: its context and the connections on it.
struct IoThread {
    boost::asio::io_context context{1};
    std::list<std::weak_ptr<Connection>> connections;
    std::string buffer = std::string(64 * 1024, '\0');       // what a read brings, until it is taken over
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::shared_ptr<Shared> shared, std::shared_ptr<IoThread> thread, boost::asio::ip::tcp::socket socket, std::string address);
    ~Connection();
    void start();
    void reply(std::shared_ptr<Request> request, Response response);  // any thread
    void sweep(SteadyTime now);   // once a second: time-outs
    void close_if_idle();         // the server stops

  private:
    enum class State { idle, head, body, waiting, writing, streaming, events, draining, closed };

    void read();
    void on_readable(const boost::system::error_code& error);
    void advance();
    void begin_request();
    void prepare_body();
    void read_body();
    bool spool();
    void body_complete();
    void authenticate_upload();
    void handle();
    void run_handler(const std::shared_ptr<Request>& request, const Route& route, bool authenticated);
    std::shared_ptr<struct ReplyGuard> make_guard(const std::shared_ptr<Request>& request);
    void refuse(int status, const char* code, std::string message, bool keep = false);
    void respond(Response response);
    void write_whole();
    void after_response();
    void next_piece();
    void write_chunk(std::string piece, bool last);
    void begin_events();
    void poll_events();
    void watch_for_end();
    void log_response() const;
    void drain();
    void close();
    void touch(int seconds) { deadline_ = std::chrono::steady_clock::now() + std::chrono::seconds(seconds); }

    // Kept alive by the connection: an answer may come after the server has given up waiting for it.
    const std::shared_ptr<Shared> shared_owner_;
    const std::shared_ptr<IoThread> thread_owner_;
    Shared& shared_;
    IoThread& thread_;
    boost::asio::ip::tcp::socket socket_;
    const std::string address_;
    State state_ = State::idle;
    SteadyTime deadline_{}, started_{}, body_started_{};
    std::string in_;
    HeadScanner scanner_;
    Head head_;
    ChunkDecoder chunks_;
    std::shared_ptr<Request> request_;
    const Route* route_ = nullptr;
    std::size_t served_ = 0;
    std::uint64_t body_got_ = 0, body_limit_ = 0;
    int spool_file_ = -1;
    std::string spool_path_;
    bool keep_ = true, reading_ = false;
    std::uint64_t bytes_out_ = 0;
    std::string out_head_, out_piece_;
    Response response_;
    bool events_busy_ = false, events_again_ = false;
    SteadyTime events_written_{};
    std::uint64_t drained_ = 0;
};

}  // namespace fairlead::server
