// The local socket beside the database file, by which the command line reaches the server that has the
// database open. Only the owner of the files can connect.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"

namespace fairlead::server {

class ControlSocket {
  public:
    using Run = std::function<Result<std::string>(std::string_view command, std::string_view arguments)>;
    ControlSocket(std::string path, Run run);  // throws when the socket cannot be made
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

  private:
    void serve();
    void answer(int client) const;
    const std::string path_;
    const Run run_;
    int listener_ = -1, wake_[2] = {-1, -1};
    std::thread thread_;
};

// Nothing when no server listens there.
std::optional<Result<std::string>> ask_control(const std::string& path, std::string_view command, std::string_view arguments);

}  // namespace fairlead::server
