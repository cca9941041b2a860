#include "milter/sinks/checkpoint_copies.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/file_tail.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <vector>

namespace sealgate::milter {

namespace {

// Of a line that may be a checkpoint: of which record.
std::optional<std::uint64_t> record_of(std::string_view line) {
    const auto fields = text::is_utf8(line) && !line.contains('\0') ? policy::record_in(line) : std::nullopt;
    const auto number = fields ? policy::number_in(*fields, "seq") : 0;
    return number > 0 ? std::optional(number) : std::nullopt;
}

} // namespace

bool checkpoint_copies::copy_to(database_connection& to, std::uint64_t shipped) {
    std::error_code missing;
    if (!std::filesystem::exists(file_, missing)) return false; // its mount may be away
    const keys::input_file from(file_);
    const auto status = from.status();
    if (status.st_ino != inode_ || status.st_size < read_to_) read_to_ = 0; // another file
    inode_ = status.st_ino;
    constexpr off_t most_at_once = 1 << 20;
    const auto text = read_range(from.descriptor(), read_to_, std::min(status.st_size, read_to_ + most_at_once), file_);
    std::vector<database_text> numbers, lines;
    std::string_view rest(text);
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        const auto line = rest.substr(0, end);
        const auto record = record_of(line);
        if (record && *record > shipped) break;
        rest.remove_prefix(end + 1);
        if (!record || *record <= last_) continue;
        numbers.emplace_back(std::to_string(*record));
        lines.emplace_back(line);
    }
    const auto taken = static_cast<off_t>(text.size() - rest.size());
    if (!lines.empty()) {
        const database_text parameters[] = {array_of(numbers), array_of(lines)};
        to.ask("SELECT sealgate.keep_checkpoints($1::bigint[], $2::text[])", parameters);
    }
    read_to_ += taken;
    return taken > 0;
}

} // namespace sealgate::milter
