// The server: one acceptor, an io thread per core, connections handed round, time-outs swept once a second.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "server/connection.h"

namespace fairlead::server {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t waiting_max = 20'000;  // requests that wait for a worker

// With one processor two, so that whoever reads from a disk holds up nobody.
int computing(const ServerOptions& options) {
    return options.computing > 0 ? options.computing : static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
}

HostName host_of_url(const std::string& url) {
    const auto begin = url.find("://");
    if (begin == std::string::npos) throw std::runtime_error("the base address " + url + " does not begin with http:// or https://");
    const std::string rest = url.substr(begin + 3);
    auto host = parse_host(lower_ascii(rest.substr(0, rest.find('/'))));
    if (!host) throw std::runtime_error("the base address " + url + " names no host");
    // Browsers leave the usual port out of the Host header.
    if ((host->port == "80" && url.starts_with("http:")) || (host->port == "443" && url.starts_with("https:"))) host->port.clear();
    return *host;
}

class AsioServer final : public Server {
  public:
    AsioServer(const ServerOptions& options, Router router, std::function<std::optional<Response>(Request&, Policy)> authenticate) {
        shared_.options = options;
        shared_.router = std::move(router);
        shared_.authenticate = std::move(authenticate);
        if (!options.base_url.empty()) shared_.own_host = host_of_url(options.base_url);
        shared_.spool_folder = options.spool_folder.empty() ? std::filesystem::temp_directory_path().string() : options.spool_folder;
        for (int i = 0; i < std::max(1, options.io_threads); ++i) threads_.push_back(std::make_shared<IoThread>());
        listen(options);
        shared_.workers = std::make_unique<WorkerPool>(std::max(1, options.workers), computing(options), waiting_max);
        for (auto& thread : threads_) {
            arm_sweep(*thread);
            runners_.emplace_back([&context = thread->context] { context.run(); });
        }
        accept();
    }
    ~AsioServer() override { stop(); }
    int port() const override { return port_; }

    void stop() override {
        if (shared_.stopping.exchange(true)) return;
        asio::post(threads_.front()->context, [this] {
            error_code ignored;
            acceptor_->close(ignored);
        });
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        // Running requests finish; what is idle closes. Those that begin meanwhile are told to close.
        while (shared_.connections > 0 && std::chrono::steady_clock::now() < until) {
            for (auto& thread : threads_) {
                asio::post(thread->context, [&thread] {
                    for (const auto& weak : thread->connections)
                        if (const auto connection = weak.lock()) connection->close_if_idle();
                });
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        shared_.workers->stop();
        for (auto& thread : threads_) thread->context.stop();
        for (std::thread& runner : runners_) runner.join();
        acceptor_.reset();
        timers_.clear();
        threads_.clear();  // with the handlers that wait in them, and so the last connections
    }

  private:
    void listen(const ServerOptions& options) {
        const auto address = asio::ip::make_address(options.address);
        if (!address.is_loopback() && !options.insecure_http)
            throw std::runtime_error("plain HTTP beyond this machine is refused: listen on 127.0.0.1 behind a proxy with TLS, or say --insecure-http");
        const tcp::endpoint endpoint(address, static_cast<unsigned short>(options.port));
        acceptor_ = std::make_unique<tcp::acceptor>(threads_.front()->context);
        acceptor_->open(endpoint.protocol());
        acceptor_->set_option(tcp::acceptor::reuse_address(true));
        error_code error;
        acceptor_->bind(endpoint, error);
        if (error) throw std::runtime_error("cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " + error.message());
        acceptor_->listen(1024);
        port_ = acceptor_->local_endpoint().port();
    }

    void accept() {
        const auto thread = threads_[next_++ % threads_.size()];
        acceptor_->async_accept(thread->context, [this, thread](const error_code& error, tcp::socket socket) {
            if (error == asio::error::operation_aborted || shared_.stopping) return;
            if (error) {  // out of descriptors: wait a little instead of spinning
                log(Level::warning, "accept_failed", {{"what", std::string_view(error.message())}});
                auto timer = std::make_shared<asio::steady_timer>(threads_.front()->context, std::chrono::milliseconds(100));
                timer->async_wait([this, timer](const error_code& ended) { if (!ended) accept(); });
                return;
            }
            admit(thread, std::move(socket));
            accept();
        });
    }

    void admit(const std::shared_ptr<IoThread>& thread, tcp::socket socket) {
        error_code error;
        const auto remote = socket.remote_endpoint(error);
        if (error || shared_.connections >= shared_.options.connections_max) return;  // closes it
        const std::string address = remote.address().to_string();
        {
            const std::lock_guard lock(shared_.addresses_mutex);
            auto& count = shared_.addresses[address];
            // A proxy on this machine brings everybody's connections.
            const bool counted = !remote.address().is_loopback() || shared_.options.limit_loopback;
            if (counted && count >= shared_.options.connections_per_address) {
                if (count == 0) shared_.addresses.erase(address);
                return;
            }
            ++count;
        }
        ++shared_.connections;
        auto connection = std::make_shared<Connection>(shared_owner_, thread, std::move(socket), address);
        asio::post(thread->context, [thread, connection] {
            thread->connections.push_back(connection);
            connection->start();
        });
    }

    void arm_sweep(IoThread& thread) {
        timers_.push_back(std::make_unique<asio::steady_timer>(thread.context));
        sweep_later(thread, *timers_.back());
    }

    void sweep_later(IoThread& thread, asio::steady_timer& timer) {
        timer.expires_after(std::chrono::seconds(1));
        timer.async_wait([this, &thread, &timer](const error_code& error) {
            if (error) return;
            const auto now = std::chrono::steady_clock::now();
            for (auto it = thread.connections.begin(); it != thread.connections.end();) {
                if (const auto connection = it->lock()) {
                    connection->sweep(now);
                    ++it;
                } else {
                    it = thread.connections.erase(it);
                }
            }
            sweep_later(thread, timer);
        });
    }

    const std::shared_ptr<Shared> shared_owner_ = std::make_shared<Shared>();
    Shared& shared_ = *shared_owner_;
    std::vector<std::shared_ptr<IoThread>> threads_;
    std::vector<std::unique_ptr<asio::steady_timer>> timers_;
    std::unique_ptr<tcp::acceptor> acceptor_;
    std::vector<std::thread> runners_;
    std::size_t next_ = 0;
    int port_ = 0;
};

}  // namespace

std::unique_ptr<Server> Server::start(const ServerOptions& options, Router router,
                                      std::function<std::optional<Response>(Request&, Policy)> authenticate) {
    return std::make_unique<AsioServer>(options, std::move(router), std::move(authenticate));
}

}  // namespace fairlead::server
