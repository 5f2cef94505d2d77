// Starting and stopping the cluster; no shell in between, so that it ends with the test even when that is killed.
#include "support/postgres.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <grp.h>
#include <memory>
#include <stdexcept>
#include <vector>

namespace fairlead::testing {
namespace {

namespace fs = std::filesystem;

// The newest installed version's programs.
fs::path programs() {
    fs::path best;
    int newest = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
        const int version = std::atoi(entry.path().filename().c_str());
        if (version <= newest || !fs::exists(entry.path() / "bin" / "initdb")) continue;
        newest = version;
        best = entry.path() / "bin";
    }
    return best;
}

class Cluster {
  public:
    explicit Cluster(const fs::path& bin) : bin_(bin) {
        if (const char* running = std::getenv("FAIRLEAD_TEST_POSTGRES"); running != nullptr && *running != '\0') {
            folder_ = running;
            return;
        }
        std::string pattern = (fs::temp_directory_path() / "fairlead-pg-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("No folder for the PostgreSQL cluster can be made in " + fs::temp_directory_path().string());
        folder_ = pattern;
        own_ = true;
        if (const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr) {
            user_ = user->pw_uid;
            group_ = user->pw_gid;
            if (chown(folder_.c_str(), user_, group_) != 0) throw std::runtime_error("The cluster's folder cannot be given to the user postgres");
        }
        const int initialised = wait_for(spawn({(bin_ / "initdb").string(), "-D", data(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-N"}));
        if (initialised != 0) throw std::runtime_error("initdb failed; its words are in " + folder_ + "/log");
        start();
    }
    void start() {
        server_ = spawn({(bin_ / "postgres").string(), "-D", data(), "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off",
                         "-c", "synchronous_commit=off", "-c", "max_connections=50"});
        wait_until_ready();
    }
    bool crash_and_restart() {
        if (!own_) return false;
        kill(server_, SIGQUIT);  // immediate: nothing is written back, the log is replayed at the next start
        waitpid(server_, nullptr, 0);
        start();
        return true;
    }
    ~Cluster() {
        if (!own_) return;
        if (server_ > 0) {
            kill(server_, SIGINT);  // fast shutdown
            waitpid(server_, nullptr, 0);
        }
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    std::string address(const std::string& database) const { return "postgresql:///" + database + "?host=" + folder_ + "&user=postgres"; }

  private:
    std::string data() const { return folder_ + "/data"; }

    pid_t spawn(const std::vector<std::string>& command) const {
        const pid_t child = fork();
        if (child < 0) throw std::runtime_error("No process can be started for PostgreSQL");
        if (child > 0) return child;
        if (user_ != 0 && (setgroups(0, nullptr) != 0 || setgid(group_) != 0 || setuid(user_) != 0)) _exit(126);
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        const int log = open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (log >= 0) {
            dup2(log, 1);
            dup2(log, 2);
        }
        if (chdir(folder_.c_str()) != 0) _exit(126);
        std::vector<char*> arguments;
        for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    static int wait_for(pid_t child) {
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    void wait_until_ready() const {
        for (int attempt = 0; attempt < 600; ++attempt) {
            if (PQping(address("postgres").c_str()) == PQPING_OK) return;
            usleep(50'000);
        }
        throw std::runtime_error("The PostgreSQL cluster does not answer; its words are in " + folder_ + "/log");
    }

    fs::path bin_;
    std::string folder_;
    bool own_ = false;
    pid_t server_ = 0;
    uid_t user_ = 0;
    gid_t group_ = 0;
};

}  // namespace

namespace {
// Null where PostgreSQL is not installed.
Cluster* cluster() {
    static const fs::path bin = programs();
    if (bin.empty()) {
        static const bool said = std::fputs("SKIPPED: PostgreSQL is not installed, so nothing is tested on it\n", stderr) >= 0;
        (void)said;
        return nullptr;
    }
    static Cluster running(bin);
    return &running;
}
}  // namespace

bool crash_and_restart_postgres() { return cluster() != nullptr && cluster()->crash_and_restart(); }

std::string fresh_postgres_database(const std::string& like) {
    if (cluster() == nullptr) return {};
    static int count = 0;
    const std::string name = "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
    const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(cluster()->address("postgres").c_str()), PQfinish);
    const std::unique_ptr<PGresult, void (*)(PGresult*)> made(PQexec(connection.get(), ("CREATE DATABASE " + name + (like.empty() ? "" : " TEMPLATE " + like.substr(like.find("///") + 3, like.find('?') - like.find("///") - 3))).c_str()), PQclear);
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
    return cluster()->address(name);
}

}  // namespace fairlead::testing
