#include "milter/sinks/checkpoint_copies.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/file_tail.hpp"
#include "policy/audit/query.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {

namespace {

constexpr std::size_t longest_line = 2000; // of a checkpoint, octets; what is longer is none
constexpr std::size_t most_waiting = 10'000;

} // namespace

void checkpoint_copies::see(std::string_view line) {
    if (line.size() > longest_line || !is_database_text(line) || waiting_.size() >= most_waiting) return;
    const auto fields = policy::record_in(line);
    if (const auto record = fields ? policy::number_in(*fields, "seq") : 0; record > last_)
        waiting_.push_back({.record = record, .line = std::string(line)});
}

// Whole lines alone; false where there are none now. A place of checkpoints that is away has none.
bool checkpoint_copies::read_more() {
    std::error_code missing;
    if (!std::filesystem::exists(file_, missing)) return false;
    const keys::input_file from(file_);
    const auto status = from.status();
    if (status.st_ino != inode_ || status.st_size < read_to_) read_to_ = 0; // another file
    inode_ = status.st_ino;
    constexpr off_t most_at_once = 1 << 20;
    const auto text = read_range(from.descriptor(), read_to_, std::min(status.st_size, read_to_ + most_at_once), file_);
    std::string_view rest(text);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        see(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    if (rest.size() == static_cast<std::size_t>(most_at_once)) rest = {}; // no line of ours
    const auto taken = static_cast<off_t>(text.size() - rest.size());
    read_to_ += taken;
    return taken > 0;
}

std::vector<checkpoint_copies::copy> checkpoint_copies::due(std::uint64_t shipped) const {
    std::vector<copy> out;
    std::ranges::copy_if(waiting_, std::back_inserter(out), [&](const copy& one) { return one.record <= shipped; });
    return out;
}

bool checkpoint_copies::copy_to(database_connection& to, std::uint64_t shipped) {
    const bool read = read_more();
    const auto all = due(shipped);
    if (all.empty()) return read;
    std::vector<database_text> numbers, lines;
    for (const auto& one : all) {
        numbers.emplace_back(std::to_string(one.record));
        lines.emplace_back(one.line);
    }
    const database_text parameters[] = {array_of(numbers), array_of(lines)};
    to.ask("SELECT sealgate.keep_checkpoints($1::bigint[], $2::text[])", parameters);
    std::erase_if(waiting_, [&](const copy& one) { return one.record <= shipped; });
    return true;
}

} // namespace sealgate::milter
