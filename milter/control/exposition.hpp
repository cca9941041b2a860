// Metrics as Prometheus reads them: the text exposition format 0.0.4. Names and units are its conventions: seconds, octets as
// bytes, counters end in _total. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::milter {

// As it stands in a sample or in a label: "0.005", "+Inf".
std::string metric_number(double value);

using metric_labels = std::vector<std::pair<std::string_view, std::string>>;

class exposition {
public:
    enum class kind : std::uint8_t { counter, gauge, histogram };

    // What follows belongs to it, all of it before the next one begins.
    void begin(std::string_view name, kind what, std::string_view help);
    // `suffix` stands behind the name: "_bucket".
    void sample(double value, const metric_labels& labels = {}, std::string_view suffix = {});

    std::string take() { return std::move(text_); }

private:
    std::string name_, text_;
};

} // namespace sealgate::milter
