#include "milter/retention/prune.hpp"

#include "keys/base/files.hpp"
#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"

#include <fcntl.h>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

struct last_record {
    policy::chain_end end;
    wall_time time;
};

std::optional<std::string> last_line(const fs::path& file) {
    const keys::open_file in(file, O_RDONLY);
    const auto size = static_cast<off_t>(fs::file_size(file));
    const auto end = line_start(in.descriptor(), size, file);
    if (end == 0) return std::nullopt;
    return line_at(in.descriptor(), line_start(in.descriptor(), end - 1, file), policy::longest_record, file);
}

std::optional<std::string> last_line_unpacked(const fs::path& file) {
    std::optional<std::string> out;
    audit_reader reader(std::vector{file});
    for (std::string line; reader.next(line);) out = line;
    return out;
}

// Nothing where its last line is no record.
std::optional<last_record> last_record_of(const fs::path& file) {
    const auto line = is_compressed(file) ? last_line_unpacked(file) : last_line(file);
    const auto at = line ? policy::end_at(*line) : std::unexpected(std::string{});
    const auto record = at ? policy::record_in(*line) : std::nullopt;
    const auto time = record ? parse_rfc3339(policy::text_in(*record, "time").value_or("")) : std::nullopt;
    if (!time) return std::nullopt;
    return last_record{.end = *at, .time = *time};
}

} // namespace

std::optional<prunable_log> find_prunable(const fs::path& audit_directory, const prunable_part& part, bool& is_awaited) {
    is_awaited = false;
    std::optional<prunable_log> out;
    for (const auto& file : log_files(audit_directory)) {
        const auto first = first_record_named(file);
        if (!first) break; // the one that is written
        const auto last = last_record_of(file);
        if (!last || last->time >= part.before || last->end.last_seq < *first) break;
        is_awaited = last->end.last_seq > part.most;
        if (is_awaited) break;
        if (!out) out.emplace().what.first = *first;
        out->files.push_back(file);
        out->what.last = last->end.last_seq;
        out->what.head = last->end.last_hash;
        out->what.until = last->time;
    }
    return out;
}

void remove_pruned(const prunable_log& log) {
    for (const auto& file : log.files)
        for (const auto& name : names_of_rotated_log(file.parent_path(), first_record_named(file).value()))
            keys::remove_file(name);
}

} // namespace sealgate::milter
