// Many things, worked on by all cores.
// Tested by store/import_test.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <span>
#include <thread>
#include <vector>

namespace sealgate::keys {

// Hands out chunks of `all` to as many threads as there are cores. Each makes a worker of its own, and calls it with one chunk
// after the other. Returns when all is done; throws what one of them threw, when the others are done.
template <class T, class Make>
void in_parallel(std::span<T> all, std::size_t chunk, Make make_worker) {
    std::atomic<std::size_t> next{0};
    const auto work_on = [&] {
        if (next >= all.size()) return;
        auto worker = make_worker();
        for (auto at = next.fetch_add(chunk); at < all.size(); at = next.fetch_add(chunk))
            worker(all.subspan(at, std::min(chunk, all.size() - at)));
    };
    const auto chunks = (all.size() + chunk - 1) / chunk;
    const auto others = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), chunks);
    std::vector<std::future<void>> at_work;
    for (std::size_t i = 1; i < others; ++i) at_work.push_back(std::async(std::launch::async, work_on));
    work_on();
    for (auto& one : at_work) one.get();
}

} // namespace sealgate::keys
