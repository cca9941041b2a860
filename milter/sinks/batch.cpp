#include "milter/sinks/batch.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_records = 1000;
constexpr std::size_t most_octets = std::size_t{4} << 20;

} // namespace

bool record_batch::takes(const policy::link& at) const {
    if (records_.empty()) return true;
    const auto& last = records_.back().at;
    return at.seq == last.seq + 1 && at.prev == last.hash && records_.size() < most_records && octets_ < most_octets;
}

void record_batch::add(policy::link at, std::string line) {
    octets_ += line.size();
    records_.push_back({.at = std::move(at), .line = std::move(line)});
}

} // namespace sealgate::milter
