// Threads that run handlers which may block, so that the threads of the sockets never do.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fairlead::server {

class WorkerPool {
  public:
    WorkerPool(int threads, std::size_t waiting_max);
    ~WorkerPool();
    // False when too many wait already, or the pool is stopping.
    bool post(std::function<void()> task);
    void stop();  // runs what is waiting, then joins

  private:
    void run();
    const std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace fairlead::server
