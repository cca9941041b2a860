#include "milter/sinks/unshipped.hpp"

#include <optional>
#include <utility>

namespace sealgate::milter {

unshipped::unshipped(const std::filesystem::path& directory, const policy::chain_end& there, const std::function<bool()>& go_on)
    : reader_(directory, behind_files_before(there.last_seq, directory)) {
    if (there.last_seq == 0) return;
    constexpr std::size_t between_looks = 4096;
    const auto number = std::to_string(there.last_seq);
    std::optional<std::uint64_t> last;
    for (std::size_t lines = 1; read(); ++lines) {
        if (lines % between_looks == 0 && !go_on()) return;
        last = at_.seq;
        if (at_.seq == there.last_seq && at_.hash != there.last_hash)
            throw another_log("record " + number +
                              " there is not the one of this log: a gateway of this name wrote another log there, or this "
                              "one was put back from a copy");
        if (at_.seq == there.last_seq) return;
        if (at_.seq > there.last_seq) {
            push_back();
            return;
        }
    }
    throw another_log("it has records up to " + number + ", and this log ends with record " + std::to_string(last.value_or(0)) +
                      ": it was put back from an older copy");
}

bool unshipped::next() { return std::exchange(is_pushed_back_, false) || read(); }

bool unshipped::read() {
    while (reader_.next(line_))
        if (auto link = policy::read_link(line_)) {
            at_ = *std::move(link);
            return true;
        }
    return false;
}

} // namespace sealgate::milter
