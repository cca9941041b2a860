// Whether the times of a log's records go on as its records do: what a clock that went back leaves behind. No proof of
// anything: the chain says in which order records were written, whatever the clock. Tested by proof/log_times_test.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

class log_times {
public:
    // The next line of the log.
    void see(std::string_view line);

    // A phrase for each time that the clock went back, or that the gateway noticed a jump of it; of many the first. `now`: for
    // records that are not yet.
    std::vector<std::string> notes(std::chrono::system_clock::time_point now) const;

private:
    void go_on_from(std::uint64_t record, std::string_view time);
    void see_jump(const boost::json::object& event);
    void add(std::string note);

    std::string latest_; // as records write it: texts compare as times do
    std::uint64_t latest_record_ = 0;
    std::optional<std::pair<std::uint64_t, std::string>>
        behind_; // the first record with an earlier time, until the next says more
    std::vector<std::string> notes_;
    std::size_t more_ = 0;
};

} // namespace sealgate::policy
