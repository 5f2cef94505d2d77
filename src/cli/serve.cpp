// `fairlead serve`: the server, until it is told to stop.
#include <malloc.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "base/log.h"
#include "cli/command.h"
#include "cli/open_store.h"
#include "cli/starting.h"
#include "server/application.h"
#include "server/control.h"

namespace fairlead::cli {
namespace {

struct Words {
    std::string listen = "127.0.0.1:8080", database, base_url;
    bool insecure_http = false, secure_cookies = false, relaxed = false, quiet = false;
    int workers = 0;
    double requests_per_second = 0;
};

Result<void> parse_listen(const std::string& text, server::ServerOptions& options) {
    const auto colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
    char* end = nullptr;
    const long number = std::strtol(port.c_str(), &end, 10);
    if (port.empty() || *end != '\0' || number < 0 || number > 65535)
        return refuse(Why::bad_request, "bad_listen", "Say where to listen as ADDRESS:PORT, for example 127.0.0.1:8080.");
    options.port = static_cast<int>(number);
    if (colon != std::string::npos && colon > 0) options.address = text.substr(0, colon);
    if (options.address.starts_with('[') && options.address.ends_with(']')) options.address = options.address.substr(1, options.address.size() - 2);
    return {};
}

int serve(const Words& words) {
    ::umask(077);
    // Each of glibc's arenas keeps what its threads once needed; a few are enough for short requests.
    ::mallopt(M_ARENA_MAX, 4);
    // Signals are waited for by this thread; every other one inherits that they are blocked.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    server::ApplicationOptions options;
    if (auto ok = parse_listen(words.listen, options.server); !ok) return print_refusal(ok.refused());
    options.server.insecure_http = words.insecure_http;
    options.server.base_url = words.base_url;
    options.server.secure_cookies = words.secure_cookies || words.base_url.starts_with("https:");
    options.server.log_requests = !words.quiet;
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    options.server.io_threads = std::min(8, std::max(1, cores / 2));
    options.server.workers = words.workers > 0 ? words.workers : std::max(8, 2 * cores);
    if (words.requests_per_second > 0) {
        options.accounts.requests_per_second = words.requests_per_second;
        options.accounts.requests_burst = std::max(options.accounts.requests_burst, 10 * words.requests_per_second);
    }
    options.starting = starting_records();
    options.sample = sample_records();

    const Place place = place_of(words.database);
    store::Options store_options;
    if (words.relaxed) store_options.durability = store::Durability::relaxed;
    auto opened = open_store(place, store_options, Absent::make);
    if (!opened) return print_refusal(opened.refused());
    options.server.spool_folder = place.make_folder();
    const auto application = server::Application::start(*opened->store, options);
    auto control = std::make_unique<server::ControlSocket>(place.socket_file(), [&](std::string_view command, std::string_view arguments) {
        return application->administer(command, arguments);
    });
    std::printf("Fairlead %s listens on http://%s:%d\n", FAIRLEAD_VERSION, options.server.address.c_str(), application->port());
    if (const std::string link = application->set_up_link(); !link.empty())
        std::printf("Set it up once, here: %s\n", link.c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    log(Level::info, "stopping", {{"signal", static_cast<long long>(signal)}});
    control.reset();
    application->stop();
    return 0;
}

}  // namespace

void add_serve(CLI::App& app, Outcome& outcome) {
    auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand("serve", "Run the server");
    command->add_option("--listen", words->listen, "ADDRESS:PORT")->capture_default_str();
    add_database_option(*command, words->database);
    command->add_option("--base-url", words->base_url, "The address people open, as https://sales.example.com: its host is answered and put into links");
    command->add_flag("--insecure-http", words->insecure_http, "Allow plain HTTP beyond this machine");
    command->add_flag("--secure-cookies", words->secure_cookies, "People come over TLS, through a proxy (implied by a base address with https)");
    command->add_flag("--relaxed", words->relaxed, "Do not wait for the disk at every commit: a power cut may lose the last ones");
    command->add_option("--workers", words->workers, "Threads that answer requests");
    command->add_option("--requests-per-second", words->requests_per_second,
                        "What one person or token may ask for on end (integrations that need more than the usual limit, load tests)")->check(CLI::PositiveNumber);
    command->add_flag("--quiet", words->quiet, "No log line for each request");
    command->callback([words, &outcome] { outcome.code = serve(*words); });
}

}  // namespace fairlead::cli
