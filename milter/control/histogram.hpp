// How long something took: counts by bounds in seconds, as a Prometheus histogram has them. Not for several threads.
// Tested by control/exposition_test.
#pragma once

#include "milter/control/exposition.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace sealgate::milter {

class duration_histogram {
public:
    static constexpr auto bounds =
        std::to_array<double>({0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60});

    void add(std::chrono::duration<double> took) {
        const auto at = std::ranges::lower_bound(bounds, took.count());
        ++counts_[static_cast<std::size_t>(at - bounds.begin())];
        sum_ += took.count();
    }

    // Behind `to.begin()`.
    void write(exposition& to) const {
        std::uint64_t below = 0;
        for (std::size_t i = 0; i <= bounds.size(); ++i) {
            below += counts_[i];
            to.sample(static_cast<double>(below), {{"le", i == bounds.size() ? "+Inf" : metric_number(bounds[i])}}, "_bucket");
        }
        to.sample(sum_, {}, "_sum");
        to.sample(static_cast<double>(below), {}, "_count");
    }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{}; // the last one: longer than all
    double sum_ = 0;                                        // seconds
};

} // namespace sealgate::milter
